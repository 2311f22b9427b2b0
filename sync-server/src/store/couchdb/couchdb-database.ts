import { Readable } from 'node:stream';
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
	StoredRevision,
	WriteOutcome
} from '../document-store.ts';
import type { JsonObject } from '../json.ts';
import type { ForwardedAnswer, ForwardedQuery, Queries } from '../queries.ts';
import type { FilesOnDisk } from '../attachment-files.ts';
import { IdTooLong, MAX_ID_BYTES } from '../store-errors.ts';
import { listAllDocs } from './couchdb-all-docs.ts';
import { readBytes } from './couchdb-bytes.ts';
import { readChanges } from './couchdb-changes.ts';
import type { CouchdbClient } from './couchdb-client.ts';
import { byWinning, documentPath, isErased, revisionOf } from './couchdb-documents.ts';
import { readHistory } from './couchdb-history.ts';
import { CouchdbLocalDocuments } from './couchdb-local-documents.ts';
import { seqOf } from './couchdb-sequences.ts';
import { DatabaseLine } from './database-line.ts';
import { revisionsBrought, writeToCouchdb } from './write-to-couchdb.ts';

/** What all databases of a store have in common. */
export interface CouchdbParts {
	client: CouchdbClient;
	files: FilesOnDisk;
	epoch: string;
	open: (name: string) => Promise<Database | null>;
	/** Tells everybody here that something was written. */
	ring(database: string): void;
	listen(database: string, ring: () => void): () => void;
	/** One deed after the other for a database, in this process. */
	inTurn<T>(database: string, deed: () => Promise<T>): Promise<T>;
}

const COMPACTION_LOOK_MS = 200;
const INDEXING_MS = 5 * 60 * 1000;

/** One database on CouchDB. */
export class CouchdbDatabase implements Database {
	readonly name: string;
	readonly queries: Queries;
	readonly #parts: CouchdbParts;
	readonly #line: DatabaseLine;
	readonly #locals: CouchdbLocalDocuments;

