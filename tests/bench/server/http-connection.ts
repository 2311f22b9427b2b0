import { Agent, request } from 'node:http';

export interface Answer {
	status: number;
	body: Buffer;
}

/** Keep-alive requests to one server, with the Basic credentials of its address: the thinnest client Node has. */
export class HttpConnection {
	readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
	readonly #base: URL;
	readonly #authorization: string | undefined;

	/** `url` such as `http://name:password@127.0.0.1:5984`. */
	constructor(url: string) {
		this.#base = new URL(url);
		const { username, password } = this.#base;
		this.#authorization =
			username === ''
				? undefined
				: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
	}

	/** Sends one request and reads the whole answer, whatever its status. */
	send(
		method: string,
		path: string,
		body?: Buffer | string,
		headers: Record<string, string> = {}
	): Promise<Answer> {
		return new Promise((resolve, reject) => {
			const sent = request(
				{
					agent: this.#agent,
					host: this.#base.hostname,
					port: this.#base.port || 80,
					method,
					path,
					headers: {
						accept: 'application/json',
						...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
						...(body === undefined
							? {}
							: {
									'content-type': 'application/json',
									'content-length': String(Buffer.byteLength(body))
								}),
						...headers
					}
				},
				(response) => {
					const parts: Buffer[] = [];
					response.on('data', (part: Buffer) => parts.push(part));
					response.on('end', () =>
						resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) })
					);
					response.on('error', reject);
				}
			);
			sent.on('error', reject);
			sent.end(body);
		});
	}

	/** As `send`; throws unless the answer is a success. */
	async expect(
		method: string,
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

	async json<T>(method: string, path: string, body?: unknown): Promise<T> {
		const answer = await this.expect(
			method,
			path,
			body === undefined ? undefined : JSON.stringify(body)
		);
		// What a CouchDB answers to these requests is known; the caller names it.
		return JSON.parse(answer.toString('utf8')) as T;
	}

	close(): void {
		this.#agent.destroy();
	}
}
