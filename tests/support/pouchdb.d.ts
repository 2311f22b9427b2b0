/**
 * What the tests use of PouchDB, which has no types of its own. Those of `@types/pouchdb-core` declare a global
 * `Buffer` that Node's no longer is.
 */
declare module 'pouchdb' {
	export interface PouchAttachment {
		content_type: string;
		data?: string | Buffer;
		digest?: string;
		length?: number;
		revpos?: number;
		stub?: true;
	}
	export interface PouchDocument {
		_id: string;
		_rev?: string;
		_conflicts?: string[];
		_attachments?: Record<string, PouchAttachment>;
		[member: string]: unknown;
	}
	export type StoredPouchDocument = PouchDocument & { _rev: string };
	export interface PouchWritten {
		ok: true;
		id: string;
		rev: string;
	}
	export interface PouchChanges {
		results: { id: string; seq: string | number }[];
	}
	export interface PouchReplicated {
		ok: boolean;
		docs_read: number;
		docs_written: number;
		doc_write_failures: number;
	}
	export interface PouchRow {
		id: string;
		key: unknown;
		value: unknown;
		doc?: PouchDocument | null;
	}
	/** A running feed or replication; both are promises of their end. */
	export interface PouchRunning<End, Event> extends Promise<End> {
		on(event: string, listener: (info: Event) => void): this;
		cancel(): void;
	}
	export type PouchReplication = PouchRunning<PouchReplicated, unknown>;

	export default class PouchDB {
		constructor(name: string, options?: object);
		info(): Promise<{ doc_count: number; update_seq: string | number }>;
		get(id: string, options: { open_revs: 'all'; revs?: boolean }): Promise<unknown[]>;
		get(id: string, options?: object): Promise<StoredPouchDocument>;
		put(document: PouchDocument): Promise<PouchWritten>;
		remove(id: string, rev: string): Promise<PouchWritten>;
		bulkDocs(documents: PouchDocument[]): Promise<unknown[]>;
		query(view: string, options?: object): Promise<{ total_rows?: number; rows: PouchRow[] }>;
		/** With the plugin `pouchdb-find`. */
		find(request: object): Promise<{ docs: PouchDocument[]; bookmark: string; warning?: string }>;
		createIndex(request: object): Promise<{ result: string; id: string; name: string }>;
		deleteIndex(index: object): Promise<{ ok: boolean }>;
		getIndexes(): Promise<{ indexes: { ddoc: string | null; name: string }[] }>;
		static plugin(plugin: object): void;
		allDocs(options?: object): Promise<{ total_rows: number }>;
		changes(options: object): PouchRunning<PouchChanges, { id: string }>;
		getAttachment(id: string, name: string): Promise<Buffer>;
		putAttachment(
			id: string,
			name: string,
			rev: string,
			bytes: Buffer,
			contentType: string
		): Promise<PouchWritten>;
		removeAttachment(id: string, name: string, rev: string): Promise<PouchWritten>;
		replicate: {
			to(target: PouchDB, options?: object): PouchReplication;
			from(source: PouchDB, options?: object): PouchReplication;
		};
		sync(other: PouchDB, options?: object): PouchReplication;
		close(): Promise<void>;
	}
}

declare module 'pouchdb/dist/pouchdb.indexeddb.js';

declare module 'pouchdb-find' {
	const plugin: object;
	export default plugin;
}
