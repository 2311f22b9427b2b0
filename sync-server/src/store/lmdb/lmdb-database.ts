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
	RevisionText,
	StoredRevision,
	WriteOutcome
} from '../document-store.ts';
import { companyOf } from '../company-of.ts';
import type { FilesOnDisk } from '../attachment-files.ts';
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
import { headOf, isWinnerAlone, treeOf } from './document-record.ts';
import { compactDocument, purgeDocument } from './forget-revisions.ts';
import type { LmdbIndexes } from './index-blocks.ts';
import { listChanges, listDesignDocuments, listDocuments } from './list-documents.ts';
import {
	fromBytes,
	idKey,
	idOf,
	nameKey,
	numberKey,
	prefixKey,
	toBytes,
	type DatabaseRecord,
	type LocalRecord,
	type Tables
} from './tables.ts';
import { writeDocuments } from './write-documents.ts';
import { eraseDocument } from './erase-documents.ts';
import type { Pen } from './bodies.ts';
import { bodyTextOf, decodeBody } from './body-record.ts';
import type { FileName } from './file-references.ts';
import type { PendingCounts } from './pending-counts.ts';
import type { Erasure } from '../erasure-journal.ts';
import type { Environment } from './environment.ts';

/** Documents whose old bodies are taken out in one transaction. */
const COMPACTED_AT_ONCE = 200;

/** Databases whose design documents are remembered. */
const MOST_DESIGNS = 10_000;

