import type { RxCollection } from 'rxdb/plugins/core';
import { changeRow, changeRows } from '#lib/storage/row-store.ts';
import type { Row, RowState } from '#lib/storage/rows.ts';
import { absorb } from './absorb.ts';

/** Lets versions of the server into a collection, each in one step with what it meets there. */
export async function absorbRows(
	collection: RxCollection<Row>,
	theirs: readonly RowState[],
	me: string,
	nowMs: () => number
): Promise<void> {
	const byId = new Map(theirs.map((row) => [row.id, row]));
	await changeRows(collection, [...byId.keys()], async (id, here) => {
		const incoming = byId.get(id);
		if (incoming === undefined) return null;
		const { row, kept } = await absorb(here, incoming, me, nowMs());
		if (kept !== null) {
			// Before the merge is stored: killed in between, the merge is done again and finds it.
			await changeRow(collection, kept.id, (there) => (there === null ? kept : null));
		}
		return row;
	});
}
