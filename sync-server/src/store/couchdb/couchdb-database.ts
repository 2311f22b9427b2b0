import { Readable } from 'node:stream';
import type {
	AllDocsQuery,
	AllDocsRow,
	AttachmentStub,
	ChangeRow,
	ChangesPage,
	ChangesQuery,
	Database,
	DatabaseInfo,
	DocumentWrite,
	ForwardedAnswer,
	ForwardedQuery,
	JsonObject,
	LocalDocument,
	PurgeOutcome,
	Queries,
	RevisionId,
	RevisionState,
	StoredRevision,
	WriteOutcome
} from '../document-store.ts';
import type { FilesOnDisk } from '../attachment-files.ts';
import { companyOf } from '../company-of.ts';
import { DatabaseDropped, IdTooLong, MAX_ID_BYTES, StoreUnreachable } from '../store-errors.ts';
import type { CouchdbAnswer, CouchdbClient } from './couchdb-client.ts';
import {
	bodyOf,
	byWinning,
	documentPath,
	isErased,
	placeOfBytes,
	revisionOf
} from './couchdb-documents.ts';
import { writeToCouchdb } from './write-to-couchdb.ts';

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

/** One database on CouchDB. */
export class CouchdbDatabase implements Database {
	readonly name: string;
	readonly queries: Queries;
	readonly #parts: CouchdbParts;

