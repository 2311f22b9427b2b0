import { askChanges, type Changes } from './ask-changes.ts';
import { Unreachable } from './server-answer.ts';
import type { ServerLine } from './server-line.ts';

const FIRST_ROWS = 100;
const FEWEST_ROWS = 5;
const MOST_ROWS = 1000;
/** A page should come in about this time: progress is seen, and little is read again after a broken connection. */
const AIM_MS = 1000;
/** A page of raw fixes on a slow link. */
const PAGE_TIMEOUT_MS = 120_000;

export interface Page {
	results: Changes['results'];
	/** Where the next page begins. */
	seq: string;
	/** Nothing is left behind it. */
	isLast: boolean;
	/** How many changes follow; null where the server doesn't say. */
	pendingCount: number | null;
}

/**
 * Reads a database's changes page by page. A page is sized by how long the last one took: large on a good link,
 * where each request costs a round trip, small on a bad one, where a page that doesn't come through is lost.
 */
export class PageReader {
	readonly #line: ServerLine;
	readonly #databaseName: string;
	readonly #nowMs: () => number;
	#rows = FIRST_ROWS;
	#ahead: { seq: string; page: Promise<Page> } | null = null;

	/** `nowMs` must not jump as a clock on the wall does. */
	constructor(line: ServerLine, databaseName: string, nowMs = () => performance.now()) {
		this.#line = line;
		this.#databaseName = databaseName;
		this.#nowMs = nowMs;
	}

	/** The page behind `seq`, for as long as it takes. Throws `ServerError` and `SyncStopped`. */
	read(seq: string): Promise<Page> {
		return this.#line.persist(() => {
			const ahead = this.#ahead;
			this.#ahead = null;
			return ahead?.seq === seq ? ahead.page : this.#ask(seq);
		});
	}

	/** Asks for the page behind `seq` while the one before it is stored. */
	readAhead(seq: string): void {
		const page = this.#ask(seq);
		// Whoever reads it hears of the failure.
		page.catch(() => undefined);
		this.#ahead = { seq, page };
	}

	async #ask(seq: string): Promise<Page> {
		const rows = this.#rows;
		const query = `include_docs=true&limit=${String(rows)}&since=${encodeURIComponent(seq)}`;
		const askedMs = this.#nowMs();
		try {
			const { results, last_seq, pending } = await askChanges(
				this.#line,
				this.#databaseName,
				query,
				{ timeoutMs: PAGE_TIMEOUT_MS }
			);
			const isLast =
				results.length === 0 ||
				(typeof pending === 'number' ? pending === 0 : results.length < rows);
			if (results.length > 0) this.#rows = rowsAfter(results.length, this.#nowMs() - askedMs, rows);
			return {
				results,
				seq: String(last_seq),
				isLast,
				pendingCount: typeof pending === 'number' ? pending : null
			};
		} catch (error) {
			if (error instanceof Unreachable) this.#rows = Math.max(FEWEST_ROWS, Math.floor(rows / 4));
			throw error;
		}
	}
}

/** How many rows to ask for after `count` of the `asked` ones took `tookMs`: at most four times more or fewer. */
export function rowsAfter(count: number, tookMs: number, asked: number): number {
	const fitting = (count * AIM_MS) / Math.max(1, tookMs);
	const next = Math.min(asked * 4, Math.max(asked / 4, fitting));
	// A short page on a good link tells nothing about a long one.
	if (count < asked && fitting > asked) return asked;
	return Math.round(Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, next)));
}
