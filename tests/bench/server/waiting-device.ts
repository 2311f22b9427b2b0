import { Agent, request, type ClientRequest } from 'node:http';

/** One open app: a long-poll on one mailbox, on a connection of its own, asked again after each answer. */
export class WaitingDevice {
	readonly #agent = new Agent({ keepAlive: true });
	readonly #url: URL;
	readonly #database: string;
	#since: string | number = 0;
	#poll: ClientRequest | null = null;
	#hasLeft = false;
	#rows = 0;
	#awaited: { rows: number; arrived: () => void } | null = null;

	constructor(url: string, database: string) {
		this.#url = new URL(url);
		this.#database = database;
	}

	/** Asks for the first time; resolves once the request is on its way. */
	start(): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#ask(resolve, reject);
		});
	}

	/** Resolves when one row more than now has come. Rejects never: the bench ends by its own count. */
	nextRow(): Promise<void> {
		return new Promise((resolve) => {
			this.#awaited = { rows: this.#rows + 1, arrived: resolve };
		});
	}

	leave(): void {
		this.#hasLeft = true;
		this.#poll?.destroy();
		this.#agent.destroy();
	}

	#ask(sent: () => void, failed: (error: Error) => void): void {
		const { username, password, hostname, port } = this.#url;
		this.#poll = request(
			{
				agent: this.#agent,
				host: hostname,
				port,
				path: `/${this.#database}/_changes?feed=longpoll&heartbeat=30000&since=${encodeURIComponent(this.#since)}`,
				...(username === ''
					? {}
					: { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` })
			},
			(response) => {
				let body = '';
				response.setEncoding('utf8');
				response.on('data', (part: string) => (body += part));
				response.on('error', failed);
				response.on('end', () => {
					if (this.#hasLeft) return;
					if (response.statusCode !== 200) {
						failed(new Error(`_changes answered ${response.statusCode ?? 0}: ${body}`));
						return;
					}
					this.#read(body);
					this.#ask(() => undefined, failed);
				});
			}
		)
			.on('finish', sent)
			.on('error', (error) => {
				if (!this.#hasLeft) failed(error);
			})
			.end();
	}

	#read(body: string): void {
		const answer = JSON.parse(body) as { results: unknown[]; last_seq: string | number };
		this.#since = answer.last_seq;
		this.#rows += answer.results.length;
		if (this.#awaited !== null && this.#rows >= this.#awaited.rows) this.#awaited.arrived();
	}
}
