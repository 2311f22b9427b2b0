import type {
	AllDocsQuery,
	AllDocsRow,
	AttachmentStub,
	ChangesPage,
	ChangesQuery,
	Database,
	DatabaseInfo,
	DocumentWrite,
	LocalDocument,
	LocalWrite,
	PurgeOutcome,
	RevisionId,
	RevisionState,
	RevisionText,
	StoredRevision,
	WriteOutcome
} from '../document-store.ts';
import type { JsonObject } from '../json.ts';
import type { Queries } from '../queries.ts';
import { companyOf } from '../company-of.ts';
import { REVISIONS_KEPT } from '../revision-tree.ts';
import { formatSequence } from '../sequence.ts';
import { DatabaseDropped, IdTooLong, MAX_ID_BYTES } from '../store-errors.ts';
import type { Draft } from './committer.ts';
import { compactDocument, keysToCompact, purgeDocuments } from './forget-revisions.ts';
import { listChanges, listDesignDocuments, listDocuments } from './list-documents.ts';
import { localIds, readLocal, removeLocal, writeLocal } from './local-documents.ts';
import {
	missingRevisions,
	readHistory,
	readLeaves,
	readRevision,
	readText,
	type Place
} from './read-revisions.ts';
import {
	fromBytes,
	nameKey,
	prefixKey,
	toBytes,
	type DatabaseRecord,
	type Tables
} from './tables.ts';
import { writeDocuments } from './write-documents.ts';
import { eraseDocument } from './erase-documents.ts';
import type { Pen } from './bodies.ts';
import type { FileName } from './file-references.ts';
import type { StoreParts } from './store-parts.ts';

/** One database: a name and a number. Nothing of it is held beside them and its last row, so a million cost nothing. */
export class LmdbDatabase implements Database {
	readonly name: string;
	readonly queries: Queries;
	readonly #no: number;
	readonly #epoch: string;
	readonly #store: StoreParts;
	#lastRead: { bytes: Buffer; record: Readonly<DatabaseRecord> } | null = null;

