import {
	prepareQuery,
	normalizeMangoQuery,
	type MangoQuery,
	type RxCollection,
	type RxDocumentData
} from 'rxdb/plugins/core';
import { whileThereIsRoom } from './storage-error.ts';

type Deletable<R> = R & { _deleted: boolean };
/** Bytes to be stored with a row, in the same transaction. */
export interface RowBytes {
	blob: Blob;
	digest: string;
}
const CONTEXT = 'outlay';

/** The rows with these ids, tombstones too. */
export async function readRows<R extends { id: string }>(
	collection: RxCollection<R>,
	ids: readonly string[]
): Promise<Map<string, Deletable<R>>> {
	const rows = await collection.storageInstance.findDocumentsById([...ids], true);
	return new Map(rows.map((row) => [row.id, plain<R>(row)]));
}

/**
 * Changes one row by a function of its newest state (null when there is none), which returns what to store or
 * null to leave it. It runs again when another tab or the reader was faster: no change is ever written over an
 * unseen one. Throws `storage.full`, and then nothing was written.
 */
export async function changeRow<R extends { id: string }>(
	collection: RxCollection<R>,
	id: string,
	change: (row: Deletable<R> | null) => Deletable<R> | null | Promise<Deletable<R> | null>,
	bytes?: RowBytes
): Promise<Deletable<R> | null> {
	for (;;) {
		const [previous] = await collection.storageInstance.findDocumentsById([id], true);
		const next = await change(previous === undefined ? null : plain<R>(previous));
		if (next === null) return null;
		const attachments = bytes
			? {
					data: {
						data: bytes.blob,
						digest: bytes.digest,
						length: bytes.blob.size,
						type: bytes.blob.type
					}
				}
			: next._deleted
				? {}
				: (previous?._attachments ?? {});
		const document = {
			...next,
			_meta: previous?._meta ?? { lwt: 1 },
			_rev: previous?._rev ?? '',
			_attachments: attachments
		} as unknown as RxDocumentData<R>;
		const { error } = await whileThereIsRoom(() =>
			collection.storageInstance.bulkWrite(
				[previous === undefined ? { document } : { previous, document }],
				CONTEXT
			)
		);
		const [failed] = error;
		if (failed === undefined) return next;
		if (failed.status !== 409) throw new Error(`row not written: ${String(failed.status)}`);
	}
}

/** Rows a query finds, tombstones only when the selector asks for them with `_deleted`. */
export async function findRows<R extends { id: string }>(
	collection: RxCollection<R>,
	query: MangoQuery<Deletable<R>>
): Promise<Deletable<R>[]> {
	const { schema } = collection.storageInstance;
	// RxDB's types name the row both with and without its bookkeeping here; at runtime there is only one.
	const filled = normalizeMangoQuery(schema, query as never) as never;
	const prepared = prepareQuery<R>(schema, filled);
	const { documents } = await collection.storageInstance.query(prepared);
	return documents.map((row) => plain<R>(row));
}

function plain<R>(row: RxDocumentData<R>): Deletable<R> {
	const { _meta, _rev, _attachments, ...rest } = row as RxDocumentData<R> & Record<string, unknown>;
	void [_meta, _rev, _attachments];
	return rest as unknown as Deletable<R>;
}
