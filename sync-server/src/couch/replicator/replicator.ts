import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { badRequest, CouchError, notFound } from '../../http/errors.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import type { ActiveTasks } from '../active-tasks.ts';
import { Peer, PeerError, type PeerAddress } from './peer.ts';
import { Replication } from './replication.ts';

export interface ReplicatorParts {
	tasks: ActiveTasks;
	/** Makes its replications' checkpoints its own. */
	serverUuid: string;
	/** How to reach the server's own databases; null before it listens. */
	ownServer: () => { url: string; authorization?: string } | null;
	/** A continuous replication failed and is tried again. */
	onFailure: (error: unknown) => void;
	now: () => number;
}

const LONGEST_PAUSE_MS = 60_000;

/** Runs replications for the server administrator. Continuous ones go on until they are cancelled or the server stops. */
export class Replicator {
	readonly #parts: ReplicatorParts;
	readonly #running = new Map<string, { cancel: AbortController; ended: Promise<void> }>();
	readonly #once = new Set<AbortController>();

	constructor(parts: ReplicatorParts) {
		this.#parts = parts;
	}

	/** What a `POST _replicate` asks for: the answer and its status. `gone` aborts when nobody waits any more. */
	async answer(
		request: JsonObject,
		user: string | null,
		gone: AbortSignal
	): Promise<{ statusCode: number; body: JsonObject }> {
		if (request['cancel'] === true) return { statusCode: 200, body: await this.#cancel(request) };
		const asked = this.#read(request);
		const isContinuous = request['continuous'] === true;
		if (!isContinuous) return { statusCode: 200, body: await this.#run(asked, user, gone) };
		const localId = `${asked.id}+continuous`;
		if (!this.#running.has(localId)) {
			const cancel = new AbortController();
			const ended = this.#keepRunning(asked, user, cancel.signal).finally(() =>
				this.#running.delete(localId)
			);
			this.#running.set(localId, { cancel, ended });
		}
		return { statusCode: 202, body: { ok: true, _local_id: localId } };
	}

	/** Ends all of them. */
	async close(): Promise<void> {
		for (const cancel of this.#once) cancel.abort();
		const running = [...this.#running.values()];
		for (const { cancel } of running) cancel.abort();
		await Promise.all(running.map(({ ended }) => ended));
	}

	async #cancel(request: JsonObject): Promise<JsonObject> {
		const named = request['replication_id'] ?? request['_local_id'];
		const localId =
			typeof named === 'string'
				? named
				: `${this.#read({ ...request, cancel: null }).id}+continuous`;
		const running = this.#running.get(localId);
		if (!running) throw notFound('There is no such replication.');
		running.cancel.abort();
		await running.ended;
		return { ok: true, _local_id: localId };
	}

	async #run(asked: Asked, user: string | null, gone: AbortSignal): Promise<JsonObject> {
		const cancel = new AbortController();
		this.#once.add(cancel);
		const signal = AbortSignal.any([cancel.signal, gone]);
		const task = this.#parts.tasks.begin(factsOf(asked, user, false));
		try {
			return await this.#replication(asked, signal, (facts) => task.update(facts)).once();
		} catch (error) {
			if (signal.aborted)
				throw new CouchError(503, 'service_unavailable', 'The replication was given up.');
			if (!(error instanceof PeerError)) throw error;
			const statusCode = error.statusCode === 404 ? 404 : 500;
			throw new CouchError(statusCode, error.error, error.message);
		} finally {
			task.end();
			this.#once.delete(cancel);
		}
	}

	async #keepRunning(asked: Asked, user: string | null, signal: AbortSignal): Promise<void> {
		const task = this.#parts.tasks.begin(factsOf(asked, user, true));
		let failures = 0;
		try {
			for (;;) {
				const report = (facts: JsonObject) => {
					failures = 0;
					task.update(facts);
				};
				try {
					await this.#replication(asked, signal, report).forever();
				} catch (error) {
					if (signal.aborted) return;
					this.#parts.onFailure(error);
					failures += 1;
				}
				const pauseMs = Math.min(1000 * 2 ** (failures - 1), LONGEST_PAUSE_MS);
				await setTimeout(pauseMs, undefined, { signal });
			}
		} catch {
			// The pause was cut short.
		} finally {
			task.end();
		}
	}