/** What all databases of a store have in common. */
export interface StoreParts {
	environment: Environment;
	committer: Committer;
	indexes: LmdbIndexes;
	files: FilesOnDisk;
	now: () => number;
	/** The store's epoch; with a database's number it makes that database's. */
	epoch: string;
	pendingCounts: PendingCounts;
	/** The living design documents of databases that were asked for them, until one of them changes. */
	designs: Map<number, AllDocsRow[]>;
	/** Tells everybody who listens that a flushed write happened. */
	ring(database: string): void;
	listen(database: string, ring: () => void): () => void;
	/** Journals erasures, does them, and leaves nothing of them in the files. `deed` gives the files that were named. */
	erase(erasures: readonly Erasure[], deed: () => Promise<readonly FileName[]>): Promise<void>;
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
		this.#record();
		const bytes = this.#tables.documents.get(idKey(this.#no, id));
		if (!bytes) return null;
		return this.#revision(id, treeOf(bytes), rev ?? headOf(bytes).rev);
	}

	async leaves(id: string): Promise<StoredRevision[]> {
		await this.#store.environment.exchanging;
		this.#record();
		const tree = this.#tree(id);
		if (!tree) return [];
		return leavesOf(tree).flatMap((leaf) => this.#revision(id, tree, leaf.rev) ?? []);
	}

	async texts(ids: readonly string[]): Promise<(RevisionText | null)[]> {
		await this.#store.environment.exchanging;
		this.#record();
		return ids.map((id) => this.#text(id));
	}

	async history(id: string, rev: RevisionId): Promise<RevisionState[]> {
		await this.#store.environment.exchanging;
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
		await this.#store.environment.exchanging;
		this.#record();
		const answer = new Map<string, { missing: RevisionId[]; possibleAncestors: RevisionId[] }>();
		for (const [id, revs] of asked) {
			const bytes = this.#tables.documents.get(idKey(this.#no, id));
			// What a replicator asks about is mostly there already, as it is.
			const winnerRev = bytes && headOf(bytes).rev;
			if (revs.every((rev) => rev === winnerRev)) continue;
			if (bytes && isWinnerAlone(bytes)) {
				const winner = new Set([winnerRev ?? '']);
				answer.set(id, lackOf(revs, winner, [...winner]));
				continue;
			}
			const tree = bytes ? treeOf(bytes) : null;
			const known = tree ? revisionsIn(tree) : new Set<RevisionId>();
			const lack = lackOf(revs, known, tree ? leavesOf(tree).map((leaf) => leaf.rev) : []);
			if (lack.missing.length > 0) answer.set(id, lack);
		}
		return answer;
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
		if (designsChanged) this.#store.designs.delete(this.#no);
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
		const { designs } = this.#store;
		let rows = designs.get(this.#no);
		if (!rows) {
			rows = listDesignDocuments(this.#tables, this.#no);
			const [oldest] = designs.keys();
			if (oldest !== undefined && designs.size >= MOST_DESIGNS) designs.delete(oldest);
			designs.set(this.#no, rows);
		}
		return rows;
	}

	async readLocal(id: string): Promise<LocalDocument | null> {
		await this.#store.environment.exchanging;
		this.#record();
		const bytes = this.#tables.locals.get(idKey(this.#no, id));
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

	async localIds(most: number): Promise<string[]> {
		await this.#store.environment.exchanging;
		this.#record();
		const range = { start: prefixKey(this.#no), end: prefixKey(this.#no + 1), limit: most };
		return [...this.#tables.locals.getKeys(range)].map(idOf);
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
		let start = prefixKey(this.#no);
		for (;;) {
			await this.#store.environment.exchanging;
			this.#record();
			const range = { start, end: prefixKey(this.#no + 1), limit: COMPACTED_AT_ONCE };
			const keys = [...this.#tables.documents.getKeys(range)];
			const last = keys.at(-1);
			if (!last) return;
			await this.#change((pen) => {
				for (const key of keys) compactDocument(pen, key);
			});
			start = Buffer.concat([last, Buffer.of(0)]);
		}
	}

	async purge(asked: ReadonlyMap<string, readonly RevisionId[]>): Promise<PurgeOutcome> {
		return this.#change((pen) => {
			const { database } = pen;
			const purged = new Map<string, RevisionId[]>();
			for (const [id, revs] of asked) purged.set(id, purgeDocument(pen, id, revs));
			database.purges = (database.purges ?? 0) + asked.size;
			return { purgeSeq: formatSequence(database.purges, this.#epoch), purged };
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

	#hasLocals(most: number): boolean {
		if (most === Number.POSITIVE_INFINITY) return false;
		const range = { start: prefixKey(this.#no), end: prefixKey(this.#no + 1), limit: most };
		return [...this.#tables.locals.getKeys(range)].length >= most;
	}

	get #tables(): Tables {
		return this.#store.environment.tables;
	}

	#record(): DatabaseRecord {
		return this.#checked(this.#tables.databases.get(nameKey(this.name)));
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
		const bytes = this.#tables.documents.get(idKey(this.#no, id));
		return bytes ? treeOf(bytes) : null;
	}

	#text(id: string): RevisionText | null {
		const row = this.#tables.documents.get(idKey(this.#no, id));
		if (!row) return null;
		const { rev, deleted, bodyAt } = headOf(row);
		const bytes = this.#tables.bodies.get(numberKey(this.#no, bodyAt));
		const bodyText = bytes ? bodyTextOf(bytes) : null;
		return bodyText === null ? null : { id, rev, deleted, bodyText };
	}

	#revision(id: string, tree: RevisionTree, rev: RevisionId): StoredRevision | null {
		const place = placeOf(tree, rev);
		if (!place || place.node.bodyAt === 0) return null;
		const bytes = this.#tables.bodies.get(numberKey(this.#no, place.node.bodyAt));
		if (!bytes) return null;
		const { body, attachments } = decodeBody(bytes);
		return {
			id,
			rev,
			deleted: place.node.deleted === true,
			body,
			attachments,
			revisions: { start: place.start, ids: place.ids }
		};
	}
}

/** Which of the revisions asked for are not known, and the leaves that may be their ancestors. */
function lackOf(
	asked: readonly RevisionId[],
	known: ReadonlySet<RevisionId>,
	leaves: readonly RevisionId[]
): { missing: RevisionId[]; possibleAncestors: RevisionId[] } {
	const missing = asked.filter((rev) => !known.has(rev));
	const newest = Math.max(...missing.map(generationOf));
	return { missing, possibleAncestors: leaves.filter((rev) => generationOf(rev) < newest) };
}

function generationOf(rev: RevisionId): number {
	return Number(rev.slice(0, rev.indexOf('-')));
}
