import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../store/json.ts';
import { PeerError, type ChangesAsked, type Peer } from './peer.ts';

export interface ReplicationParts {
	source: Peer;
	target: Peer;
	/** Names its checkpoints in both databases. */
	id: string;
	changes: ChangesAsked;
	/** Starts here instead of at the last checkpoint. */
	sinceSeq?: string;
	useCheckpoints: boolean;
	createTarget: boolean;
	/** Called with the facts `_active_tasks` shows, as they change. */
	report: (facts: JsonObject) => void;
	/** The clock in milliseconds. */
	now: () => number;
}

interface Stats {
	missing_checked: number;
	missing_found: number;
	docs_read: number;
	docs_written: number;
	doc_write_failures: number;
}

/** As PouchDB has it; documents are held in memory a batch at a time. */
const BATCH = 100;
const SESSIONS_KEPT = 50;

/**
 * CouchDB's replication protocol (https://docs.couchdb.org/en/stable/replication/protocol.html) between two databases
 * over HTTP. Attachments go through as the bytes they come in, never whole in memory.
 */
export class Replication {
	readonly #parts: ReplicationParts;
	readonly #sessionId = randomUUID().replaceAll('-', '');
	readonly #stats: Stats = {
		missing_checked: 0,
		missing_found: 0,
		docs_read: 0,
		docs_written: 0,
		doc_write_failures: 0
	};
	#startedAt = '';
	#startSeq: Json = 0;
	#seq: Json = 0;
	#history: Json[] = [];
	#hasBulkGet = true;

	constructor(parts: ReplicationParts) {
		this.#parts = parts;
	}

	/** Everything there is now; answers what `_replicate` does. Throws `PeerError`. */
	async once(): Promise<JsonObject> {
		await this.#begin();
		await this.#toTheEnd();
		const isNothing = this.#stats.missing_checked === 0;
		return {
			ok: true,
			...(isNothing ? { no_changes: true } : {}),
			...this.#checkpoint()
		};
	}

	/** Everything there is and everything that comes, until the peers' signal aborts. Throws `PeerError`. */
	async forever(): Promise<never> {
		await this.#begin();
		for (;;) {
			await this.#toTheEnd();
			await this.#batch(true);
		}
	}

	async #begin(): Promise<void> {
		const { source, target, id, createTarget, sinceSeq, useCheckpoints, now } = this.#parts;
		this.#startedAt = new Date(now()).toUTCString();
		await openedPeer(source);
		if (createTarget) await target.create();
		await openedPeer(target);
		const [atSource, atTarget] = useCheckpoints
			? await Promise.all([source.readLocal(id), target.readLocal(id)])
			: [null, null];
		this.#history = Array.isArray(atSource?.['history']) ? atSource['history'] : [];
		this.#startSeq = sinceSeq ?? commonSeq(atSource, atTarget);
		this.#seq = this.#startSeq;
	}

	async #toTheEnd(): Promise<void> {
		while ((await this.#batch(false)) > 0);
	}

	/** Carries one batch over; answers how many changes are left, as far as the source says. */
	async #batch(isWaiting: boolean): Promise<number> {
		const { source, changes, useCheckpoints } = this.#parts;
		const before = this.#seq;
		const page = await source.changes(textOf(before), BATCH, isWaiting, changes);
		await this.#carry(
			new Map(page.results.map((row) => [row.id, row.changes.map((change) => change.rev)]))
		);
		this.#seq = page.last_seq;
		if (useCheckpoints && page.results.length > 0) await this.#save();
		const pending = page.pending ?? (page.results.length < BATCH ? 0 : 1);
		this.#report(pending);
		return page.results.length === 0 ? 0 : pending;
	}

	async #carry(revs: ReadonlyMap<string, string[]>): Promise<void> {
		if (revs.size === 0) return;
		const { target } = this.#parts;
		for (const list of revs.values()) this.#stats.missing_checked += list.length;
		const diff = Object.entries(await target.revsDiff(revs)).map(([id, row]) => missingIn(id, row));
		for (const { missing } of diff) this.#stats.missing_found += missing.length;
		const docs: JsonObject[] = [];
		const withBytes: Missing[] = [];
		const got = this.#hasBulkGet && diff.length > 0 ? await this.#bulkGet(diff) : null;
		if (got) {
			for (const row of diff) {
				const own = got.get(row.id) ?? [];
				if (own.some((doc) => '_attachments' in doc)) withBytes.push(row);
				else docs.push(...own);
			}
		} else withBytes.push(...diff);
		this.#stats.docs_read += docs.length;
		await this.#write(docs);
		for (const row of withBytes) await this.#carryWithBytes(row);
	}

	/** The documents by id; null when the source can't say. */
	async #bulkGet(diff: readonly Missing[]): Promise<Map<string, JsonObject[]> | null> {
		const asked = diff.flatMap(({ id, missing }) => missing.map((rev) => ({ id, rev })));
		const results = await this.#parts.source.bulkGet(asked);
		if (!results) {
			this.#hasBulkGet = false;
			return null;
		}
		const byId = new Map<string, Map<string, JsonObject>>();
		for (const { id, docs } of results) {
			const own = byId.get(textOf(id ?? null)) ?? new Map<string, JsonObject>();
			byId.set(textOf(id ?? null), own);
			for (const row of Array.isArray(docs) ? (docs as JsonObject[]) : []) {
				// With `latest`, two revisions may have the same descendant.
				const { ok: doc } = row;
				if (isDocument(doc)) own.set(textOf(doc['_rev'] ?? null), doc);
			}
		}
		return new Map([...byId].map(([id, own]) => [id, [...own.values()]]));
	}

	async #carryWithBytes(row: Missing): Promise<void> {
		const { source } = this.#parts;
		await source.retrying(async () => {
			try {
				await this.#passOn(row, row.possibleAncestors);
			} catch (error) {
				if (!(error instanceof PeerError) || error.statusCode !== 412) throw error;
				// The target knows the ancestor and has its bytes no longer.
				await this.#passOn(row, []);
			}
		});
	}

	async #passOn({ id, missing }: Missing, attsSince: readonly string[]): Promise<void> {
		const { source, target } = this.#parts;
		const docs: JsonObject[] = [];
		let read = 0;
		for await (const { headers, bytes } of source.openRevs(id, missing, attsSince)) {
			const contentType = headers.get('content-type') ?? '';
			if (/^multipart\/related/i.test(contentType)) {
				read += 1;
				await this.#countFailure(() => target.putMultipart(id, contentType, bytes));
			} else if (!/error="?true/i.test(contentType)) {
				read += 1;
				docs.push(await jsonOf(bytes));
			}
		}
		await this.#write(docs);
		this.#stats.docs_read += read;
	}

	async #write(docs: readonly JsonObject[]): Promise<void> {
		if (docs.length === 0) return;
		const refused = await this.#parts.target.bulkDocs(docs);
		this.#stats.doc_write_failures += refused.length;
		this.#stats.docs_written += docs.length - refused.length;
	}

	/** A document the target refuses is counted, and the others go on. */
	async #countFailure(write: () => Promise<void>): Promise<void> {
		try {
			await write();
			this.#stats.docs_written += 1;
		} catch (error) {
			const isRefused = error instanceof PeerError && [401, 403, 413].includes(error.statusCode);
			if (!isRefused) throw error;
			this.#stats.doc_write_failures += 1;
		}
	}

	async #save(): Promise<void> {
		const { source, target, id } = this.#parts;
		await target.ensureFullCommit();
		const body = this.#checkpoint();
		await target.writeLocal(id, body);
		await source.writeLocal(id, body);
	}

	#checkpoint(): JsonObject {
		const { now } = this.#parts;
		const session: JsonObject = {
			session_id: this.#sessionId,
			start_time: this.#startedAt,
			end_time: new Date(now()).toUTCString(),
			start_last_seq: this.#startSeq,
			end_last_seq: this.#seq,
			recorded_seq: this.#seq,
			...this.#stats
		};
		return {
			session_id: this.#sessionId,
			source_last_seq: this.#seq,
			replication_id_version: 4,
			history: [session, ...this.#history].slice(0, SESSIONS_KEPT)
		};
	}

	#report(pending: number): void {
		const { missing_checked, missing_found, ...counts } = this.#stats;
		this.#parts.report({
			...counts,
			revisions_checked: missing_checked,
			missing_revisions_found: missing_found,
			source_seq: this.#seq,
			through_seq: this.#seq,
			checkpointed_source_seq: this.#seq,
			changes_pending: pending
		});
	}
}

