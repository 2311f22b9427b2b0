import type { Database, DocumentStore } from '../store/document-store.ts';
import type { JsonObject } from '../store/json.ts';
import { RegistryWatch, type RegistryChange } from './registry-watch.ts';

/** What only the server knows. Nobody reaches it over HTTP, not even the server administrator. */
export const REGISTRY = 'registry';

/** A registry document could not be written; the sender of the request may try again. */
export class RegistryError extends Error {
	readonly code = 'registry.write_refused';

	constructor(refusal: string) {
		super(`The registry refused a write: ${refusal}.`);
		this.name = 'RegistryError';
	}
}

/**
 * The `registry` database. Its bodies are written by this server alone, so reads name the type they were written
 * with. Notes (`_local` documents) hold what is rewritten all the time and needs no history.
 */
export class Registry {
	readonly #database: Database;

	private constructor(database: Database) {
		this.#database = database;
	}

	static async open(store: DocumentStore): Promise<Registry> {
		await store.create(REGISTRY);
		const database = await store.open(REGISTRY);
		if (database === null) throw new RegistryError('it is gone');
		return new Registry(database);
	}

	/** Null when unknown or removed. */
	async read<T extends object>(id: string): Promise<T | null> {
		const stored = await this.#database.read(id);
		return stored === null || stored.deleted ? null : (stored.body as T);
	}

	/** Creates documents; false, writing nothing new, for those that exist. */
	async create(documents: readonly { id: string; body: object }[]): Promise<boolean[]> {
		const outcomes = await this.#database.write(
			documents.map(({ id, body }) => ({
				id,
				body: body as JsonObject,
				deleted: false,
				attachments: {},
				parentRev: null
			}))
		);
		return outcomes.map((outcome) => {
			if (!outcome.ok && outcome.refusal !== 'conflict') throw new RegistryError(outcome.refusal);
			return outcome.ok;
		});
	}

	/**
	 * Compare-and-set: `change` gets what is there (null when nothing is) and gives what should be, or the same
	 * object to leave it, or null to remove it. It may be called again when somebody else was faster.
	 */
	async update<T extends object>(
		id: string,
		change: (before: T | null) => T | null
	): Promise<void> {
		for (let attempt = 0; attempt < 20; attempt++) {
			const stored = await this.#database.read(id);
			const before = stored === null || stored.deleted ? null : (stored.body as T);
			const after = change(before);
			if (after === before) return;
			const [outcome] = await this.#database.write([
				{
					id,
					body: after ?? {},
					deleted: after === null,
					attachments: {},
					parentRev: stored?.rev ?? null
				}
			]);
			if (outcome?.ok) return;
			if (outcome?.refusal !== 'conflict') throw new RegistryError(outcome?.refusal ?? 'no answer');
		}
		throw new RegistryError('conflict');
	}

	/** Takes documents out as if they had never been; no tombstone keeps their ids. */
	async purge(ids: readonly string[]): Promise<void> {
		const asked = new Map<string, string[]>();
		for (const id of ids) {
			const revs = (await this.#database.leaves(id)).map(({ rev }) => rev);
			if (revs.length > 0) asked.set(id, revs);
		}
		if (asked.size > 0) await this.#database.purge(asked);
	}

	/** Ids that begin with `prefix`, in order, a page at a time. */
	async *idsWith(prefix: string): AsyncGenerator<string> {
		let startKey = prefix;
		for (;;) {
			const { rows } = await this.#database.allDocs({
				startKey,
				endKey: `${prefix}\uffff`,
				limit: 500
			});
			for (const row of rows) yield row.id;
			const last = rows.at(-1);
			if (last === undefined || rows.length < 500) return;
			// The next possible id after the last one.
			startKey = `${last.id}\u0000`;
		}
	}

	/** Tells what changes from now on, whichever server writes it; see `RegistryWatch`. */
	watch(
		tell: (change: RegistryChange) => void,
		onError: (error: unknown) => void
	): Promise<RegistryWatch> {
		return RegistryWatch.start(this.#database, tell, onError);
	}

	async readNote<T extends object>(id: string): Promise<T | null> {
		const note = await this.#database.readLocal(id);
		return note === null ? null : (note.body as T);
	}

	async writeNote(id: string, body: object): Promise<void> {
		await this.#database.writeLocal(id, body as JsonObject);
	}

	async removeNote(id: string): Promise<void> {
		await this.#database.removeLocal(id);
	}
}
