import { databaseName } from '@outlay/domain/addresses';
import { upcast } from '@outlay/domain/documents';
import type { Setting } from '@outlay/domain/setting';
import type { DocumentStore } from '../store/document-store.ts';

/** Settings documents of companies, read again when something was written to them. */
export class CompanySettings {
	readonly #store: DocumentStore;
	readonly #read = new Map<string, { updateSeq: string; settings: readonly Setting[] }>();

	constructor(store: DocumentStore) {
		this.#store = store;
	}

	/** Empty when the company has none. */
	async of(companyId: string): Promise<readonly Setting[]> {
		const database = await this.#store.open(databaseName({ kind: 'settings', companyId }));
		if (database === null) return [];
		const { updateSeq } = await database.info();
		const known = this.#read.get(companyId);
		if (known?.updateSeq === updateSeq) return known.settings;
		const { rows } = await database.allDocs({ startKey: 'setting:', endKey: 'setting:\uffff' });
		const settings: Setting[] = [];
		for (const { id } of rows) {
			const stored = await database.read(id);
			// Written by the server or its administrator only, and checked there.
			if (!stored || stored.deleted) continue;
			const asStored = { ...stored.body, _id: id } as unknown as Parameters<typeof upcast>[0];
			settings.push(upcast(asStored).document as Setting);
		}
		this.#read.set(companyId, { updateSeq, settings });
		return settings;
	}
}
