import {
	prepareQuery,
	normalizeMangoQuery,
	type BulkWriteRow,
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
	const changed = await changeRows(collection, [id], (_id, row) => change(row), { bytes });
	return changed.get(id) ?? null;
}

/**
 * As `changeRow`, for many rows in one transaction. Answers the rows that were written. `writer` is told with each
 * change to whoever follows the store.
 */
export async function changeRows<R extends { id: string }>(
	collection: RxCollection<R>,
	ids: readonly string[],
	change: (
		id: string,
		row: Deletable<R> | null
	) => Deletable<R> | null | Promise<Deletable<R> | null>,
	{ bytes, writer = 'outlay' }: { bytes?: RowBytes | undefined; writer?: string | undefined } = {}
): Promise<Map<string, Deletable<R>>> {
	const written = new Map<string, Deletable<R>>();
	let waiting = [...new Set(ids)];
	while (waiting.length > 0) {
		const found = await collection.storageInstance.findDocumentsById(waiting, true);
		const before = new Map(found.map((row) => [row.id, row]));
		const writes: BulkWriteRow<R>[] = [];
		for (const id of waiting) {
			const previous = before.get(id);
			const next = await change(id, previous === undefined ? null : plain<R>(previous));
			if (next === null) continue;
			const document = rawRow<R>(next, previous, bytes);
			writes.push(previous === undefined ? { document } : { previous, document });
			written.set(id, next);
		}
		if (writes.length === 0) break;
		const { error } = await whileThereIsRoom(() =>
			collection.storageInstance.bulkWrite(writes, writer)
		);
		for (const { status } of error) {
			if (status !== 409) throw new Error(`row not written: ${String(status)}`);
		}
		waiting = error.map(({ documentId }) => documentId);
		for (const id of waiting) written.delete(id);
	}
	return written;
}

/** RxDB sets revision and time of the write itself. */
function rawRow<R>(
	next: Deletable<R>,
	previous: RxDocumentData<R> | undefined,
	bytes: RowBytes | undefined
): BulkWriteRow<R>['document'] {
	const added = bytes && {
		data: {
			data: bytes.blob,
			digest: bytes.digest,
			length: bytes.blob.size,
			type: bytes.blob.type
		}
	};
	return {
		...next,
		_meta: previous?._meta ?? { lwt: 1 },
		_rev: previous?._rev ?? '',
		_attachments: next._deleted ? {} : (added ?? previous?._attachments ?? {})
	};
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
