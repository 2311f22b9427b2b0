import { databaseName } from '@outlay/domain/addresses';
import type { Setting } from '@outlay/domain/setting';
import type { DocumentStore } from '../store/document-store.ts';
import { liftedDocument } from './lifted-document.ts';

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
		// Tells up to where it was read: in a cluster the copy that answers may be behind the one that was asked before.
		const { rows, lastSeq } = await database.changes({ since: '0' });
		const ids = rows.filter(({ id, deleted }) => !deleted && id.startsWith('setting:'));
		const settings: Setting[] = [];
		for (const id of ids.map(({ id }) => id).sort()) {
			const stored = await database.read(id);
			// Written by the server or its administrator only, and checked there.
			if (!stored || stored.deleted) continue;
			settings.push(liftedDocument(stored) as Setting);
		}
		this.#read.set(companyId, { updateSeq: lastSeq, settings });
		return settings;
	}
}
