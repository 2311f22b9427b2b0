import { Pool } from 'undici';

export type Method = 'DELETE' | 'GET' | 'POST' | 'PUT';

export interface Answer {
	status: number;
	body: Buffer;
}

/**
 * Keep-alive requests to one server, with the Basic credentials of its address. By `undici`, which takes less time for
 * itself than `node:http`: it is the servers that are measured.
 */
export class HttpConnection {
	readonly #pool: Pool;
	readonly #authorization: string | undefined;

	/** `url` such as `http://name:password@127.0.0.1:5984`. */
	constructor(url: string) {
		const { origin, username, password } = new URL(url);
		this.#pool = new Pool(origin, { connections: 64 });
		this.#authorization =
			username === ''
				? undefined
				: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
	}

	/** Sends one request and reads the whole answer, whatever its status. */
	async send(
		method: Method,
		path: string,
		body?: Buffer | string,
		headers: Record<string, string> = {}
	): Promise<Answer> {
		const response = await this.#pool.request({
			method,
			path,
			body: body ?? null,
			headers: {
				accept: 'application/json',
				...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
				...headers
			}
		});
		return { status: response.statusCode, body: Buffer.from(await response.body.arrayBuffer()) };
	}

	/** As `send`; throws unless the answer is a success. */
	async expect(
		method: Method,
		path: string,
		body?: Buffer | string,
		headers?: Record<string, string>
	): Promise<Buffer> {
		const answer = await this.send(method, path, body, headers);
		if (answer.status < 200 || answer.status > 299) {
			const words = answer.body.toString('utf8').trim().slice(0, 200);
			throw new Error(`${method} ${path.split('?')[0] ?? ''} answered ${answer.status} ${words}`);
		}
		return answer.body;
	}

	async json<T>(method: Method, path: string, body?: unknown): Promise<T> {
		const sent = body === undefined ? undefined : JSON.stringify(body);
		return jsonOf<T>(await this.expect(method, path, sent));
	}

	async close(): Promise<void> {
		await this.#pool.destroy();
	}
}

/** What a CouchDB answers is known; the caller names it. */
export function jsonOf<T>(answer: Buffer): T {
	return JSON.parse(answer.toString('utf8')) as T;
}
