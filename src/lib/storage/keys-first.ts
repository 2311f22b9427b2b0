import type { DBCore, DBCoreTable, Dexie } from 'dexie';

/** Below this, asking for each is as quick. */
const MANY = 20;
/** More keys than this for each one asked for, and looking through them costs more than it saves. */
const KEYS_PER_ASKED = 4;
/** Dexie's number of a range with two ends; its own name for it is for the compiler alone. */
const RANGE = 2;

/**
 * Asks a store first which of many rows it has at all, in one request over the range they lie in, and then only for
 * these. Dexie asks for each row by itself, and RxDB looks for all it is about to write: on an empty device that is
 * two questions in vain for each document of the first sync.
 */
export function askForKeysFirst(dexie: Dexie): void {
	dexie.use({
		stack: 'dbcore',
		name: 'outlay-keys-first',
		create: (core: DBCore) => ({
			...core,
			table(name: string): DBCoreTable {
				const table = core.table(name);
				return {
					...table,
					async getMany(request) {
						const { keys, trans } = request;
						if (keys.length < MANY || !keys.every((key) => typeof key === 'string')) {
							return table.getMany(request);
						}
						const sorted = keys.toSorted();
						const limit = keys.length * KEYS_PER_ASKED;
						const { result } = await table.query({
							trans,
							values: false,
							limit,
							query: {
								index: table.schema.primaryKey,
								range: { type: RANGE, lower: sorted[0], upper: sorted.at(-1) }
							}
						});
						if (result.length >= limit) return table.getMany(request);
						const there = new Set<unknown>(result);
						const found = keys.filter((key) => there.has(key));
						if (found.length === 0) return keys.map(() => undefined);
						const rows = await table.getMany({ ...request, keys: found });
						const byKey = new Map(found.map((key, at) => [key, rows[at] as unknown]));
						return keys.map((key) => byKey.get(key));
					}
				};
			}
		})
	});
}
