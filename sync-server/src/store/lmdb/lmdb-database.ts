import type {
	AllDocsQuery,
	AllDocsRow,
	AttachmentStub,
	ChangesPage,
	ChangesQuery,
	Database,
	DatabaseInfo,
	DocumentWrite,
	JsonObject,
	LocalDocument,
	PurgeOutcome,
	Queries,
	RevisionId,
	RevisionState,
	StoredRevision,
	WriteOutcome
} from '../document-store.ts';
import { companyOf } from '../company-of.ts';
import type { FilesOnDisk } from '../attachment-files.ts';
import { parseRevisionId } from '../revision-id.ts';
import {
	leavesOf,
	placeOf,
	REVISIONS_KEPT,
	revisionsIn,
	type RevisionTree
} from '../revision-tree.ts';
import { formatSequence } from '../sequence.ts';
import { DatabaseDropped, IdTooLong, MAX_ID_BYTES } from '../store-errors.ts';
import type { Committer, Draft } from './committer.ts';
import { headOf, treeOf } from './document-record.ts';
import { compactDocument, purgeDocument } from './forget-revisions.ts';
import type { LmdbIndexes } from './index-blocks.ts';
import { listChanges, listDesignDocuments, listDocuments } from './list-documents.ts';
import {
	fromBytes,
	idKey,
	nameKey,
	numberKey,
	prefixKey,
	toBytes,
	type DatabaseRecord,
	type LocalRecord,
	type Tables
} from './tables.ts';
import { writeDocuments } from './write-documents.ts';

/** Documents whose old bodies are taken out in one transaction. */
const COMPACTED_AT_ONCE = 200;

/** What all databases of a store have in common. */
export interface StoreParts {
	tables: Tables;
	committer: Committer;
	indexes: LmdbIndexes;
	files: FilesOnDisk;
	/** The store's epoch; with a database's number it makes that database's. */
	epoch: string;
	/** Tells everybody who listens that a flushed write happened. */
	ring(database: string): void;
	listen(database: string, ring: () => void): () => void;
}

/** One database: a name and a number. It holds no state, so a million of them cost nothing. */
export class LmdbDatabase implements Database {
	readonly name: string;
	readonly queries: Queries;
	readonly #no: number;
	readonly #epoch: string;
	readonly #store: StoreParts;

