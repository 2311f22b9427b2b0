import type { OutlayDatabase } from '#lib/storage/open-collections.ts';
import { findRows, readRows } from '#lib/storage/row-store.ts';
import type { OutstandingDocument } from './outstanding.ts';

/**
 * Finds the transactions outstanding documents belong to: a decision by its submission, a trip, its route and
 * fixes by the mileage made of it. Answers are remembered; "none yet" is not.
 */
export class Subjects {
	readonly #database: OutlayDatabase;
	readonly #known = new Map<string, readonly string[]>();

	constructor(database: OutlayDatabase) {
		this.#database = database;
	}

	of(id: string): readonly string[] {
		return this.#known.get(id) ?? [];
	}

	/** Looks up what is not known yet. */
	async learn(documents: Iterable<OutstandingDocument>): Promise<void> {
		for (const document of documents) {
			if (this.#known.has(document.id)) continue;
			const found = await this.#find(document);
			if (found.length > 0) this.#known.set(document.id, found);
		}
	}

	async #find({ id, type, about }: OutstandingDocument): Promise<string[]> {
		switch (type) {
			case 'transaction':
				return [id];
			case 'receipt':
			case 'submission':
				return about === '' ? [] : [about];
			case 'recall':
			case 'decision': {
				const submission = (await readRows(this.#database.documents, [about])).get(about);
				return submission?.about ? [about, submission.about] : [];
			}
			case 'trip':
				return this.#transactionsAbout(id);
			case 'route':
			case 'trace':
				return [...(await this.#transactionsAbout(about)), about];
			default:
				return [];
		}
	}

	async #transactionsAbout(tripId: string): Promise<string[]> {
		const rows = await findRows(this.#database.documents, {
			selector: { _deleted: { $eq: false }, about: { $eq: tripId }, type: { $eq: 'transaction' } },
			sort: [{ about: 'asc' }, { type: 'asc' }]
		});
		return rows.map(({ id }) => id);
	}
}
