import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { boundaryOf, readParts, type Part } from '../../http/multipart.ts';
import type { Json, JsonObject } from '../../store/json.ts';

/** A database that answers as CouchDB does, somewhere. */
export interface PeerAddress {
	/** Without credentials. */
	url: string;
	headers: Record<string, string>;
}

/** A peer's refusal, or what it said that makes no sense. */
export class PeerError extends Error {
	readonly code = 'replicator.peer';
	/** 0 when nothing was answered. */
	readonly statusCode: number;
	readonly error: string;

	constructor(statusCode: number, error: string, reason: string, cause?: unknown) {
		super(reason, { cause });
		this.name = 'PeerError';
		this.statusCode = statusCode;
		this.error = error;
	}

	/** Whether it may go well another time. */
	get isPassing(): boolean {
		return this.statusCode === 0 || this.statusCode >= 500 || this.statusCode === 429;
	}
}

export interface PeerChange {
	id: string;
	changes: { rev: string }[];
}

export interface PeerChanges {
	results: PeerChange[];
	last_seq: Json;
	pending?: number;
}

/** Which changes are asked for. */
export interface ChangesAsked {
	/** `filter` and what it takes, and `style`. */
	query: Readonly<Record<string, string>>;
	/** What a filter takes in a body. */
	body?: JsonObject;
}

const TRIES = 5;
const FIRST_PAUSE_MS = 250;
/** A long-poll that stays quiet is asked again after this long. */
const LONG_POLL_MS = 50_000;

/** The requests a replicator makes of one database. */
export class Peer {
	readonly address: PeerAddress;
	readonly #signal: AbortSignal;
	#localRev: Json | undefined;

	/** @param signal aborts when the replication is given up. */
	constructor(address: PeerAddress, signal: AbortSignal) {
		this.address = address;
		this.#signal = signal;
	}

	info(): Promise<JsonObject> {
		return this.#json('GET', '');
	}

