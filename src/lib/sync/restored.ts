import { WRITTEN_BY_PEOPLE } from '@outlay/domain/identifiers';
import type { RxCollection } from 'rxdb/plugins/core';
import type { OutlayDatabase } from '#lib/storage/open-collections.ts';
import { changeRow, changeRows, findRows } from '#lib/storage/row-store.ts';
import { nextUnsent, staysHere, type Row, type RowState } from '#lib/storage/rows.ts';

const PAGE_ROWS = 500;

/** The epoch in a sequence `<n>-<epoch>`; null where there is none, as at the start. */
export function epochOf(sequence: string): string | null {
	return /^\d+-([a-z0-9]+)$/.exec(sequence)?.[1] ?? null;
}

/**
 * The server was set back to a backup: its revisions are no longer what this device knows. Everything is read
 * again, and what this person wrote is offered again, where the server does not turn out to have it. What was
 * erased stays so: the server says so in its tombstone, or refuses it. Done again after a kill, it does no harm.
 */
export async function offerEverythingAgain(database: OutlayDatabase, nowMs: number): Promise<void> {
	await forgetRevisions(database.documents, (row) =>
		row.ownerId === database.userId &&
		WRITTEN_BY_PEOPLE.has(row.type) &&
		row.removal === '' &&
		!staysHere(row)
			? offeredAgain(row, nowMs)
			: { ...row, couchRev: '' }
	);
	const receipts = await findRows(database.documents, {
		selector: { _deleted: { $eq: false }, sha256: { $gt: '' } },
		sort: [{ sha256: 'asc' }]
	});
	const mine = receipts.filter(({ ownerId }) => ownerId === database.userId);
	const thumbnails = mine.flatMap(({ body }) => {
		const sha256 = body['thumbnailSha256'];
		return typeof sha256 === 'string' ? [sha256] : [];
	});
	for (const sha256 of new Set([...mine.map((row) => row.sha256), ...thumbnails])) {
		// It is asked first whether they are there.
		await changeRow(database.vault, sha256, (photo) =>
			photo === null || photo._deleted || photo.state !== 'sent'
				? null
				: { ...photo, state: 'pending' as const, attempts: photo.attempts + 1 }
		);
	}
}

function offeredAgain(row: RowState, nowMs: number): RowState {
	const again = { ...row, couchRev: '' };
	if (row.unsentSinceMs > 0) return again;
	const unsent = { ...row.unsent, isOnlyOfferedAgain: true as const };
	return { ...again, unsentSinceMs: nextUnsent(row, nowMs), unsent };
}

/** Whatever the server now says of these documents is taken, however old its revision looks. */
export async function forgetRevisions(
	collection: RxCollection<Row>,
	change: (row: RowState) => RowState = (row) => ({ ...row, couchRev: '' })
): Promise<void> {
	let last = '';
	for (;;) {
		const rows = await findRows(collection, {
			selector: { id: { $gt: last } },
			sort: [{ id: 'asc' }],
			limit: PAGE_ROWS
		});
		const ids = rows.map(({ id }) => id);
		await changeRows(collection, ids, (_id, row) =>
			row === null || row.couchRev === '' ? null : change(row)
		);
		if (rows.length < PAGE_ROWS) return;
		last = ids.at(-1) ?? '';
	}
}
