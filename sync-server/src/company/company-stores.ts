import { companyOf, NO_COMPANY } from '../store/company-of.ts';
import type { AttachmentFiles } from '../store/received-files.ts';
import type { Database, DatabaseEvent, DocumentStore } from '../store/document-store.ts';
import { REGISTRY } from './registry.ts';

/** A company's data is to lie, or lies, in a store nobody configured. */
export class StoreUnknown extends Error {
	readonly code = 'company.store_unknown';

	constructor(companyId: string, store: string) {
		super(
			`The data of company ${companyId} lies in the store "${store}", which OUTLAY_STORES does not name.`
		);
		this.name = 'StoreUnknown';
	}
}

/**
 * Several stores as one: each company's databases and attachment bytes lie in the store it was given, everything else,
 * the registry above all, in `home`. A company stays where it is; nothing of it is ever looked for elsewhere.
 */
export class CompanyStores implements DocumentStore {
	readonly uuid: string;
	readonly isShared: boolean;
	readonly files: AttachmentFiles;
	readonly #home: DocumentStore;
	readonly #named: ReadonlyMap<string, DocumentStore>;
	readonly #onClosed: () => Promise<void>;
	/** Where companies lie, as far as it was asked for. */
	readonly #places = new Map<string, DocumentStore>();

	/** @param onClosed is called once everything is closed. */
	constructor(
		home: DocumentStore,
		named: ReadonlyMap<string, DocumentStore>,
		onClosed: () => Promise<void> = () => Promise.resolve()
	) {
		this.#onClosed = onClosed;
		this.uuid = home.uuid;
		this.isShared = home.isShared;
		this.#home = home;
		this.#named = named;
		this.files = {
			receive: async (company, bytes, limitBytes) =>
				(await this.#placeOf(company)).files.receive(company, bytes, limitBytes),
			write: async (company, bytes, limitBytes, known) =>
				(await this.#placeOf(company)).files.write(company, bytes, limitBytes, known)
		};
	}

	/** Says where a company that has no database yet shall lie. Throws `StoreUnknown`. */
	async place(companyId: string, store: string): Promise<void> {
		if (!this.#named.has(store)) throw new StoreUnknown(companyId, store);
		await this.#home.create(REGISTRY);
		const registry = await this.#home.open(REGISTRY);
		const [outcome] =
			(await registry?.write([
				{
					id: placeId(companyId),
					body: { store },
					deleted: false,
					attachments: {},
					parentRev: null
				}
			])) ?? [];
		if (!outcome?.ok) throw new TypeError(`Company ${companyId} has its place.`);
	}

	async create(name: string): Promise<boolean> {
		return (await this.#storeOf(name)).create(name);
	}

	async drop(name: string): Promise<boolean> {
		return (await this.#storeOf(name)).drop(name);
	}

	async open(name: string): Promise<Database | null> {
		return (await this.#storeOf(name)).open(name);
	}

	async names(): Promise<string[]> {
		const all = await Promise.all(
			[this.#home, ...this.#named.values()].map((store) => store.names())
		);
		return [...new Set(all.flat())].sort();
	}

	async erase(idsByDatabase: ReadonlyMap<string, readonly string[]>): Promise<void> {
		const byStore = new Map<DocumentStore, Map<string, readonly string[]>>();
		for (const [name, ids] of idsByDatabase) {
			const store = await this.#storeOf(name);
			const those = byStore.get(store) ?? new Map<string, readonly string[]>();
			byStore.set(store, those.set(name, ids));
		}
		for (const [store, those] of byStore) await store.erase(those);
	}

	onWrite(ring: (database: string, event: DatabaseEvent) => void): () => void {
		const quiet = [this.#home, ...this.#named.values()].map((store) => store.onWrite(ring));
		return () => {
			for (const stop of quiet) stop();
		};
	}

	async close(): Promise<void> {
		await Promise.all([this.#home, ...this.#named.values()].map((store) => store.close()));
		await this.#onClosed();
	}

	#storeOf(name: string): Promise<DocumentStore> {
		return this.#placeOf(companyOf(name));
	}

	async #placeOf(companyId: string): Promise<DocumentStore> {
		if (companyId === NO_COMPANY) return this.#home;
		const known = this.#places.get(companyId);
		if (known) return known;
		const stored = await (await this.#home.open(REGISTRY))?.read(placeId(companyId));
		const store = stored?.body['store'];
		if (typeof store !== 'string') return this.#home;
		const place = this.#named.get(store);
		if (!place) throw new StoreUnknown(companyId, store);
		this.#places.set(companyId, place);
		return place;
	}
}

function placeId(companyId: string): string {
	return `store-of:${companyId}`;
}
