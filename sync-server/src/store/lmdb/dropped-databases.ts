/**
 * A dropped database is gone at once, by its name; what lay under its number is cleared away afterwards in
 * small steps, because removing 100,000 keys in one transaction keeps everybody waiting.
 */

import { companyOf } from '../company-of.ts';
import { filesNamedIn } from './body-record.ts';
import type { Committer, Draft } from './committer.ts';
import type { Environment } from './environment.ts';
import type { LmdbIndexes } from './index-blocks.ts';
import { removeReference } from './file-references.ts';
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
	draft.put('store', markOf(no), Buffer.concat([prefixKey(no), nameKey(name)]));
}

export interface DroppedParts {
	environment: Environment;
	committer: Committer;
	indexes: LmdbIndexes;
	now: () => number;
}

/** Clears what dropped databases left, also those dropped before a crash. Stops early when told to. */
export async function clearDropped(
	{ environment, committer, indexes, now }: DroppedParts,
	stop: AbortSignal
): Promise<void> {
	await environment.exchanging;
	const { tables } = environment;
	const marks = [...tables.store.getRange({ start: nameKey(MARK), end: nameKey(`${MARK}~`) })].map(
		({ value }) => ({
			no: value.readUInt32BE(),
			// Marks of format 1 have no name; what such databases named was never counted.
			company: value.length > PREFIX_BYTES ? companyOf(value.toString('utf8', PREFIX_BYTES)) : null
		})
	);
	for (const mark of marks) {
		await indexes.clear(mark.no, stop);
		let more = true;
		while (more && !stop.aborted) {
			more = await committer.commit((draft) => clearStep(tables, draft, mark, now()));
		}
	}
}

/** One step; false when nothing is left and the mark is gone. */
function clearStep(
	tables: Tables,
	draft: Draft,
	{ no, company }: { no: number; company: string | null },
	nowMs: number
): boolean {
	for (const table of CLEARED_TABLES) {
		const range = { start: prefixKey(no), end: prefixKey(no + 1), limit: KEYS_PER_STEP };
		if (table === 'bodies' && company !== null) {
			for (const { value } of tables.bodies.getRange(range)) {
				for (const sha256 of filesNamedIn(value)) {
					removeReference(draft, { company, sha256 }, nowMs);
				}
			}
		}
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
