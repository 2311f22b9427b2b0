import { DatabaseDropped, StoreUnreachable } from '../store-errors.ts';
import type { CouchdbAnswer, CouchdbClient } from './couchdb-client.ts';

/** Speaks to CouchDB about one of our databases. */
export class DatabaseLine {
	readonly name: string;
	readonly client: CouchdbClient;

	constructor(client: CouchdbClient, name: string) {
		this.client = client;
		this.name = name;
	}

	/** Asks below the database's address; any status is the caller's to judge. */
	ask(path: string, request: Parameters<CouchdbClient['json']>[1] = {}): Promise<CouchdbAnswer> {
		const address = this.client.database(this.name);
		return this.client.json(path === '' ? address : `${address}/${path}`, request);
	}

	/** The JSON of a successful answer; throws as `requireOk` does. */
	async get(path: string): Promise<unknown> {
		const answer = await this.ask(path);
		this.requireOk(answer);
		return answer.json;
	}

	/** Throws `DatabaseDropped` for the answer of a database that is not there. */
	requireThere({ status, json }: CouchdbAnswer): void {
		const { reason } = (json ?? {}) as { reason?: string };
		if (status === 404 && /^(Database does not exist|no_db_file)/.test(reason ?? '')) {
			throw new DatabaseDropped(this.name);
		}
	}

	/** Throws `DatabaseDropped`, or `StoreUnreachable` for any other answer that is no success. */
	requireOk(answer: CouchdbAnswer): void {
		this.requireThere(answer);
		if (answer.status >= 200 && answer.status < 300) return;
		const text = JSON.stringify(answer.json).slice(0, 200);
		throw new StoreUnreachable(new Error(`CouchDB answered ${answer.status}: ${text}`));
	}
}
