import type { RxCollection } from 'rxdb/plugins/core';
import { changeRows, readRows } from '#lib/storage/row-store.ts';
import { markOf, nextUnsent, sentState, type Row, type RowState } from '#lib/storage/rows.ts';

/**
 * An entry that was deleted here and edited on another device stays: so do the receipts it names, whose deletion is
 * still to be sent (see `Outstanding`). They are again what the server has.
 */
export async function keepReceiptsOf(
	collection: RxCollection<Row>,
	entry: RowState
): Promise<void> {
	await changeRows(collection, receiptIdsOf(entry), (_id, receipt) => {
		const base = receipt?.unsent.base;
		if (!receipt?._deleted || receipt.removal !== '' || base === undefined) return null;
		return {
			...receipt,
			_deleted: false,
			schemaVersion: base.schema,
			body: base.body,
			unsentSinceMs: 0,
			unsent: sentState(receipt.unsent.earlier)
		};
	});
}

/**
 * A receipt the server has as deleted, for an entry that stands here and names it: the entry was edited here while it
 * was deleted elsewhere with its receipts, and the edit won. The receipt is offered again. Null where it may go.
 */
export async function receiptToKeep(
	collection: RxCollection<Row>,
	here: RowState | null,
	theirs: RowState,
	entryComing: RowState | null,
	nowMs: number
): Promise<RowState | null> {
	if (here === null || here._deleted || here.type !== 'receipt') return null;
	if (!theirs._deleted || theirs.removal !== '') return null;
	const entry = entryComing ?? (await readRows(collection, [here.about])).get(here.about) ?? null;
	if (entry === null || entry._deleted || !receiptIdsOf(entry).includes(here.id)) return null;
	return {
		...here,
		couchRev: theirs.couchRev,
		unsentSinceMs: nextUnsent(here, nowMs),
		unsent: { earlier: [...new Set([...(here.unsent.earlier ?? []), await markOf(theirs)])] }
	};
}

function receiptIdsOf({ body }: RowState): string[] {
	const ids = body['receiptIds'];
	return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}
