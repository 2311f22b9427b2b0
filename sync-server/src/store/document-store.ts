/**
 * What everything above the store knows of it: CouchDB's data model, without HTTP.
 * Implemented on LMDB (`lmdb/`) and on Apache CouchDB (`couchdb/`); one contract suite runs over both.
 *
 * Promises every implementation keeps:
 * - A write that is answered, or shown by `changes`, is flushed to disk.
 * - Revisions form trees (`new_edits=false` may add branches); the winner is: not deleted first,
 *   then the longest history, then the greatest revision string.
 * - Sequences are opaque strings `<n>-<epoch>`, newer ones sort after older ones only inside the store.
 */

import type { JsonObject } from './json.ts';
import type { Queries } from './queries.ts';
import type { AttachmentFiles } from './received-files.ts';

/** `<generation>-<32 hex digits>`, as CouchDB writes it. */
export type RevisionId = string;

export interface AttachmentStub {
	contentType: string;
	/** Generation of the revision that brought the bytes; in a write, 0 means the revision being written. */
	revpos: number;
	/** `md5-<base64>`, CouchDB's attachment digest. */
	digest: string;
	length: number;
	/** Lower-case hex SHA-256 of the bytes; null in what is read from a store that does not keep it. */
	sha256: string | null;
	/** Where the store that gave this stub has the bytes, if not under their hash. Nobody else reads it. */
	at?: string;
}

/** One revision with its body: a winner, another leaf, or an older one that is still kept. */
export interface StoredRevision {
	id: string;
	rev: RevisionId;
	deleted: boolean;
	/** Members without a leading underscore. */
	body: JsonObject;
	attachments: Record<string, AttachmentStub>;
	/** This revision's history, newest first, as `_revisions` has it. */
	revisions: { start: number; ids: string[] };
}

/** A winning revision without attachments whose body is still the JSON text it is stored as. */
export interface RevisionText {
	id: string;
	rev: RevisionId;
	deleted: boolean;
	/** A JSON object. */
	bodyText: string;
}

export interface RevisionState {
	rev: RevisionId;
	status: 'available' | 'missing' | 'deleted';
}

export interface DocumentWrite {
	id: string;
	deleted: boolean;
	body: JsonObject;
	/**
	 * Every attachment the new revision has. A stub that was read from any database of the company is kept by
	 * repeating it; new bytes are stored first and named by their stub. `missing_stub` refuses unknown ones.
	 */
	attachments: Record<string, AttachmentStub>;
	/** Normal edit: the revision this one replaces; null creates, or extends a deleted winner. */
	parentRev: RevisionId | null;
	/** Replicated edit (`new_edits=false`): the whole history, newest first; `parentRev` is ignored. */
	revisions?: { start: number; ids: string[] };
	/**
	 * Refuses with `not_winning` instead of creating or extending any branch but the winning one.
	 * Access control sets it for people's accounts.
	 */
	winnerOnly?: boolean;
	/**
	 * The winner somebody looked at when they allowed this write, null for an unknown document. When another one
	 * wins by the time it is written, it is refused with `judged_other`: it must be judged again. Left out, the
	 * write does not depend on it.
	 */
	judgedRev?: RevisionId | null;
}

export type WriteRefusal =
	| 'conflict'
	| 'not_winning'
	| 'missing_stub'
	| 'bad_rev'
	| 'judged_other'
	/** The document was erased for good; only its tombstone is left. */
	| 'erased';

export type WriteOutcome =
	{ ok: true; id: string; rev: RevisionId } | { ok: false; id: string; refusal: WriteRefusal };

export interface ChangeRow {
	seq: string;
	id: string;
	deleted: boolean;
	/** Winner first, then the other leaves. */
	leaves: RevisionId[];
}

export interface ChangesPage {
	rows: ChangeRow[];
	/** Where to go on from; the newest sequence when nothing is pending. */
	lastSeq: string;
	pending: number;
}

export interface ChangesQuery {
	/**
	 * Opaque; `'0'` from the start, `'now'` from the end. Another epoch's sequence reads from the start.
	 * Ignored when `descending`, as CouchDB ignores it.
	 */
	since: string;
	limit?: number;
	descending?: boolean;
	/** Only these ids. */
	ids?: ReadonlySet<string>;
}

export interface AllDocsQuery {
	startKey?: string;
	endKey?: string;
	inclusiveEnd?: boolean;
	descending?: boolean;
	skip?: number;
	limit?: number;
}

export interface AllDocsRow {
	id: string;
	rev: RevisionId;
	deleted: boolean;
}

export interface DatabaseInfo {
	name: string;
	docCount: number;
	deletedDocCount: number;
	updateSeq: string;
	/** Grows with every purge, as `updateSeq` does with every write. */
	purgeSeq: string;
	/** Changes when the store is restored from a backup. */
	epoch: string;
	diskBytes: number;
}

export interface PurgeOutcome {
	purgeSeq: string;
	purged: Map<string, RevisionId[]>;
}

