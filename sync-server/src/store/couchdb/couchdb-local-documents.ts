import type { JsonObject } from '../json.ts';
import type { LocalDocument, LocalWrite } from '../document-store.ts';
import { IdTooLong, MAX_ID_BYTES, StoreUnreachable } from '../store-errors.ts';
import { bodyOf } from './couchdb-documents.ts';
import type { DatabaseLine } from './database-line.ts';

/** The local documents of one database. */
export class CouchdbLocalDocuments {
	readonly #line: DatabaseLine;
	readonly #inTurn: <T>(deed: () => Promise<T>) => Promise<T>;

	/** `inTurn` runs one write after the other. */
	constructor(line: DatabaseLine, inTurn: <T>(deed: () => Promise<T>) => Promise<T>) {
		this.#line = line;
		this.#inTurn = inTurn;
	}

	async read(id: string): Promise<LocalDocument | null> {
		const answer = await this.#line.ask(localPath(id));
		this.#line.requireThere(answer);
		if (answer.status !== 200) return null;
		const json = answer.json as JsonObject & { _rev: string };
		return { id, rev: json._rev, body: bodyOf(json) };
	}

	async write(
		id: string,
		body: JsonObject,
		{ before, most }: LocalWrite & { most?: number }
	): Promise<string | null> {
		if (Buffer.byteLength(id) > MAX_ID_BYTES) throw new IdTooLong();
		return this.#inTurn(async () => {
			if (most !== undefined && !(await this.read(id)) && (await this.ids(most)).length >= most) {
				return null;
			}
			const put = (rev?: string) =>
				this.#line.ask(localPath(id), {
					method: 'PUT',
					body: rev === undefined ? body : { ...body, _rev: rev }
				});
			let answer = await put(before);
			// Another server was faster; the last one stays.
			if (answer.status === 409) answer = await put();
			this.#line.requireOk(answer);
			// Copies of a cluster that missed one are not brought up to date: unlike documents, these are not replicated.
			if (answer.status === 202) throw new StoreUnreachable(new Error('Only some copies took it.'));
			return (answer.json as { rev: string }).rev;
		});
	}

	async remove(id: string): Promise<boolean> {
		const before = await this.read(id);
		if (before === null) return false;
		const answer = await this.#line.ask(localPath(id), {
			method: 'DELETE',
			query: { rev: before.rev }
		});
		this.#line.requireThere(answer);
		return answer.status === 200;
	}

	async ids(most: number): Promise<string[]> {
		const answer = await this.#line.ask('_local_docs', { query: { limit: most } });
		this.#line.requireOk(answer);
		const { rows } = answer.json as { rows: { id: string }[] };
		return rows.map(({ id }) => id.replace(/^_local\//, ''));
	}
}

function localPath(id: string): string {
	return `_local/${encodeURIComponent(id)}`;
}
