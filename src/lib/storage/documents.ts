import { canonicalJson } from '@outlay/domain/canonical-json';
import type { DocumentOf, OutlayDocument } from '@outlay/domain/documents';
import type { DocumentType } from '@outlay/domain/identifiers';
import type { FixRow } from '@outlay/domain/trip';
import type { RxCollection, RxDocument } from 'rxdb/plugins/core';
import { combineLatest, map, of, switchMap, type Observable } from 'rxjs';
import type { Clock, Documents, Stored } from '#lib/commands/ports.ts';
import { bringBack } from './bring-back.ts';
import { liveOf } from './live-value.ts';
import type { OutlayDatabase } from './open-collections.ts';
import { changeRow, findRows, readRows } from './row-store.ts';
import { rowOf, storedAs, storedOf, unsentRow, unsentTombstone, type Row } from './rows.ts';
import { StorageError } from './storage-error.ts';

/** The documents of an open database. `clock` tells since when a change waits to be sent. */
export function documentsIn(database: OutlayDatabase, clock: Clock): Documents {
	const collectionOf = (type: DocumentType): RxCollection<Row> =>
		type === 'setting' ? database.settings : database.documents;

	async function tracesOf(tripId: string): Promise<DocumentOf<'trace'>[]> {
		const rows = await findRows(database.documents, {
			selector: { _deleted: { $eq: false }, about: { $eq: tripId }, type: { $eq: 'trace' } },
			sort: [{ about: 'asc' }, { type: 'asc' }]
		});
		return rows
			.flatMap((row) => storedAs(row, 'trace')?.document ?? [])
			.sort((a, b) => a.body.n - b.body.n);
	}

	return {
		async get(type, id) {
			const row = (await readRows(collectionOf(type), [id])).get(id);
			return row && !row._deleted ? storedAs(row, type) : null;
		},

		async add(document) {
			await changeRow(collectionOf(document.type), document._id, async (row) => {
				if (row !== null && !row._deleted) {
					if (isSameDocument(row, document)) return null;
					throw new StorageError('storage.exists');
				}
				return unsentRow(document, row, clock.nowMs());
			});
		},

		async edit(type, id, change) {
			let unchanged: Stored<DocumentOf<typeof type>> | null = null;
			const written = await changeRow(collectionOf(type), id, async (row) => {
				const stored = row && !row._deleted ? storedAs(row, type) : null;
				if (row === null || stored === null) throw new StorageError('storage.not_found');
				// Written by a newer app: changing it here would drop what this one doesn't know.
				if (stored.isReadOnly) throw new StorageError('storage.read_only');
				const changed = change(stored.document);
				unchanged = stored;
				if (isSameDocument(row, changed)) return null;
				return unsentRow(changed, row, clock.nowMs());
			});
			const stored = written ? storedAs(written, type) : unchanged;
			if (stored === null) throw new StorageError('storage.not_found');
			return stored;
		},

		async remove(type, id) {
			await changeRow(collectionOf(type), id, async (row) =>
				row === null || row._deleted ? null : unsentTombstone(row, clock.nowMs())
			);
		},

		async unsent() {
			const rows = await findRows(database.documents, {
				selector: { _deleted: { $eq: false }, unsentSinceMs: { $gt: 0 } },
				sort: [{ unsentSinceMs: 'asc' }]
			});
			return rows.flatMap((row) => {
				const stored = storedOf(row);
				return stored === null
					? []
					: [{ document: stored.document, base: row.unsent.base ?? null }];
			});
		},

		bringBack: (unsent) => bringBack(database, unsent, clock.nowMs()),

		watch(type, id) {
			return liveOf(
				collectionOf(type)
					.findOne(id)
					.$.pipe(map((row) => (row ? storedAs(row.toJSON() as Row, type) : null)))
			);
		},

		watchNewest(type, limit) {
			return liveOf(
				collectionOf(type)
					.find({
						selector: { type },
						sort: [{ type: 'asc' }, { sortKey: 'asc' }],
						index: ['type', 'sortKey'],
						limit
					})
					.$.pipe(map((rows) => storedList(rows, type)))
			);
		},

		watchAbout(subjectId) {
			const about = (id: string, type: 'submission' | 'recall' | 'decision') =>
				database.documents
					.find({ selector: { about: id, type }, index: ['about', 'type'] })
					.$.pipe(map((rows) => storedList(rows, type)));
			// Decisions and recalls name the submission, which names the transaction.
			const judged: Observable<Stored<DocumentOf<'submission' | 'recall' | 'decision'>>[]> = about(
				subjectId,
				'submission'
			).pipe(
				switchMap((submissions) =>
					combineLatest([
						of(submissions),
						...submissions.flatMap(({ document }) => [
							about(document._id, 'recall'),
							about(document._id, 'decision')
						])
					])
				),
				map((lists) => lists.flat())
			);
			return liveOf(judged);
		},

		async fixesOf(tripId) {
			return (await tracesOf(tripId)).flatMap(({ body }): FixRow[] => body.fixes);
		},

		tracesOf
	};
}

function storedList<T extends DocumentType>(
	rows: readonly RxDocument<Row>[],
	type: T
): Stored<DocumentOf<T>>[] {
	return rows.flatMap((row) => storedAs(row.toJSON() as Row, type) ?? []);
}

function isSameDocument(row: Row, document: OutlayDocument): boolean {
	const other = rowOf(document);
	return (
		canonicalJson([row.schemaVersion, row.createdAt, row.updatedAt, row.body]) ===
		canonicalJson([other.schemaVersion, other.createdAt, other.updatedAt, other.body])
	);
}
