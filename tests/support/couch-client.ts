import type { SessionView } from '@outlay/domain/session-view';
import type { SignInCard } from '../../sync-server/src/company/create-company.ts';

/** Looks into a person's databases over HTTP, as themselves. */
export class CouchClient {
	readonly session: SessionView;
	readonly #url: string;
	readonly #cookie: string;

	constructor(url: string, cookie: string, session: SessionView) {
		this.#url = url;
		this.#cookie = cookie;
		this.session = session;
	}

	static async signIn(url: string, card: SignInCard): Promise<CouchClient> {
		const response = await fetch(`${url}/_outlay/session`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({
				companyCode: card.companyCode,
				workEmail: card.workEmail,
				password: card.password
			})
		});
		if (!response.ok) throw new Error(`sign-in answered ${response.status}`);
		const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
		return new CouchClient(url, cookie, (await response.json()) as SessionView);
	}

	async allIds(database: string): Promise<string[]> {
		const response = await this.#get(database, '_all_docs');
		const { rows } = (await response.json()) as { rows: { id: string }[] };
		return rows.map(({ id }) => id);
	}

	/** A document as it is stored there. */
	async document(database: string, id: string): Promise<Record<string, unknown>> {
		const response = await this.#get(database, encodeURIComponent(id));
		return (await response.json()) as Record<string, unknown>;
	}

	/** The bytes of a receipt, by its `blob:` id. */
	async bytesOf(database: string, blobId: string): Promise<Buffer> {
		const response = await this.#get(database, `${encodeURIComponent(blobId)}/data`);
		return Buffer.from(await response.arrayBuffer());
	}

	/** How many documents of each type a database holds. */
	async idsByType(database: string): Promise<Record<string, number>> {
		const counts: Record<string, number> = {};
		for (const id of await this.allIds(database)) {
			const type = id.split(':')[0] ?? '';
			counts[type] = (counts[type] ?? 0) + 1;
		}
		return counts;
	}

	async #get(database: string, path: string): Promise<Response> {
		const response = await fetch(`${this.#url}/${database}/${path}`, {
			headers: { cookie: this.#cookie, accept: 'application/json' }
		});
		if (!response.ok) throw new Error(`${database} answered ${response.status}`);
		return response;
	}
}
