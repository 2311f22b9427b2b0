import type { Json } from '../store/json.ts';
import { collate } from './collation.ts';
import type { RowChange } from './tree.ts';

type Emitted = readonly [key: Json, value: Json];

/** Of one document, rows of the same key stand in the order of their values, as in CouchDB. */
export function inOrder(rows: readonly Emitted[]): readonly Emitted[] {
	return rows.length < 2
		? rows
		: rows.toSorted((a, b) => collate(a[0], b[0]) || collate(a[1], b[1]));
}

/**
 * What a document's new rows change in one index, where it had rows under the keys `before`; a row that stays under its
 * key is only replaced.
 */
export function rowChanges(
	id: string,
	before: readonly Json[],
	rows: readonly Emitted[]
): RowChange[] {
	const changes: RowChange[] = [];
	for (const [n, key] of before.entries()) {
		const kept = rows[n];
		const isKept = kept !== undefined && JSON.stringify(kept[0]) === JSON.stringify(key);
		if (!isKept) changes.push({ key: [key, id, n], row: null });
	}
	for (const [n, [key, value]] of rows.entries()) {
		changes.push({ key: [key, id, n], row: [key, id, n, value] });
	}
	return changes;
}