	constructor(parts: CouchdbParts, name: string) {
		this.name = name;
		this.#parts = parts;
		this.#line = new DatabaseLine(parts.client, name);
		this.#locals = new CouchdbLocalDocuments(this.#line, (deed) => parts.inTurn(name, deed));
		this.queries = { by: 'store', forward: (query) => this.#forward(query) };
	}

	async info(): Promise<DatabaseInfo> {
		const info = (await this.#line.get('')) as {
			doc_count: number;
			doc_del_count: number;
			update_seq: string | number;
			purge_seq: string | number;
			sizes?: { external?: number; file?: number };
		};
		return {
			name: this.name,
			docCount: info.doc_count,
			deletedDocCount: info.doc_del_count,
			updateSeq: seqOf(info.update_seq, this.#parts.epoch),
			purgeSeq: String(info.purge_seq),
			epoch: this.#parts.epoch,
			diskBytes: info.sizes?.file ?? info.sizes?.external ?? 0
		};
	}

	async read(id: string, rev?: RevisionId): Promise<StoredRevision | null> {
		if (isUnstorable(id)) return null;
		const query = { revs: true, ...(rev === undefined ? {} : { rev }) };
		const answer = await this.#line.ask(documentPath(id), { query });
		if (answer.status === 200) return revisionOf(this.name, answer.json as JsonObject);
		this.#line.requireThere(answer);
		// A deleted winner is only shown by its revision.
		const { reason } = (answer.json ?? {}) as { reason?: string };
		if (rev !== undefined || reason !== 'deleted') return null;
		return (await this.leaves(id))[0] ?? null;
	}

	async leaves(id: string): Promise<StoredRevision[]> {
		if (isUnstorable(id)) return [];
		const query = { open_revs: 'all', revs: true };
		const answer = await this.#line.ask(documentPath(id), { query });
		this.#line.requireThere(answer);
		if (answer.status !== 200) return [];
		const rows = answer.json as { ok?: JsonObject }[];
		return rows.flatMap(({ ok }) => (ok ? revisionOf(this.name, ok) : [])).sort(byWinning);
	}

	/** They arrive as JSON: nothing is gained. */
	texts(ids: readonly string[]): Promise<null[]> {
		return Promise.resolve(ids.map(() => null));
	}

	history(id: string, rev: RevisionId): Promise<RevisionState[]> {
		return readHistory(this.#line, id, rev);
	}

	async missing(
		asked: ReadonlyMap<string, readonly RevisionId[]>
	): Promise<Map<string, { missing: RevisionId[]; possibleAncestors: RevisionId[] }>> {
		const body = Object.fromEntries([...asked].filter(([, revs]) => revs.length > 0));
		if (Object.keys(body).length === 0) return new Map();
		const answer = await this.#line.ask('_revs_diff', { method: 'POST', body });
		this.#line.requireOk(answer);
		const diff = answer.json as Record<
			string,
			{ missing: RevisionId[]; possible_ancestors?: RevisionId[] }
		>;
		return new Map(
			Object.entries(diff).map(([id, { missing, possible_ancestors: possibleAncestors = [] }]) => [
				id,
				{ missing, possibleAncestors }
			])
		);
	}

	async write(writes: readonly DocumentWrite[]): Promise<WriteOutcome[]> {
		const { files, open } = this.#parts;
		const parts = { line: this.#line, database: this, files, open };
		const written = await this.#parts.inTurn(this.name, async () => {
			const brought = await this.missing(revisionsBrought(writes));
			const outcomes = await writeToCouchdb(parts, writes);
			// Not by the sequence: each copy in a cluster has its own, and may be a little behind.
			const isChanged = outcomes.some(
				({ ok, id }, i) => ok && (writes[i]?.revisions === undefined || brought.has(id))
			);
			return { outcomes, isChanged };
		});
		if (written.isChanged) this.#parts.ring(this.name);
		return written.outcomes;
	}

	async erase(ids: readonly string[]): Promise<void> {
		if (ids.some(isUnstorable)) throw new IdTooLong();
		await this.#parts.inTurn(this.name, async () => {
			const docs: JsonObject[] = [];
			for (const id of ids) {
				const leaves = await this.leaves(id);
				if (isErased(leaves[0])) continue;
				const tombstone = { _id: id, _deleted: true, removal: 'erased' };
				if (leaves.length === 0) docs.push(tombstone);
				for (const { rev } of leaves) docs.push({ ...tombstone, _rev: rev });
			}
			for (const doc of docs) {
				this.#line.requireOk(
					await this.#line.ask('_bulk_docs', { method: 'POST', body: { docs: [doc] } })
				);
			}
		});
		this.#parts.ring(this.name);
		// CouchDB's compaction leaves nothing of revisions that are no leaves.
		await this.compact();
	}

	readAttachment(
		stub: AttachmentStub,
		range?: { start: number; end: number }
	): Promise<AsyncIterable<Uint8Array> | null> {
		return readBytes(this.#line, stub, range);
	}

	changes(query: ChangesQuery): Promise<ChangesPage> {
		return readChanges(this.#line, this.#parts.epoch, query);
	}

	onChange(ring: () => void): () => void {
		return this.#parts.listen(this.name, ring);
	}

	allDocs(query: AllDocsQuery): Promise<{ total: number; offset: number; rows: AllDocsRow[] }> {
		return listAllDocs(this.#line, query);
	}

	async designDocuments(): Promise<AllDocsRow[]> {
		const range = { startKey: '_design/', endKey: '_design0', inclusiveEnd: false };
		return (await this.allDocs(range)).rows;
	}

	readLocal(id: string): Promise<LocalDocument | null> {
		return this.#locals.read(id);
	}

	writeLocal(id: string, body: JsonObject, options?: LocalWrite): Promise<string>;
	writeLocal(
		id: string,
		body: JsonObject,
		options: LocalWrite & { most: number }
	): Promise<string | null>;
	writeLocal(
		id: string,
		body: JsonObject,
		options: LocalWrite & { most?: number } = {}
	): Promise<string | null> {
		return this.#locals.write(id, body, options);
	}

	removeLocal(id: string): Promise<boolean> {
		return this.#locals.remove(id);
	}

	localIds(most: number): Promise<string[]> {
		return this.#locals.ids(most);
	}

	async readRevsLimit(): Promise<number> {
		return Number(await this.#line.get('_revs_limit'));
	}

	async writeRevsLimit(most: number): Promise<void> {
		this.#line.requireOk(await this.#line.ask('_revs_limit', { method: 'PUT', body: most }));
	}

	async compact(): Promise<void> {
		this.#line.requireOk(await this.#line.ask('_compact', { method: 'POST', body: {} }));
		do {
			// First of all, too: it is answered before the compactors run.
			await new Promise((resolve) => setTimeout(resolve, COMPACTION_LOOK_MS));
		} while (await this.#isCompacting());
	}

	/** On whichever node of a cluster; the database itself tells of one copy. */
	async #isCompacting(): Promise<boolean> {
		const { compact_running: isRunning } = (await this.#line.get('')) as {
			compact_running?: boolean;
		};
		if (isRunning === true) return true;
		const { client } = this.#parts;
		const { status, json } = await client.json('_active_tasks');
		const tasks = (status === 200 ? json : []) as { type: string; database?: string }[];
		// `shards/00000000-ffffffff/` goes before the name, and when it was created after it.
		const shard = `/${client.prefix}${this.name}.`;
		return tasks.some(
			({ type, database }) => type === 'database_compaction' && database?.includes(shard)
		);
	}

	async purge(asked: ReadonlyMap<string, readonly RevisionId[]>): Promise<PurgeOutcome> {
		const body = Object.fromEntries(asked);
		const answer = await this.#line.ask('_purge', { method: 'POST', body });
		this.#line.requireOk(answer);
		const { purged } = answer.json as { purged: Record<string, RevisionId[]> };
		const { purgeSeq } = await this.info();
		this.#parts.ring(this.name);
		return { purgeSeq, purged: new Map([...asked.keys()].map((id) => [id, purged[id] ?? []])) };
	}

	async readSecurity(): Promise<JsonObject> {
		return (await this.#line.get('_security')) as JsonObject;
	}

	async writeSecurity(security: JsonObject): Promise<void> {
		this.#line.requireOk(await this.#line.ask('_security', { method: 'PUT', body: security }));
		this.#parts.ring(this.name);
	}

	async #forward({ method, path, search, body }: ForwardedQuery): Promise<ForwardedAnswer> {
		const { client } = this.#parts;
		const address = `${client.database(this.name)}/${path}${search}`;
		const response = await client.fetch(address, {
			method,
			// An index is built before its first row is told.
			answerMs: INDEXING_MS,
			...(body === undefined ? {} : { body })
		});
		const bytes = Readable.from((response.body ?? []) as AsyncIterable<Uint8Array>);
		return { statusCode: response.status, body: bytes };
	}
}

/** Nothing can be stored under it, so nothing is asked for. */
function isUnstorable(id: string): boolean {
	return id === '' || Buffer.byteLength(id) > MAX_ID_BYTES;
}