	constructor(store: StoreParts, name: string, no: number) {
		this.name = name;
		this.queries = { by: 'server', blocks: store.indexes.of(no, () => this.#record()) };
		this.#no = no;
		// A recreated database has another number, so nobody goes on from the old one's sequences.
		this.#epoch = `${store.epoch}${no.toString(36)}`;
		this.#store = store;
	}

	// The methods are async although LMDB reads at once: a database of another kind has to wait.
	/* eslint-disable @typescript-eslint/require-await */

	async info(): Promise<DatabaseInfo> {
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
		this.#record();
		const bytes = this.#store.tables.documents.get(idKey(this.#no, id));
		if (!bytes) return null;
		return this.#revision(id, treeOf(bytes), rev ?? headOf(bytes).rev);
	}

	async leaves(id: string): Promise<StoredRevision[]> {
		this.#record();
		const tree = this.#tree(id);
		if (!tree) return [];
		return leavesOf(tree).flatMap((leaf) => this.#revision(id, tree, leaf.rev) ?? []);
	}

	async history(id: string, rev: RevisionId): Promise<RevisionState[]> {
		this.#record();
		const tree = this.#tree(id);
		const place = tree && placeOf(tree, rev);
		if (!place) return [];
		return place.states.map((state, i) => ({
			rev: `${place.start - i}-${place.ids[i]}`,
			status: state.status === 'missing' ? 'missing' : state.deleted ? 'deleted' : 'available'
		}));
	}

	async missing(
		asked: ReadonlyMap<string, readonly RevisionId[]>
	): Promise<Map<string, { missing: RevisionId[]; possibleAncestors: RevisionId[] }>> {
		this.#record();
		const answer = new Map<string, { missing: RevisionId[]; possibleAncestors: RevisionId[] }>();
		for (const [id, revs] of asked) {
			const tree = this.#tree(id);
			const known = tree ? revisionsIn(tree) : new Set<RevisionId>();
			const missing = revs.filter((rev) => !known.has(rev));
			if (missing.length === 0) continue;
			const newest = Math.max(...missing.map((rev) => parseRevisionId(rev)?.generation ?? 0));
			const possibleAncestors = (tree ? leavesOf(tree) : [])
				.filter((leaf) => leaf.generation < newest)
				.map((leaf) => leaf.rev);
			answer.set(id, { missing, possibleAncestors });
		}
		return answer;
	}

	async write(writes: readonly DocumentWrite[]): Promise<WriteOutcome[]> {
		if (writes.some((write) => Buffer.byteLength(write.id) > MAX_ID_BYTES)) throw new IdTooLong();
		const stored = await this.#storedAttachments(writes);
		const { outcomes, written } = await this.#store.committer.commit((draft) => {
			const record = this.#recordIn(draft);
			const seqBefore = record.seq;
			const made = writeDocuments(draft, record, writes, (sha) => stored.has(sha));
			draft.put('databases', nameKey(this.name), toBytes(record));
			return { outcomes: made, written: record.seq > seqBefore };
		});
		if (written) this.#store.ring(this.name);
		return outcomes;
	}

	async readAttachment(
		stub: AttachmentStub,
		range?: { start: number; end: number }
	): Promise<AsyncIterable<Uint8Array> | null> {
		if (stub.sha256 === null) return null;
		return this.#store.files.read(companyOf(this.name), stub.sha256, range);
	}

	async changes(query: ChangesQuery): Promise<ChangesPage> {
		return listChanges(this.#store.tables, this.#record(), this.#epoch, query);
	}

	onChange(ring: () => void): () => void {
		return this.#store.listen(this.name, ring);
	}

	async allDocs(
		query: AllDocsQuery
	): Promise<{ total: number; offset: number; rows: AllDocsRow[] }> {
		return listDocuments(this.#store.tables, this.#record(), query);
	}

	async designDocuments(): Promise<AllDocsRow[]> {
		this.#record();
		return listDesignDocuments(this.#store.tables, this.#no);
	}

	async readLocal(id: string): Promise<LocalDocument | null> {
		this.#record();
		const bytes = this.#store.tables.locals.get(idKey(this.#no, id));
		if (!bytes) return null;
		const record = fromBytes<LocalRecord>(bytes);
		return { id, rev: `0-${record.n}`, body: record.body as JsonObject };
	}

	writeLocal(id: string, body: JsonObject): Promise<string>;
	writeLocal(id: string, body: JsonObject, most: number): Promise<string | null>;
	async writeLocal(
		id: string,
		body: JsonObject,
		most = Number.POSITIVE_INFINITY
	): Promise<string | null> {
		if (Buffer.byteLength(id) > MAX_ID_BYTES) throw new IdTooLong();
		return this.#store.committer.commit((draft) => {
			this.#recordIn(draft);
			const key = idKey(this.#no, id);
			const before = draft.get('locals', key);
			if (!before && this.#hasLocals(most)) return null;
			const n = before ? fromBytes<LocalRecord>(before).n + 1 : 1;
			draft.put('locals', key, toBytes({ n, body } satisfies LocalRecord));
			return `0-${n}`;
		});
	}

	async removeLocal(id: string): Promise<boolean> {
		return this.#store.committer.commit((draft) => {
			this.#recordIn(draft);
			const key = idKey(this.#no, id);
			const existed = draft.get('locals', key) !== null;
			if (existed) draft.remove('locals', key);
			return existed;
		});
	}

	async readRevsLimit(): Promise<number> {
		return this.#record().revsLimit ?? REVISIONS_KEPT;
	}

	async writeRevsLimit(most: number): Promise<void> {
		await this.#store.committer.commit((draft) => {
			const record = this.#recordIn(draft);
			draft.put('databases', nameKey(this.name), toBytes({ ...record, revsLimit: most }));
		});
	}

	async compact(): Promise<void> {
		this.#record();
		let start = prefixKey(this.#no);
		for (;;) {
			const range = { start, end: prefixKey(this.#no + 1), limit: COMPACTED_AT_ONCE };
			const keys = [...this.#store.tables.documents.getKeys(range)];
			const last = keys.at(-1);
			if (!last) return;
			await this.#store.committer.commit((draft) => {
				const record = this.#recordIn(draft);
				for (const key of keys) compactDocument(draft, record, key);
				draft.put('databases', nameKey(this.name), toBytes(record));
			});
			start = Buffer.concat([last, Buffer.of(0)]);
		}
	}

	async purge(asked: ReadonlyMap<string, readonly RevisionId[]>): Promise<PurgeOutcome> {
		const { outcome, isChanged } = await this.#store.committer.commit((draft) => {
			const record = this.#recordIn(draft);
			const seqBefore = record.seq;
			const purged = new Map<string, RevisionId[]>();
			for (const [id, revs] of asked) purged.set(id, purgeDocument(draft, record, id, revs));
			record.purges = (record.purges ?? 0) + asked.size;
			draft.put('databases', nameKey(this.name), toBytes(record));
			const purgeSeq = formatSequence(record.purges, this.#epoch);
			return { outcome: { purgeSeq, purged }, isChanged: record.seq > seqBefore };
		});
		if (isChanged) this.#store.ring(this.name);
		return outcome;
	}

	async readSecurity(): Promise<JsonObject> {
		this.#record();
		const bytes = this.#store.tables.securities.get(prefixKey(this.#no));
		return bytes ? fromBytes<JsonObject>(bytes) : {};
	}

	async writeSecurity(security: JsonObject): Promise<void> {
		await this.#store.committer.commit((draft) => {
			this.#recordIn(draft);
			draft.put('securities', prefixKey(this.#no), toBytes(security));
		});
	}

	/* eslint-enable @typescript-eslint/require-await */

	#hasLocals(most: number): boolean {
		if (most === Number.POSITIVE_INFINITY) return false;
		const range = { start: prefixKey(this.#no), end: prefixKey(this.#no + 1), limit: most };
		return [...this.#store.tables.locals.getKeys(range)].length >= most;
	}

	#record(): DatabaseRecord {
		return this.#checked(this.#store.tables.databases.get(nameKey(this.name)));
	}

	#recordIn(draft: Draft): DatabaseRecord {
		return this.#checked(draft.get('databases', nameKey(this.name)));
	}

	#checked(bytes: Buffer | null | undefined): DatabaseRecord {
		const record = bytes ? fromBytes<DatabaseRecord>(bytes) : null;
		if (record?.no !== this.#no) throw new DatabaseDropped(this.name);
		return record;
	}

	#tree(id: string): RevisionTree | null {
		const bytes = this.#store.tables.documents.get(idKey(this.#no, id));
		return bytes ? treeOf(bytes) : null;
	}

	#revision(id: string, tree: RevisionTree, rev: RevisionId): StoredRevision | null {
		const place = placeOf(tree, rev);
		if (!place || place.node.bodyAt === 0) return null;
		const bytes = this.#store.tables.bodies.get(numberKey(this.#no, place.node.bodyAt));
		if (!bytes) return null;
		const [body, attachments = {}] =
			fromBytes<[JsonObject, Record<string, AttachmentStub>?]>(bytes);
		return {
			id,
			rev,
			deleted: place.node.deleted === true,
			body,
			attachments,
			revisions: { start: place.start, ids: place.ids }
		};
	}

	async #storedAttachments(writes: readonly DocumentWrite[]): Promise<Set<string>> {
		const named = new Set(
			writes.flatMap((write) =>
				Object.values(write.attachments).flatMap((stub) => stub.sha256 ?? [])
			)
		);
		const company = companyOf(this.name);
		const stored = new Set<string>();
		for (const sha256 of named) {
			if (await this.#store.files.has(company, sha256)) stored.add(sha256);
		}
		return stored;
	}
}
