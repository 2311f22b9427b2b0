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
}

/**
 * Speaks to one CouchDB server or cluster. The address may carry credentials, and, after its last slash, what the names
 * of our databases begin with there: `https://name:password@couch.example:5984/outlay-`.
 */
export class CouchdbClient {
	readonly prefix: string;
	readonly #base: string;
	readonly #authorization: Record<string, string>;

	constructor(address: string) {
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
		{ method = 'GET', query = {}, body, headers = {}, signal }: Request = {},
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
		if (signal) init.signal = signal;
		if (stream) {
			init.body = Readable.toWeb(Readable.from(stream)) as ReadableStream<Uint8Array>;
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

function parse(text: string): unknown {
	if (text === '') return null;
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new StoreUnreachable(error);
	}
}
