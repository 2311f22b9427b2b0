import type { AllDocsRow } from '../document-store.ts';

/** Databases whose design documents are remembered. */
const MOST_DESIGNS = 10_000;

/** The living design documents of databases that were asked for them, until one of them changes. */
export class RememberedDesigns {
	readonly #rows = new Map<number, AllDocsRow[]>();

	/** Those of the database with this number; `list` reads them when they are not remembered. */
	of(no: number, list: () => AllDocsRow[]): AllDocsRow[] {
		let rows = this.#rows.get(no);
		if (!rows) {
			rows = list();
			const [oldest] = this.#rows.keys();
			if (oldest !== undefined && this.#rows.size >= MOST_DESIGNS) this.#rows.delete(oldest);
			this.#rows.set(no, rows);
		}
		return rows;
	}

	forget(no: number): void {
		this.#rows.delete(no);
	}
}
