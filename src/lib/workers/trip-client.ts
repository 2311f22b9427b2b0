import { transfer } from 'comlink';
import { pathPoints } from '@outlay/domain/trace-distance';
import { tableOfRows, type FixTable } from '@outlay/domain/trace-fix';
import type { FixRow } from '@outlay/domain/trip';
import type { TripMeasuring } from '#lib/commands/ports.ts';
import { createLazyWorker } from './lazy-worker.ts';
import type { measureTrip, tripLine } from './measure-trip.ts';

/** Measures trips in a worker of its own. Throws `worker.failed` when the worker can't be had. */
export function createTripMeasuring(): TripMeasuring {
	const worker = createLazyWorker<{ measure: typeof measureTrip; line: typeof tripLine }>(
		() => new Worker(new URL('./trip.worker.ts', import.meta.url), { type: 'module' })
	);
	return {
		measure: (fixes, pauses, fills) =>
			worker.run((api) => api.measure(handedOver(fixes), pauses, fills)),
		line: async (fixes, pauses) => {
			const { path, gaps } = await worker.run((api) => api.line(handedOver(fixes), pauses));
			return { path: pathPoints(path), gaps };
		}
	};
}

/** Copying a day of fixes as rows there took longer than measuring them. */
function handedOver(fixes: readonly FixRow[]): FixTable {
	const table = tableOfRows(fixes);
	return transfer(table, [table.buffer]);
}
