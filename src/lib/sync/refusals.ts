import type { OutlayDatabase } from '#lib/storage/open-collections.ts';
import { changeRow, readRows } from '#lib/storage/row-store.ts';
import { markOf, type RowState } from '#lib/storage/rows.ts';

/** Parks a document with the server's words. It stays editable, and everything behind it goes on. */
export async function refuseDocument(
	database: OutlayDatabase,
	row: RowState,
	code: string,
	reason: string,
	nowMs: number
): Promise<void> {
	const mark = await markOf(row);
	const body = { code: code === '' ? 'sync.refused' : code, reason, mark };
	await changeRow(database.refused, row.id, () => ({
		id: row.id,
		atMs: nowMs,
		body,
		_deleted: false
	}));
	const here = (await readRows(database.documents, [row.id])).get(row.id);
	// Edited while it was on its way: that is not what was refused.
	if (here === undefined || (await isFreed(here, mark))) await unpark(database, row.id);
}

/** Lets a parked document be offered again. */
export async function unpark(database: OutlayDatabase, id: string): Promise<void> {
	await changeRow(database.refused, id, (parked) =>
		parked === null || parked._deleted ? null : { ...parked, _deleted: true }
	);
}

/**
 * Frees what was edited since it was refused, or is gone: another content gets another judgement. Returns how
 * to stop.
 */
export function freeWhatWasEdited(
	database: OutlayDatabase,
	isRefused: (id: string) => boolean
): () => void {
	const subscription = database.documents.eventBulks$.subscribe(({ events }) => {
		for (const { documentData } of events) {
			const row = documentData as unknown as RowState;
			if (!isRefused(row.id)) continue;
			void changeRow(database.refused, row.id, async (parked) => {
				if (parked === null || parked._deleted) return null;
				return (await isFreed(row, parked.body.mark)) ? { ...parked, _deleted: true } : null;
			});
		}
	});
	return () => {
		subscription.unsubscribe();
	};
}

async function isFreed(row: RowState, mark: string): Promise<boolean> {
	return row.unsentSinceMs === 0 || (await markOf(row)) !== mark;
}
