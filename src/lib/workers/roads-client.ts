import type { RoadSearch } from '#lib/commands/ports.ts';
import { createLazyWorker } from './lazy-worker.ts';
import type { searchRoads } from './search-roads.ts';

/** Making a country's roads ready takes a second: the worker stays while a person plans a trip. */
const IDLE_MS = 5 * 60_000;

/** Searches roads in a worker of its own. Throws `worker.failed` when the worker can't be had. */
export function createRoadSearch(): RoadSearch {
	const worker = createLazyWorker<{ search: typeof searchRoads }>(
		() => new Worker(new URL('./roads.worker.ts', import.meta.url), { type: 'module' }),
		IDLE_MS
	);
	return { ways: (packs, places) => worker.run((api) => api.search([...packs], [...places])) };
}
