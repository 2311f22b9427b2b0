import type { RxCollection } from 'rxdb/plugins/core';
import { changeRow, changeRows, readRows } from '#lib/storage/row-store.ts';
import type { Row, RowState } from '#lib/storage/rows.ts';
import { absorb } from './absorb.ts';
import { keepReceiptsOf, receiptToKeep } from './receipts-of-entry.ts';

/** Lets versions of the server into a collection, each in one step with what it meets there; `writer` as in `changeRows`. */
export async function absorbRows(
	collection: RxCollection<Row>,
	theirs: readonly RowState[],
	me: string,
	nowMs: () => number,
	writer?: string
): Promise<void> {
	const byId = new Map(theirs.map((row) => [row.id, row]));
	const absorbOne = async (id: string, here: RowState | null) => {
		const incoming = byId.get(id);
		if (incoming === undefined) return null;
		const { row, kept } = await absorb(here, incoming, me, nowMs());
		if (kept !== null) {
			// Before the merge is stored: killed in between, the merge is done again and finds it.
			await changeRow(collection, kept.id, (there) => (there === null ? kept : null));
		}
		if (here?.ownerId !== me) return row;
		// A deletion that gave way to an edit; its receipts first, so that a kill in between does no harm.
		if (here._deleted && row !== null && !row._deleted) await keepReceiptsOf(collection, row);
		if (!here._deleted && row?._deleted) {
			const entry = await entryAfter(collection, byId.get(here.about), me, nowMs());
			return (await receiptToKeep(collection, here, incoming, entry, nowMs())) ?? row;
		}
		return row;
	};
	await changeRows(collection, [...byId.keys()], absorbOne, { writer });
}

/** What an entry that comes in the same page will be; null when none does, or nothing changes. */
async function entryAfter(
	collection: RxCollection<Row>,
	incoming: RowState | undefined,
	me: string,
	nowMs: number
): Promise<RowState | null> {
	if (incoming === undefined) return null;
	const here = (await readRows(collection, [incoming.id])).get(incoming.id) ?? null;
	return (await absorb(here, incoming, me, nowMs)).row;
}