interface Missing {
	id: string;
	missing: string[];
	possibleAncestors: string[];
}

function missingIn(id: string, row: Json): Missing {
	const { missing, possible_ancestors: ancestors } = isDocument(row) ? row : {};
	return {
		id,
		missing: Array.isArray(missing) ? missing.map(String) : [],
		possibleAncestors: Array.isArray(ancestors) ? ancestors.map(String) : []
	};
}

function isDocument(json: Json | undefined): json is JsonObject {
	return typeof json === 'object' && json !== null && !Array.isArray(json);
}

async function openedPeer(peer: Peer): Promise<void> {
	await peer.info().catch((error: unknown) => {
		if (!(error instanceof PeerError) || error.statusCode !== 404) throw error;
		throw new PeerError(404, 'db_not_found', `could not open ${peer.address.url}`);
	});
}

/** Where both sides say they are; from the start when they don't agree. */
function commonSeq(atSource: JsonObject | null, atTarget: JsonObject | null): Json {
	if (!atSource || !atTarget) return 0;
	const sessions = (checkpoint: JsonObject): Map<Json, Json> =>
		new Map(
			[
				{ session_id: checkpoint['session_id'], recorded_seq: checkpoint['source_last_seq'] },
				...(Array.isArray(checkpoint['history']) ? (checkpoint['history'] as JsonObject[]) : [])
			].map((session) => [session['session_id'] ?? null, session['recorded_seq'] ?? 0])
		);
	const known = sessions(atTarget);
	for (const [session, seq] of sessions(atSource)) {
		if (session !== null && known.has(session)) return seq;
	}
	return 0;
}

/** Text as it is, anything else as JSON: the sequences of some servers are lists. */
function textOf(seq: Json): string {
	return typeof seq === 'string' ? seq : JSON.stringify(seq);
}

async function jsonOf(bytes: AsyncIterable<Uint8Array>): Promise<JsonObject> {
	const parts: Uint8Array[] = [];
	for await (const part of bytes) parts.push(part);
	return JSON.parse(Buffer.concat(parts).toString()) as JsonObject;
}
