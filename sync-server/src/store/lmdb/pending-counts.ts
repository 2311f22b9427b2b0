import type { DatabaseRecord } from './tables.ts';

const MOST_REMEMBERED = 1_000;

/**
 * How many changes lie beyond a page: counted for the first page somebody reads, and reckoned from that for the pages
 * after it. Counting each time would read the rest of the database once a page.
 */
export class PendingCounts {
	/** By database, its state, and the sequence a page ended at. */
	readonly #known = new Map<string, number>();

	/**
	 * Of a page of `rows` from after `since` to `lastN`, both included in the way the reader goes.
	 *
	 * @param count counts them.
	 */
	of(
		database: DatabaseRecord,
		descending: boolean,
		since: number,
		lastN: number,
		rows: number,
		count: () => number
	): number {
		if (descending) return count();
		// Every write moves the sequence, so a count holds for exactly this state.
		const { no, seq } = database;
		const before = this.#known.get(`${no}/${seq}/${since}`);
		const pending = before === undefined ? count() : before - rows;
		const [oldest] = this.#known.keys();
		if (oldest !== undefined && this.#known.size >= MOST_REMEMBERED) this.#known.delete(oldest);
		this.#known.set(`${no}/${seq}/${lastN}`, pending);
		return pending;
	}
}