	constructor(parts: CouchdbParts, name: string) {
		this.name = name;
		this.#parts = parts;
		this.queries = { by: 'store', forward: (query) => this.#forward(query) };
	}

	async info(): Promise<DatabaseInfo> {
		const info = (await this.#get('')) as {
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
			updateSeq: this.#seq(info.update_seq),
			purgeSeq: String(info.purge_seq),
			epoch: this.#parts.epoch,
			diskBytes: info.sizes?.file ?? info.sizes?.external ?? 0
		};
	}

	async read(id: string, rev?: RevisionId): Promise<StoredRevision | null> {
		if (isUnstorable(id)) return null;
		const query = { revs: true, ...(rev === undefined ? {} : { rev }) };
		const answer = await this.#ask(documentPath(id), { query });
		if (answer.status === 200) return revisionOf(this.name, answer.json as JsonObject);
		this.#requireThere(answer);
		// A deleted winner is only shown by its revision.
		const { reason } = (answer.json ?? {}) as { reason?: string };
		if (rev !== undefined || reason !== 'deleted') return null;
		return (await this.leaves(id))[0] ?? null;
	}

	async leaves(id: string): Promise<StoredRevision[]> {
		if (isUnstorable(id)) return [];
		const query = { open_revs: 'all', revs: true };
		const answer = await this.#ask(documentPath(id), { query });
		this.#requireThere(answer);
		if (answer.status !== 200) return [];
		const rows = answer.json as { ok?: JsonObject }[];
		return rows.flatMap(({ ok }) => (ok ? revisionOf(this.name, ok) : [])).sort(byWinning);
	}

	/** Its documents arrive as JSON: nothing is gained by writing them anew here. */
	texts(ids: readonly string[]): Promise<null[]> {
		return Promise.resolve(ids.map(() => null));
	}

	async history(id: string, rev: RevisionId): Promise<RevisionState[]> {
		const answer = await this.#ask(documentPath(id), { query: { rev, revs_info: true } });
		this.#requireThere(answer);
		if (answer.status !== 200) return [];
		return (answer.json as { _revs_info: RevisionState[] })._revs_info;
	}

	async missing(
		asked: ReadonlyMap<string, readonly RevisionId[]>
	): Promise<Map<string, { missing: RevisionId[]; possibleAncestors: RevisionId[] }>> {
		const body = Object.fromEntries([...asked].filter(([, revs]) => revs.length > 0));
		const answer = await this.#ask('_revs_diff', { method: 'POST', body });
		this.#requireOk(answer);
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
		const { client, files, open } = this.#parts;
		const parts = {
			client,
			database: this,
			files,
			open: (name: string) => open(name),
			requireThere: (answer: CouchdbAnswer) => this.#requireThere(answer)
		};
		const outcomes = await this.#parts.inTurn(this.name, async () => {
			const before = (await this.info()).updateSeq;
			const made = await writeToCouchdb(parts, writes);
			const isChanged = (await this.info()).updateSeq !== before;
			return { made, isChanged };
		});
		if (outcomes.isChanged) this.#parts.ring(this.name);
		return outcomes.made;
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
				this.#requireOk(await this.#ask('_bulk_docs', { method: 'POST', body: { docs: [doc] } }));
			}
		});
		this.#parts.ring(this.name);
		// CouchDB's compaction leaves nothing of revisions that are no leaves.
		await this.compact();
	}

	async readAttachment(
		stub: AttachmentStub,
		range?: { start: number; end: number }
	): Promise<AsyncIterable<Uint8Array> | null> {
		const place = placeOfBytes(stub);
		if (place === null || companyOf(place.database) !== companyOf(this.name)) return null;
		const { client } = this.#parts;
		const path = [
			client.database(place.database),
			documentPath(place.id),
			...place.name.split('/').map(encodeURIComponent)
		].join('/');
		const response = await client.fetch(path, {
			query: { rev: place.rev },
			headers: {
				accept: '*/*',
				...(range ? { range: `bytes=${range.start}-${range.end}` } : {})
			}
		});
		if (!response.ok) {
			await response.body?.cancel();
			return null;
		}
		const bytes = Readable.from((response.body ?? []) as AsyncIterable<Uint8Array>);
		// Compressible types are sent whole, whatever part was asked for.
		return range && response.status === 200 ? partOf(bytes, range) : bytes;
	}

	async changes(query: ChangesQuery): Promise<ChangesPage> {
		const { since, limit, descending, ids } = query;
		const start = descending ? '0' : this.#couchSeq(since);
		// Of few documents, all are asked for: what is pending is then counted exactly.
		const asked = ids ? undefined : limit;
		const options = {
			style: 'all_docs',
			...(descending ? { descending: true } : { since: start }),
			...(asked === undefined ? {} : { limit: Math.max(1, asked) })
		};
		const answer = ids
			? await this.#ask('_changes', {
					method: 'POST',
					query: { ...options, filter: '_doc_ids' },
					body: { doc_ids: [...ids] }
				})
			: await this.#ask('_changes', { query: options });
		this.#requireOk(answer);
		const page = answer.json as {
			results: {
				seq: string | number;
				id: string;
				changes: { rev: string }[];
				deleted?: boolean;
			}[];
			last_seq: string | number;
			pending?: number;
		};
		const all = page.results.map(({ seq, id, changes, deleted }): ChangeRow => ({
			seq: this.#seq(seq),
			id,
			deleted: deleted === true,
			leaves: changes.map(({ rev }) => rev)
		}));
		const rows = limit === undefined ? all : all.slice(0, limit);
		const pending = (ids ? 0 : (page.pending ?? 0)) + all.length - rows.length;
		const lastSeq =
			pending === 0 ? this.#seq(page.last_seq) : (rows.at(-1)?.seq ?? this.#seq(start));
		return { rows, lastSeq, pending };
	}

	onChange(ring: () => void): () => void {
		return this.#parts.listen(this.name, ring);
	}

	async allDocs(
		query: AllDocsQuery
	): Promise<{ total: number; offset: number; rows: AllDocsRow[] }> {
		const { startKey, endKey, inclusiveEnd, descending = false, skip, limit } = query;
		if (startKey !== undefined && endKey !== undefined) {
			const order = Buffer.compare(Buffer.from(startKey), Buffer.from(endKey));
			// CouchDB calls it an error.
			if (descending ? order < 0 : order > 0) {
				return { total: (await this.info()).docCount, offset: 0, rows: [] };
			}
		}
		const answer = await this.#ask('_all_docs', {
			query: {
				...(startKey === undefined ? {} : { startkey: JSON.stringify(cut(startKey)) }),
				...(endKey === undefined ? {} : { endkey: JSON.stringify(cut(endKey)) }),
				...(inclusiveEnd === false ? { inclusive_end: false } : {}),
				...(descending ? { descending } : {}),
				...(skip === undefined ? {} : { skip }),
				...(limit === undefined ? {} : { limit })
			}
		});
		this.#requireOk(answer);
		const {
			total_rows: total,
			offset,
			rows
		} = answer.json as {
			total_rows: number;
			offset: number | null;
			rows: { id: string; value: { rev: string } }[];
		};
		return {
			total,
			offset: offset ?? 0,
			rows: rows.map(({ id, value }) => ({ id, rev: value.rev, deleted: false }))
		};
	}

	async designDocuments(): Promise<AllDocsRow[]> {
		const range = { startKey: '_design/', endKey: '_design0', inclusiveEnd: false };
		return (await this.allDocs(range)).rows;
	}

	async readLocal(id: string): Promise<LocalDocument | null> {
		const answer = await this.#ask(localPath(id));
		this.#requireThere(answer);
		if (answer.status !== 200) return null;
		const json = answer.json as JsonObject & { _rev: string };
		return { id, rev: json._rev, body: bodyOf(json) };
	}

	writeLocal(id: string, body: JsonObject): Promise<string>;
	writeLocal(id: string, body: JsonObject, most: number): Promise<string | null>;
	async writeLocal(id: string, body: JsonObject, most?: number): Promise<string | null> {
		if (Buffer.byteLength(id) > MAX_ID_BYTES) throw new IdTooLong();
		return this.#parts.inTurn(this.name, async () => {
			const before = await this.readLocal(id);
			if (most !== undefined && !before && (await this.localIds(most)).length >= most) return null;
			const put = (rev?: string) =>
				this.#ask(localPath(id), {
					method: 'PUT',
					body: rev === undefined ? body : { ...body, _rev: rev }
				});
			let answer = await put(before?.rev);
			// Another server was faster; the last one stays.
			if (answer.status === 409) answer = await put();
			this.#requireOk(answer);
			return (answer.json as { rev: string }).rev;
		});
	}

	async removeLocal(id: string): Promise<boolean> {
		const before = await this.readLocal(id);
		if (before === null) return false;
		const answer = await this.#ask(localPath(id), { method: 'DELETE', query: { rev: before.rev } });
		this.#requireThere(answer);
		return answer.status === 200;
	}

	async localIds(most: number): Promise<string[]> {
		const answer = await this.#ask('_local_docs', { query: { limit: most } });
		this.#requireOk(answer);
		const { rows } = answer.json as { rows: { id: string }[] };
		return rows.map(({ id }) => id.replace(/^_local\//, ''));
	}

	async readRevsLimit(): Promise<number> {
		return Number(await this.#get('_revs_limit'));
	}

	async writeRevsLimit(most: number): Promise<void> {
		this.#requireOk(await this.#ask('_revs_limit', { method: 'PUT', body: most }));
	}

	async compact(): Promise<void> {
		this.#requireOk(await this.#ask('_compact', { method: 'POST', body: {} }));
		for (;;) {
			const { compact_running: isRunning } = (await this.#get('')) as { compact_running?: boolean };
			if (isRunning !== true) return;
			await new Promise((resolve) => setTimeout(resolve, COMPACTION_LOOK_MS));
		}
	}

	async purge(asked: ReadonlyMap<string, readonly RevisionId[]>): Promise<PurgeOutcome> {
		const body = Object.fromEntries(asked);
		const answer = await this.#ask('_purge', { method: 'POST', body });
		this.#requireOk(answer);
		const { purged } = answer.json as { purged: Record<string, RevisionId[]> };
		const { purgeSeq } = await this.info();
		this.#parts.ring(this.name);
		return { purgeSeq, purged: new Map([...asked.keys()].map((id) => [id, purged[id] ?? []])) };
	}

	async readSecurity(): Promise<JsonObject> {
		return (await this.#get('_security')) as JsonObject;
	}

	async writeSecurity(security: JsonObject): Promise<void> {
		this.#requireOk(await this.#ask('_security', { method: 'PUT', body: security }));
		this.#parts.ring(this.name);
	}

	async #forward({ method, path, search, body }: ForwardedQuery): Promise<ForwardedAnswer> {
		const { client } = this.#parts;
		const address = `${client.database(this.name)}/${path}${search}`;
		const response = await client.fetch(address, {
			method,
			...(body === undefined ? {} : { body })
		});
		const bytes = Readable.from((response.body ?? []) as AsyncIterable<Uint8Array>);
		return { statusCode: response.status, body: bytes };
	}

	#ask(path: string, request: Parameters<CouchdbClient['json']>[1] = {}): Promise<CouchdbAnswer> {
		const { client } = this.#parts;
		return client.json(`${client.database(this.name)}${path === '' ? '' : `/${path}`}`, request);
	}

	async #get(path: string): Promise<unknown> {
		const answer = await this.#ask(path);
		this.#requireOk(answer);
		return answer.json;
	}

	#requireThere({ status, json }: CouchdbAnswer): void {
		const { reason } = (json ?? {}) as { reason?: string };
		if (status === 404 && /^(Database does not exist|no_db_file)/.test(reason ?? '')) {
			throw new DatabaseDropped(this.name);
		}
	}

	#requireOk(answer: CouchdbAnswer): void {
		this.#requireThere(answer);
		if (answer.status >= 200 && answer.status < 300) return;
		const text = JSON.stringify(answer.json).slice(0, 200);
		throw new StoreUnreachable(new Error(`CouchDB answered ${answer.status}: ${text}`));
	}

	/** CouchDB's own sequence with our epoch behind it. */
	#seq(couchSeq: string | number): string {
		const text = String(couchSeq);
		return `${/^\d/.test(text) ? text : `0-${text}`}-${this.#parts.epoch}`;
	}

	/** What CouchDB calls a sequence of ours; of another epoch, the beginning. */
	#couchSeq(since: string): string {
		if (since === 'now') return 'now';
		const end = `-${this.#parts.epoch}`;
		return since.endsWith(end) ? since.slice(0, -end.length) : '0';
	}
}

/** Nothing can be stored under it, so nothing is asked for. */
function isUnstorable(id: string): boolean {
	return id === '' || Buffer.byteLength(id) > MAX_ID_BYTES;
}

/** Longer keys than any id sort where their beginning does. */
function cut(key: string): string {
	return Buffer.byteLength(key) > MAX_ID_BYTES ? `${key.slice(0, MAX_ID_BYTES / 3)}\u0000` : key;
}

function localPath(id: string): string {
	return `_local/${encodeURIComponent(id)}`;
}

async function* partOf(
	bytes: AsyncIterable<Uint8Array>,
	{ start, end }: { start: number; end: number }
): AsyncGenerator<Uint8Array> {
	let at = 0;
	for await (const piece of bytes) {
		const from = Math.max(0, start - at);
		const to = Math.min(piece.byteLength, end + 1 - at);
		if (from < to) yield piece.subarray(from, to);
		at += piece.byteLength;
		if (at > end) return;
	}
}