	/** Makes the database if there is none. */
	async create(): Promise<void> {
		await this.#json('PUT', '').catch((error: unknown) => {
			if (!(error instanceof PeerError) || error.statusCode !== 412) throw error;
		});
	}

	async readLocal(id: string): Promise<JsonObject | null> {
		try {
			const found = await this.#json('GET', `/_local/${encodeURIComponent(id)}`);
			this.#localRev = found['_rev'];
			return found;
		} catch (error) {
			if (error instanceof PeerError && error.statusCode === 404) return null;
			throw error;
		}
	}

	/** Writes over what `readLocal` read or this wrote: some servers ask for its revision. */
	async writeLocal(id: string, body: JsonObject): Promise<void> {
		const known = this.#localRev === undefined ? {} : { _rev: this.#localRev };
		const path = `/_local/${encodeURIComponent(id)}`;
		this.#localRev = (await this.#json('PUT', path, { ...body, ...known }))['rev'];
	}

	async ensureFullCommit(): Promise<void> {
		await this.#json('POST', '/_ensure_full_commit', {});
	}

	async changes(
		since: string,
		limit: number,
		isWaiting: boolean,
		{ query, body }: ChangesAsked
	): Promise<PeerChanges> {
		const options = new URLSearchParams({
			...query,
			since,
			limit: String(limit),
			...(isWaiting ? { feed: 'longpoll', timeout: String(LONG_POLL_MS) } : { feed: 'normal' })
		});
		const path = `/_changes?${options.toString()}`;
		const answer = await this.#json(body ? 'POST' : 'GET', path, body);
		if (!Array.isArray(answer['results'])) {
			throw new PeerError(0, 'changes_reading_failure', 'The source lists no changes.');
		}
		return answer as unknown as PeerChanges;
	}

	revsDiff(asked: ReadonlyMap<string, string[]>): Promise<JsonObject> {
		return this.#json('POST', '/_revs_diff', Object.fromEntries(asked));
	}

	/** Null when the peer has no `_bulk_get`. */
	async bulkGet(docs: readonly JsonObject[]): Promise<JsonObject[] | null> {
		const path = '/_bulk_get?revs=true&latest=true&attachments=false';
		try {
			const { results } = await this.#json('POST', path, { docs: [...docs] });
			return Array.isArray(results) ? (results as JsonObject[]) : null;
		} catch (error) {
			const isUnknown = error instanceof PeerError && [404, 405, 501].includes(error.statusCode);
			if (isUnknown) return null;
			throw error;
		}
	}

	/** Revisions with the bytes of their attachments, as parts to be read in order. */
	async *openRevs(
		id: string,
		revs: readonly string[],
		attsSince: readonly string[]
	): AsyncGenerator<Part> {
		const options = new URLSearchParams({
			revs: 'true',
			latest: 'true',
			open_revs: JSON.stringify(revs),
			...(attsSince.length > 0 ? { atts_since: JSON.stringify(attsSince) } : {})
		});
		const response = await this.#ask('GET', `${pathOf(id)}?${options.toString()}`, {
			headers: { accept: 'multipart/mixed' }
		});
		const boundary = boundaryOf(response.headers.get('content-type') ?? undefined);
		if (boundary === null || !response.body) {
			throw new PeerError(0, 'bad_answer', 'The source answers open_revs without multipart/mixed.');
		}
		yield* readParts(response.body as AsyncIterable<Uint8Array>, boundary);
	}

	/** Rows that were refused. */
	async bulkDocs(docs: readonly JsonObject[]): Promise<JsonObject[]> {
		const body = { docs: [...docs], new_edits: false };
		const rows: unknown = await this.#json('POST', '/_bulk_docs', body);
		return Array.isArray(rows) ? (rows as JsonObject[]).filter((row) => 'error' in row) : [];
	}

	/** One revision with its bytes, passed on as they come: not tried again. */
	async putMultipart(
		id: string,
		contentType: string,
		bytes: AsyncIterable<Uint8Array>
	): Promise<void> {
		const response = await this.#ask('PUT', `${pathOf(id)}?new_edits=false`, {
			headers: { 'content-type': contentType },
			body: Readable.toWeb(Readable.from(bytes)) as ReadableStream<Uint8Array<ArrayBuffer>>,
			duplex: 'half'
		});
		await response.text();
	}

	async #json(method: string, path: string, body?: JsonObject): Promise<JsonObject> {
		return this.retrying(async () => {
			const response = await this.#ask(method, path, {
				headers: {
					accept: 'application/json',
					...(body ? { 'content-type': 'application/json' } : {})
				},
				...(body ? { body: JSON.stringify(body) } : {})
			});
			try {
				return (await response.json()) as JsonObject;
			} catch (error) {
				this.#signal.throwIfAborted();
				throw new PeerError(0, 'bad_answer', 'The answer broke off.', error);
			}
		});
	}

	/** Tries again what may go well another time, with growing pauses. */
	async retrying<T>(attempt: () => Promise<T>): Promise<T> {
		for (let tried = 1; ; tried++) {
			try {
				return await attempt();
			} catch (error) {
				this.#signal.throwIfAborted();
				if (!(error instanceof PeerError) || !error.isPassing || tried === TRIES) throw error;
				const pauseMs = FIRST_PAUSE_MS * 2 ** (tried - 1);
				await setTimeout(pauseMs, undefined, { signal: this.#signal });
			}
		}
	}

	async #ask(
		method: string,
		path: string,
		init: RequestInit & { headers: Record<string, string>; duplex?: 'half' }
	): Promise<Response> {
		const { url, headers } = this.address;
		const response = await fetch(url + path, {
			...init,
			method,
			headers: { ...headers, ...init.headers },
			signal: this.#signal
		}).catch((error: unknown) => {
			this.#signal.throwIfAborted();
			throw new PeerError(0, 'unreachable', `Could not reach ${url}.`, error);
		});
		if (response.ok) return response;
		const text = await response.text().catch(() => '');
		let said: { error?: unknown; reason?: unknown } = {};
		try {
			said = JSON.parse(text) as typeof said;
		} catch {
			// A proxy's page, or nothing.
		}
		const error = typeof said.error === 'string' ? said.error : 'bad_answer';
		const reason = typeof said.reason === 'string' ? said.reason : `Status ${response.status}.`;
		throw new PeerError(response.status, error, reason);
	}
}

/** Below the database: a design document keeps its slash. */
function pathOf(id: string): string {
	const [, design] = /^_design\/(.*)$/s.exec(id) ?? [];
	return design === undefined
		? `/${encodeURIComponent(id)}`
		: `/_design/${encodeURIComponent(design)}`;
}
