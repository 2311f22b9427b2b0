/**
 * A dropped database is gone at once, by its name; what lay under its number is cleared away afterwards in
 * small steps, because removing 100,000 keys in one transaction keeps everybody waiting.
 */

import type { Committer, Draft } from './committer.ts';
import type { LmdbIndexes } from './index-blocks.ts';
import { nameKey, prefixKey, PREFIX_BYTES, type TableName, type Tables } from './tables.ts';

const MARK = 'dropped:';
const CLEARED_TABLES: readonly TableName[] = [
	'documents',
	'bodies',
	'changes',
	'locals',
	'securities'
];
const KEYS_PER_STEP = 500;

/** Takes the name away and marks the number for clearing. */
export function forgetDatabase(draft: Draft, name: string, no: number): void {
	draft.remove('databases', nameKey(name));
	draft.put('store', markOf(no), prefixKey(no));
}

/** Clears what dropped databases left, also those dropped before a crash. Stops early when told to. */
export async function clearDropped(
	{ tables, committer, indexes }: { tables: Tables; committer: Committer; indexes: LmdbIndexes },
	stop: AbortSignal
): Promise<void> {
	const marks = [...tables.store.getRange({ start: nameKey(MARK), end: nameKey(`${MARK}~`) })].map(
		({ value }) => value.readUInt32BE()
	);
	for (const no of marks) {
		await indexes.clear(no, stop);
		let more = true;
		while (more && !stop.aborted) {
			more = await committer.commit((draft) => clearStep(tables, draft, no));
		}
	}
}

/** One step; false when nothing is left and the mark is gone. */
function clearStep(tables: Tables, draft: Draft, no: number): boolean {
	for (const table of CLEARED_TABLES) {
		const range = { start: prefixKey(no), end: prefixKey(no + 1), limit: KEYS_PER_STEP };
		const keys = [...tables[table].getKeys(range)];
		for (const key of keys) draft.remove(table, key);
		if (keys.length > 0) return true;
	}
	draft.remove('store', markOf(no));
	return false;
}

function markOf(no: number): Buffer {
	return nameKey(MARK + no.toString().padStart(PREFIX_BYTES * 3, '0'));
}
