import { Readable } from 'node:stream';
import { StorageFull, StoreUnreachable } from '../store-errors.ts';

export interface CouchdbAnswer {
	status: number;
	headers: Headers;
	json: unknown;
}

interface Request {
	method?: string;
	query?: Record<string, string | number | boolean>;
	/** Sent as JSON. */
	body?: unknown;
	headers?: Record<string, string>;
	signal?: AbortSignal;
	/** How long nothing may be sent and nothing come back; without it as long as the client has it. */
	answerMs?: number;
}

/**
 * A cluster that loses a node while it takes an attachment leaves its sender without an answer for ten minutes, and
 * whoever waits behind that write.
 */
const ANSWER_MS = 30_000;

/**
 * Speaks to one CouchDB server or cluster. The address may carry credentials, and, after its last slash, what the names
 * of our databases begin with there: `https://name:password@couch.example:5984/outlay-`.
 */
export class CouchdbClient {
	readonly prefix: string;
	readonly #base: string;
	readonly #authorization: Record<string, string>;
	readonly #answerMs: number;

	constructor(address: string, answerMs = ANSWER_MS) {
		this.#answerMs = answerMs;
		const url = new URL(address);
		const slash = url.pathname.lastIndexOf('/');
		this.prefix = url.pathname.slice(slash + 1);
		this.#base = `${url.protocol}//${url.host}${url.pathname.slice(0, slash + 1)}`;
		const [name, password] = [url.username, url.password].map(decodeURIComponent);
		this.#authorization =
			name === ''
				? {}
				: { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
	}

	/** The address of one of our databases, below the server's. */
	database(name: string): string {
		return encodeURIComponent(this.prefix + name);
	}

	/** Asks and reads the JSON of the answer. Throws `StoreUnreachable` and `StorageFull`; other statuses are the caller's. */
	async json(path: string, request: Request = {}): Promise<CouchdbAnswer> {
		const response = await this.fetch(path, request);
		const text = await response.text().catch((error: unknown) => {
			throw new StoreUnreachable(error);
		});
		return { status: response.status, headers: response.headers, json: parse(text) };
	}

	/** As `json`, with the answer unread; what is sent may be a stream, of the type the headers name. */
	async fetch(
		path: string,
		{ method = 'GET', query = {}, body, headers = {}, signal, answerMs }: Request = {},
		stream?: AsyncIterable<Uint8Array>
	): Promise<Response> {
		const search = new URLSearchParams(
			Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])
		).toString();
		const address = this.#base + path + (search === '' ? '' : `?${search}`);
		const init: RequestInit & { duplex?: 'half' } = {
			method,
			headers: { accept: 'application/json', ...this.#authorization, ...headers }
		};
		const silence = new Silence(answerMs ?? this.#answerMs);
		init.signal = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
		if (stream) {
			const sent = Readable.from(silence.brokenBy(stream));
			init.body = Readable.toWeb(sent) as ReadableStream<Uint8Array>;
			init.duplex = 'half';
		} else if (body !== undefined) {
			init.headers = { ...init.headers, 'content-type': 'application/json' };
			init.body = JSON.stringify(body);
		}
		let response: Response;
		try {
			response = await fetch(address, init);
		} catch (error) {
			throw new StoreUnreachable(error);
		} finally {
			silence.end();
		}
		if (response.status === 507) throw new StorageFull(new Error('CouchDB answered 507.'));
		if (response.status === 401 || response.status === 403 || response.status >= 500) {
			const text = await response.text().catch(() => '');
			throw new StoreUnreachable(
				new Error(`CouchDB answered ${response.status}: ${text.slice(0, 200)}`)
			);
		}
		return response;
	}
}

/** Aborts once nothing was sent and nothing came back for so long. */
class Silence {
	readonly #controller = new AbortController();
	readonly #timer: NodeJS.Timeout;

	constructor(mostMs: number) {
		this.#timer = setTimeout(() => {
			this.#controller.abort(new Error(`CouchDB was silent for ${mostMs} ms.`));
		}, mostMs).unref();
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	async *brokenBy(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
		for await (const piece of stream) {
			this.#timer.refresh();
			yield piece;
		}
	}

	end(): void {
		clearTimeout(this.#timer);
	}
}

function parse(text: string): unknown {
	if (text === '') return null;
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new StoreUnreachable(error);
	}
}
