/**
 * How the store lies in LMDB: one set of tables for all databases, every key beginning with the number of its
 * database. LMDB opens few named tables, a million mailboxes need many; and dropping is forgetting a number.
 */

import { open, type Database, type RootDatabase, type RootDatabaseOptions } from 'lmdb';
import { MAX_ID_BYTES } from '../store-errors.ts';

export const TABLE_NAMES = [
	/** The store's own uuid, epoch, next database number; databases being cleared away; files nobody names any more. */
	'store',
	/** name → `DatabaseRecord` */
	'databases',
	/** database, id → `document-record.ts` */
	'documents',
	/** database, number → body and attachments of one revision (`body-record.ts`) */
	'bodies',
	/** database, sequence → `ChangeRecord`; one row per document */
	'changes',
	/** database, id → `LocalRecord` */
	'locals',
	/** database → its `_security` object */
	'securities',
	/** company, SHA-256 → how many bodies name the file (`file-references.ts`) */
	'files'
] as const;

export type TableName = (typeof TABLE_NAMES)[number];
export type Table = Database<Buffer, Buffer>;
export type Tables = Record<TableName, Table>;

/** A database's row. `no` is never used twice, so a recreated database shares nothing with the one before. */
export interface DatabaseRecord {
	no: number;
	seq: number;
	docs: number;
	deleted: number;
	/** Bytes of all bodies kept. */
	bytes: number;
	/** How often something was purged; left out while nothing was. */
	purges?: number;
	/** Left out while it is `REVISIONS_KEPT`. */
	revsLimit?: number;
}

export interface ChangeRecord {
	id: string;
	deleted: boolean;
	leaves: string[];
}

export interface LocalRecord {
	n: number;
	body: Record<string, unknown>;
}

/** How LMDB is opened. Nobody but a test that shows what a missing flush looks like passes `noSync`. */
export type TableOptions = Pick<RootDatabaseOptions, 'noSync' | 'readOnly'>;

/** LMDB sets aside a little room for each. */
const MOST_TABLES = 24;

export function openTables(
	file: string,
	options: TableOptions = {}
): { root: RootDatabase<Buffer, Buffer>; tables: Tables } {
	const encodings = { keyEncoding: 'binary', encoding: 'binary' } as const;
	const root = open<Buffer, Buffer>({
		path: file,
		...encodings,
		maxDbs: MOST_TABLES,
		// A commit returns, and is seen by readers, only after fdatasync: acknowledged and shown mean flushed.
		// With overlapping syncs (the default) readers see a commit before it is on disk.
		overlappingSync: false,
		// The committer gathers what belongs together. lmdb's own batches hold a promise nobody sees: a full disk
		// rejects it, and that ends the process.
		eventTurnBatching: false,
		...options
	});
	const tables = Object.fromEntries(
		TABLE_NAMES.map((name) => [name, root.openDB<Buffer, Buffer>(name, encodings)])
	) as Tables;
	return { root, tables };
}

/** Bytes of the database number at the head of each key. */
export const PREFIX_BYTES = 4;

export function prefixKey(no: number): Buffer {
	const key = Buffer.allocUnsafe(PREFIX_BYTES);
	key.writeUInt32BE(no);
	return key;
}

/** Ids sort by their UTF-8 bytes, as CouchDB's `_all_docs` does. */
export function idKey(no: number, id: string): Buffer {
	const idBytes = Buffer.byteLength(id);
	const key = Buffer.allocUnsafe(PREFIX_BYTES + idBytes);
	key.writeUInt32BE(no);
	key.write(id, PREFIX_BYTES);
	// Longer ids are refused, so a cut key sorts like the whole and equals no stored one.
	return idBytes > MAX_ID_BYTES ? key.subarray(0, PREFIX_BYTES + MAX_ID_BYTES + 1) : key;
}

export function idOf(key: Buffer): string {
	return key.toString('utf8', PREFIX_BYTES);
}

export function numberKey(no: number, n: number): Buffer {
	const key = Buffer.allocUnsafe(PREFIX_BYTES + 6);
	key.writeUInt32BE(no);
	key.writeUIntBE(n, PREFIX_BYTES, 6);
	return key;
}

export function numberOf(key: Buffer): number {
	return key.readUIntBE(PREFIX_BYTES, 6);
}

export function nameKey(name: string): Buffer {
	return Buffer.from(name);
}

export function toBytes(record: unknown): Buffer {
	return Buffer.from(JSON.stringify(record));
}

/** Reads what `toBytes` wrote; the caller names the shape this table holds. */
export function fromBytes<Shape>(bytes: Buffer): Shape {
	return JSON.parse(bytes.toString()) as Shape;
}