	#replication(
		asked: Asked,
		signal: AbortSignal,
		report: (facts: JsonObject) => void
	): Replication {
		return new Replication({
			...asked,
			source: new Peer(asked.source, signal),
			target: new Peer(asked.target, signal),
			report,
			now: this.#parts.now
		});
	}

	#read(request: JsonObject): Asked {
		const own = this.#parts.ownServer();
		const source = addressOf(request['source'], 'source', own);
		const target = addressOf(request['target'], 'target', own);
		const changes = changesOf(request);
		const { since_seq: since } = request;
		const id = createHash('md5')
			.update(
				JSON.stringify([this.#parts.serverUuid, source.url, target.url, changes, since ?? null])
			)
			.digest('hex');
		return {
			source,
			target,
			id,
			changes,
			...(since === undefined ? {} : { sinceSeq: textOf(since) }),
			useCheckpoints: request['use_checkpoints'] !== false,
			createTarget: request['create_target'] === true
		};
	}
}

interface Asked {
	source: PeerAddress;
	target: PeerAddress;
	id: string;
	changes: { query: Record<string, string>; body?: JsonObject };
	sinceSeq?: string;
	useCheckpoints: boolean;
	createTarget: boolean;
}

function factsOf(
	{ source, target, id }: Asked,
	user: string | null,
	continuous: boolean
): JsonObject {
	return {
		type: 'replication',
		replication_id: continuous ? `${id}+continuous` : id,
		source: source.url,
		target: target.url,
		continuous,
		user,
		doc_id: null
	};
}

/** A name of ours, an address, or an object with an address and how to sign in there. */
function addressOf(
	asked: Json | undefined,
	member: string,
	own: { url: string; authorization?: string } | null
): PeerAddress {
	const {
		url: named,
		headers,
		auth
	}: JsonObject = isObject(asked) ? asked : { url: asked ?? null };
	if (typeof named !== 'string' || named === '') {
		throw badRequest(`\`${member}\` must name a database.`);
	}
	if (!/^https?:\/\//i.test(named)) {
		if (!own) throw new CouchError(503, 'service_unavailable', 'The server is starting.');
		const { url, authorization } = own;
		return {
			url: `${url}/${encodeURIComponent(named)}`,
			headers: authorization === undefined ? {} : { authorization }
		};
	}
	if (!URL.canParse(named)) throw badRequest(`\`${member}\` is not an address.`);
	const url = new URL(named);
	const basic = isObject(auth) && isObject(auth['basic']) ? auth['basic'] : {};
	const name = basic['username'] ?? decodeURIComponent(url.username);
	const password = basic['password'] ?? decodeURIComponent(url.password);
	url.username = '';
	url.password = '';
	url.search = '';
	url.hash = '';
	return {
		url: url.href.replace(/\/+$/, ''),
		headers: {
			...(name === '' ? {} : { authorization: basicOf(textOf(name), textOf(password)) }),
			...Object.fromEntries(
				Object.entries(isObject(headers) ? headers : {}).map(([header, value]) => [
					header.toLowerCase(),
					textOf(value)
				])
			)
		}
	};
}

function basicOf(name: string, password: string): string {
	return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

/** Which changes go over: all, some ids, what a selector matches, or what a function of the source lets through. */
function changesOf(request: JsonObject): Asked['changes'] {
	const { doc_ids: ids, selector, filter, query_params: parameters } = request;
	const style = request['winning_revs_only'] === true ? 'main_only' : 'all_docs';
	if (ids !== undefined) {
		if (!Array.isArray(ids)) throw badRequest('`doc_ids` must be a list.');
		return { query: { style, filter: '_doc_ids' }, body: { doc_ids: ids } };
	}
	if (selector !== undefined) {
		if (!isObject(selector)) throw badRequest('`selector` must be an object.');
		return { query: { style, filter: '_selector' }, body: { selector } };
	}
	if (filter === undefined) return { query: { style } };
	if (typeof filter !== 'string') throw badRequest('`filter` must be a name.');
	const more = Object.entries(isObject(parameters) ? parameters : {}).map(
		([name, value]): [string, string] => [name, textOf(value)]
	);
	return { query: { style, filter, ...Object.fromEntries(more) } };
}

function textOf(json: Json): string {
	return typeof json === 'string' ? json : JSON.stringify(json);
}

function isObject(json: Json | undefined): json is JsonObject {
	return typeof json === 'object' && json !== null && !Array.isArray(json);
}
