import type { RowState } from '#lib/storage/rows.ts';
import { aboutOf, sortKeyOf } from '#lib/storage/rows.ts';

/** A document as the server gives it. */
export interface ServerDocument {
	_id: string;
	_rev: string;
	_deleted?: boolean;
	[member: string]: unknown;
}

/** Null for what is no document of ours: design documents, blobs, and whatever lacks an envelope. */
export function rowFromServer(document: ServerDocument): RowState | null {
	const { _id: id, _rev: couchRev } = document;
	if (typeof id !== 'string' || typeof couchRev !== 'string') return null;
	if (id.startsWith('_') || id.startsWith('blob:')) return null;
	const isDeleted = document._deleted === true;
	const body = document['body'];
	if (!isDeleted && (typeof body !== 'object' || body === null)) return null;
	const type = textOf(document['type']) || id.slice(0, Math.max(0, id.indexOf(':')));
	if (type === '') return null;
	const content = isDeleted ? {} : (body as Record<string, unknown>);
	return {
		id,
		type,
		schemaVersion: typeof document['schema'] === 'number' ? document['schema'] : 1,
		companyId: textOf(document['companyId']),
		ownerId: textOf(document['ownerId']) || (isDeleted ? (id.split(':')[1] ?? '') : ''),
		createdAt: textOf(document['createdAt']),
		updatedAt: textOf(document['updatedAt']),
		sortKey: sortKeyOf(textOf(document['createdAt'])),
		about: aboutOf(type, content),
		sha256: type === 'receipt' ? textOf(content['sha256']) : '',
		unsentSinceMs: 0,
		couchRev,
		removal: isDeleted ? textOf(document['removal']) : '',
		body: content,
		unsent: {},
		_deleted: isDeleted
	};
}

/** What is sent: the domain's document with the revision it was edited from. */
export function serverDocumentOf(row: RowState): Record<string, unknown> {
	const revision = row.couchRev === '' ? {} : { _rev: row.couchRev };
	if (row._deleted) return { _id: row.id, ...revision, _deleted: true };
	return {
		_id: row.id,
		...revision,
		type: row.type,
		schema: row.schemaVersion,
		companyId: row.companyId,
		ownerId: row.ownerId,
		createdAt: row.createdAt,
		updatedAt: row.updatedAt,
		body: row.body
	};
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
