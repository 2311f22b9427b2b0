import type { TripMeasuring } from '#lib/commands/ports.ts';
import { createLazyWorker } from './lazy-worker.ts';
import type { measureTrip, tripPath } from './measure-trip.ts';

/** Measures trips in a worker of its own. Throws `worker.failed` when the worker can't be had. */
export function createTripMeasuring(): TripMeasuring {
	const worker = createLazyWorker<{ measure: typeof measureTrip; path: typeof tripPath }>(
		() => new Worker(new URL('./trip.worker.ts', import.meta.url), { type: 'module' })
	);
	return {
		measure: (fixes, pauses, fills) => worker.run((api) => api.measure(fixes, pauses, fills)),
		path: (fixes, pauses) => worker.run((api) => api.path(fixes, pauses))
	};
}