	constructor(store: StoreParts, name: string, no: number) {
		this.name = name;
		this.queries = { by: 'server', blocks: store.indexes.of(no, () => this.#record()) };
		this.#no = no;
		// A recreated database has another number, so nobody goes on from the old one's sequences.
		this.#epoch = `${store.epoch}${no.toString(36)}`;
		this.#store = store;
	}

	// LMDB reads at once; while its file is exchanged, everybody waits.

	async info(): Promise<DatabaseInfo> {
		await this.#store.environment.exchanging;
		const record = this.#record();
		return {
			name: this.name,
			docCount: record.docs,
			deletedDocCount: record.deleted,
			updateSeq: formatSequence(record.seq, this.#epoch),
			purgeSeq: formatSequence(record.purges ?? 0, this.#epoch),
			epoch: this.#epoch,
			diskBytes: record.bytes
		};
	}

	async read(id: string, rev?: RevisionId): Promise<StoredRevision | null> {
		await this.#store.environment.exchanging;
		return readRevision(this.#place(), id, rev);
	}

	async leaves(id: string): Promise<StoredRevision[]> {
		await this.#store.environment.exchanging;
		return readLeaves(this.#place(), id);
	}

	async texts(ids: readonly string[]): Promise<(RevisionText | null)[]> {
		await this.#store.environment.exchanging;
		const place = this.#place();
		return ids.map((id) => readText(place, id));
	}

	async history(id: string, rev: RevisionId): Promise<RevisionState[]> {
		await this.#store.environment.exchanging;
		return readHistory(this.#place(), id, rev);
	}

	async missing(
		asked: ReadonlyMap<string, readonly RevisionId[]>
	): Promise<Map<string, { missing: RevisionId[]; possibleAncestors: RevisionId[] }>> {
		await this.#store.environment.exchanging;
		return missingRevisions(this.#place(), asked);
	}

	async write(writes: readonly DocumentWrite[]): Promise<WriteOutcome[]> {
		if (writes.some((write) => Buffer.byteLength(write.id) > MAX_ID_BYTES)) throw new IdTooLong();
		return this.#change((pen) => writeDocuments(pen, writes));
	}

	async erase(ids: readonly string[]): Promise<void> {
		await this.#store.erase(
			ids.map((id) => ({ database: this.name, id })),
			() => this.leaveTombstones(ids)
		);
	}

	/** The part of `erase` that is this database's own: neither journalled nor gone from the files. */
	async leaveTombstones(ids: readonly string[]): Promise<FileName[]> {
		if (ids.some((id) => Buffer.byteLength(id) > MAX_ID_BYTES)) throw new IdTooLong();
		const company = companyOf(this.name);
		const named = await this.#change(
			(pen) => new Set(ids.flatMap((id) => [...eraseDocument(pen, id)]))
		);
		return [...named].map((sha256) => ({ company, sha256 }));
	}

	/** Commits what a pen writes into this database, and rings when it wrote something. */
	async #change<T>(deed: (pen: Pen) => T): Promise<T> {
		const { committer, files, now } = this.#store;
		const company = companyOf(this.name);
		const { result, written, designsChanged } = await committer.commit((draft) => {
			const database = this.#recordIn(draft);
			const seqBefore = database.seq;
			const isOnDisk = (sha256: string) => files.hasNow(company, sha256);
			const pen: Pen = {
				...{ draft, database, company, isOnDisk },
				nowMs: now(),
				designsChanged: false
			};
			const made = deed(pen);
			draft.put('databases', nameKey(this.name), toBytes(database));
			const { designsChanged: changed } = pen;
			return { result: made, written: database.seq > seqBefore, designsChanged: changed };
		});
		if (designsChanged) this.#store.designs.forget(this.#no);
		if (written) this.#store.ring(this.name);
		return result;
	}

	async readAttachment(
		stub: AttachmentStub,
		range?: { start: number; end: number }
	): Promise<AsyncIterable<Uint8Array> | null> {
		if (stub.sha256 === null) return null;
		return this.#store.files.read(companyOf(this.name), stub.sha256, range);
	}

	async changes(query: ChangesQuery): Promise<ChangesPage> {
		await this.#store.environment.exchanging;
		const { pendingCounts } = this.#store;
		return listChanges(this.#tables, this.#record(), this.#epoch, query, pendingCounts);
	}

	onChange(ring: () => void): () => void {
		return this.#store.listen(this.name, ring);
	}

	async allDocs(
		query: AllDocsQuery
	): Promise<{ total: number; offset: number; rows: AllDocsRow[] }> {
		await this.#store.environment.exchanging;
		return listDocuments(this.#tables, this.#record(), query);
	}

	async designDocuments(): Promise<AllDocsRow[]> {
		await this.#store.environment.exchanging;
		this.#record();
		return this.#store.designs.of(this.#no, () => listDesignDocuments(this.#tables, this.#no));
	}

	async readLocal(id: string): Promise<LocalDocument | null> {
		await this.#store.environment.exchanging;
		return readLocal(this.#place(), id);
	}

	writeLocal(id: string, body: JsonObject, options?: LocalWrite): Promise<string>;
	writeLocal(
		id: string,
		body: JsonObject,
		options: LocalWrite & { most: number }
	): Promise<string | null>;
	async writeLocal(
		id: string,
		body: JsonObject,
		options: LocalWrite & { most?: number } = {}
	): Promise<string | null> {
		if (Buffer.byteLength(id) > MAX_ID_BYTES) throw new IdTooLong();
		return this.#store.committer.commit((draft) => {
			this.#recordIn(draft);
			return writeLocal(draft, { tables: this.#tables, no: this.#no }, id, body, options);
		});
	}

	async removeLocal(id: string): Promise<boolean> {
		return this.#store.committer.commit((draft) => {
			this.#recordIn(draft);
			return removeLocal(draft, this.#no, id);
		});
	}

	async localIds(most: number): Promise<string[]> {
		await this.#store.environment.exchanging;
		return localIds(this.#place(), most);
	}

	async readRevsLimit(): Promise<number> {
		await this.#store.environment.exchanging;
		return this.#record().revsLimit ?? REVISIONS_KEPT;
	}

	async writeRevsLimit(most: number): Promise<void> {
		await this.#store.committer.commit((draft) => {
			const record = this.#recordIn(draft);
			draft.put('databases', nameKey(this.name), toBytes({ ...record, revsLimit: most }));
		});
	}

	async compact(): Promise<void> {
		let last: Buffer | undefined;
		for (;;) {
			await this.#store.environment.exchanging;
			this.#record();
			const keys = keysToCompact(this.#tables, this.#no, last);
			last = keys.at(-1);
			if (!last) return;
			await this.#change((pen) => {
				for (const key of keys) compactDocument(pen, key);
			});
		}
	}

	async purge(asked: ReadonlyMap<string, readonly RevisionId[]>): Promise<PurgeOutcome> {
		return this.#change((pen) => {
			const purged = purgeDocuments(pen, asked);
			return { purgeSeq: formatSequence(pen.database.purges ?? 0, this.#epoch), purged };
		});
	}

	async readSecurity(): Promise<JsonObject> {
		await this.#store.environment.exchanging;
		this.#record();
		const bytes = this.#tables.securities.get(prefixKey(this.#no));
		return bytes ? fromBytes<JsonObject>(bytes) : {};
	}

	async writeSecurity(security: JsonObject): Promise<void> {
		await this.#store.committer.commit((draft) => {
			this.#recordIn(draft);
			draft.put('securities', prefixKey(this.#no), toBytes(security));
		});
		this.#store.ring(this.name);
	}

	get #tables(): Tables {
		return this.#store.environment.tables;
	}

	/** Where its rows are, to be read in this turn. Throws `DatabaseDropped`. */
	#place(): Place {
		this.#record();
		return { tables: this.#tables, no: this.#no };
	}

	/** As it was committed last. It is looked at many times in a request and changes with writes only. */
	#record(): Readonly<DatabaseRecord> {
		const bytes = this.#tables.databases.get(nameKey(this.name));
		if (bytes && this.#lastRead?.bytes.equals(bytes)) return this.#lastRead.record;
		const record = this.#checked(bytes);
		this.#lastRead = bytes ? { bytes, record } : null;
		return record;
	}

	#recordIn(draft: Draft): DatabaseRecord {
		return this.#checked(draft.get('databases', nameKey(this.name)));
	}

	#checked(bytes: Buffer | null | undefined): DatabaseRecord {
		const record = bytes ? fromBytes<DatabaseRecord>(bytes) : null;
		if (record?.no !== this.#no) throw new DatabaseDropped(this.name);
		return record;
	}
}