export interface LocalDocument {
	id: string;
	rev: string;
	body: JsonObject;
}

export interface LocalWrite {
	/** The revision the writer knows, `0-n`. */
	before?: string | undefined;
}

/** Every method throws `DatabaseDropped` once the database is gone (see `store-errors.ts`). */
export interface Database {
	readonly name: string;
	readonly queries: Queries;
	info(): Promise<DatabaseInfo>;

	/** The winner, or the revision asked for; null when unknown or its body is gone. Tombstones are returned. */
	read(id: string, rev?: RevisionId): Promise<StoredRevision | null>;
	/** All leaves, winner first; empty when the document is unknown. */
	leaves(id: string): Promise<StoredRevision[]>;
	/**
	 * Winning revisions as text, one for each id in order, for whoever shows many of them as they are. Null for those
	 * that can't be had this way, or are gone: `read` tells which.
	 */
	texts(ids: readonly string[]): Promise<(RevisionText | null)[]>;
	/** History of a leaf, newest first. */
	history(id: string, rev: RevisionId): Promise<RevisionState[]>;
	/** For `_revs_diff`: which of the revisions are unknown, and known leaves that may be their ancestors. */
	missing(
		asked: ReadonlyMap<string, readonly RevisionId[]>
	): Promise<Map<string, { missing: RevisionId[]; possibleAncestors: RevisionId[] }>>;

	/** Writes in order, one outcome per write, answered after the flush. */
	write(writes: readonly DocumentWrite[]): Promise<WriteOutcome[]>;

	/**
	 * Erases documents for good: of each only a tombstone `{"removal":"erased"}` is left, on every branch, and every
	 * later write is refused with `erased`, also after a restore from backup. When it resolves, their words are in
	 * none of the store's files.
	 */
	erase(ids: readonly string[]): Promise<void>;

	/** The bytes of an attachment read from this database, or null when they are gone. `range` is inclusive. */
	readAttachment(
		stub: AttachmentStub,
		range?: { start: number; end: number }
	): Promise<AsyncIterable<Uint8Array> | null>;

	changes(query: ChangesQuery): Promise<ChangesPage>;
	/**
	 * Rings after every flushed write, `writeSecurity` too, and when the database is dropped; a bell, it carries nothing.
	 * Returns how to stop listening.
	 */
	onChange(ring: () => void): () => void;

	allDocs(query: AllDocsQuery): Promise<{ total: number; offset: number; rows: AllDocsRow[] }>;
	/** The living design documents, by id; asked at every write, so it counts nothing. */
	designDocuments(): Promise<AllDocsRow[]>;

	readLocal(id: string): Promise<LocalDocument | null>;
	/**
	 * Writes over what is there, as CouchDB 3 does. Answers the revision that follows the one named, `0-1` without one;
	 * null, writing nothing, when it would be one more than `most`.
	 */
	writeLocal(id: string, body: JsonObject, options?: LocalWrite): Promise<string>;
	writeLocal(
		id: string,
		body: JsonObject,
		options: LocalWrite & { most: number }
	): Promise<string | null>;
	removeLocal(id: string): Promise<boolean>;
	/** Ids of local documents in their order, no more than `most`. */
	localIds(most: number): Promise<string[]>;

	/** How many revisions of a branch are remembered (`_revs_limit`); older ones are stemmed at the next write. */
	readRevsLimit(): Promise<number>;
	writeRevsLimit(most: number): Promise<void>;
	/** Forgets the bodies of all revisions that are no leaves. */
	compact(): Promise<void>;
	/**
	 * Forgets leaves as if they had never been, with what led to them alone; nothing replicates it. Answers the leaves
	 * there were, an empty list for an id none of whose revisions was one.
	 */
	purge(asked: ReadonlyMap<string, readonly RevisionId[]>): Promise<PurgeOutcome>;

	/** The database's `_security` object; `{}` until one is set. */
	readSecurity(): Promise<JsonObject>;
	writeSecurity(security: JsonObject): Promise<void>;
}

export type DatabaseEvent = 'created' | 'updated' | 'deleted';

export interface DocumentStore {
	/** Stable for the life of the store: CouchDB's `uuid`. */
	readonly uuid: string;
	readonly files: AttachmentFiles;
	/** Whether other processes may work on it at the same time. */
	readonly isShared: boolean;
	/** False when it existed. */
	create(name: string): Promise<boolean>;
	/** False when there was none. */
	drop(name: string): Promise<boolean>;
	open(name: string): Promise<Database | null>;
	names(): Promise<string[]>;
	/**
	 * `Database.erase` in several databases, by name, whose files are cleaned once at the end. Databases that are not
	 * there are passed over.
	 */
	erase(idsByDatabase: ReadonlyMap<string, readonly string[]>): Promise<void>;
	/** Rings with the name of each database that something happened to. */
	onWrite(ring: (database: string, event: DatabaseEvent) => void): () => void;
	close(): Promise<void>;
}
