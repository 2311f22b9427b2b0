import { Turn } from '../http/turn.ts';
import type { ChangeRow, ChangesPage, Database, RevisionText } from '../store/document-store.ts';
import type { ChangesFilter } from './changes-filter.ts';
import { documentJson, documentText, type DocumentView } from './document-json.ts';
import { EVENT_STREAM } from './open-feeds.ts';
import { LARGE_PIECE } from './send-json.ts';
import type { FeedWords } from './waiting-feed.ts';

export interface FeedOptions {
	since: string;
	limit: number | undefined;
	descending: boolean;
	/** All leaves in each row instead of the winner alone. */
	allLeaves: boolean;
	includeDocs: boolean;
	view: DocumentView;
	filter: ChangesFilter;
	/** Only every so many rows names its sequence, the others null. */
	seqInterval?: number;
	/** Whether the reader still may read; asked before each page. */
	mayGoOn: () => Promise<boolean>;
}

/** Rows read from the store in one step; a filter may pass few of them. */
const PAGE_ROWS = 2_000;
/** The same where a function of a design document is asked. */
const FUNCTION_ROWS = 200;
/** Where CouchDB counts from without a limit: rows have their `seq` where what is left divides by the interval. */
const NO_LIMIT = 1e12;
/** Documents read in one step. */
const TEXTS_AT_ONCE = 100;

/** How a row is written: the JSON of the row, and where it stands. */
type WriteRow = (json: string, seq: string) => string;

/** One reader's way through a database's changes, as pieces of the JSON they are answered with. */
export class ChangesFeed {
	readonly #db: Database;
	readonly #options: FeedOptions;
	#at: string;
	#left: number;
	#pending = 0;
	#shown = 0;
	/** Their right ended while they read. */
	#isOver = false;
	readonly #turn = new Turn();

	constructor(db: Database, options: FeedOptions) {
		this.#db = db;
		this.#options = options;
		this.#at = options.since;
		this.#left = options.limit ?? Number.POSITIVE_INFINITY;
	}

	/** Makes "now" this moment, not the one at which something has happened already. */
	async pinNow(): Promise<void> {
		const { updateSeq } = await this.#db.info();
		if (this.#at === 'now') this.#at = updateSeq;
	}

	/** Everything there is now. */
	async *normal(): AsyncGenerator<string> {
		yield '{"results":[\n';
		yield* this.#separated();
		yield this.#end();
	}

	/** What there is now; if nothing, the next that comes. */
	longPoll(): FeedWords {
		return {
			...this.#waiting('application/json'),
			opening: '{"results":[\n',
			news: () => this.#separated(),
			isDone: () => this.#isDone || this.#shown > 0,
			closing: () => this.#end()
		};
	}

	/** A line for each change, as long as the reader stays. */
	continuous(): FeedWords {
		return {
			...this.#waiting('application/json'),
			news: () => this.#rows((json) => `${json}\n`),
			closing: () => `{"last_seq":${JSON.stringify(this.#at)},"pending":${this.#pending}}\n`
		};
	}

	eventSource(): FeedWords {
		return {
			...this.#waiting(EVENT_STREAM),
			heartbeat: 'event: heartbeat\ndata: \n\n',
			news: () => this.#rows((json, seq) => `data: ${json}\nid: ${seq}\n\n`)
		};
	}

	#waiting(contentType: string): Omit<FeedWords, 'news'> {
		return {
			contentType,
			opening: '',
			heartbeat: '\n',
			isDone: () => this.#isDone,
			mayGoOn: this.#options.mayGoOn,
			closing: () => '',
			listen: (ring) => this.#db.onChange(ring)
		};
	}

	get #isDone(): boolean {
		return this.#left === 0 || this.#isOver;
	}

	async *#separated(): AsyncGenerator<string> {
		let comma = '';
		yield* this.#rows((json) => {
			const row = comma + json;
			comma = ',\n';
			return row;
		});
		if (comma) yield '\n';
	}

	#end(): string {
		return `],\n"last_seq":${JSON.stringify(this.#at)},"pending":${this.#pending}}\n`;
	}

	/** The rows from where the reader is to the end or the limit; moves the reader on. */
	async *#rows(write: WriteRow): AsyncGenerator<string> {
		if (this.#options.descending) {
			yield* this.#newestFirst(write);
			return;
		}
		for (;;) {
			if (!(await this.#options.mayGoOn())) {
				this.#isOver = true;
				return;
			}
			const page = await this.#page(this.#at, this.#atMost());
			let piece = '';
			let texts: (RevisionText | null)[] = [];
			for (const [i, row] of page.rows.entries()) {
				if (this.#turn.isOver) await this.#turn.goOn();
				const at = i % TEXTS_AT_ONCE;
				if (this.#showsAsStored && at === 0) {
					const some = page.rows.slice(i, i + TEXTS_AT_ONCE);
					texts = await this.#db.texts(some.map(({ id }) => id));
				}
				const json = this.#atOnce(row, texts[at] ?? null) ?? (await this.#show(row));
				if (json === null) continue;
				piece += write(json, row.seq);
				this.#left -= 1;
				if (this.#left === 0) {
					this.#at = row.seq;
					this.#pending = page.pending + page.rows.length - i - 1;
					yield piece;
					return;
				}
				if (piece.length < LARGE_PIECE) continue;
				yield piece;
				piece = '';
			}
			if (piece !== '') yield piece;
			this.#at = page.lastSeq;
			this.#pending = page.pending;
			if (page.pending === 0 || this.#left === 0) return;
		}
	}

	/** CouchDB reads down from the newest change, whatever `since` says, and ends at the last row shown. */
	async *#newestFirst(write: WriteRow): AsyncGenerator<string> {
		const { ids, matches, select } = this.#options.filter;
		const isFiltered = matches !== undefined || select !== undefined;
		const { rows, lastSeq, pending } = await this.#db.changes({
			since: '0',
			descending: true,
			...(isFiltered || !Number.isFinite(this.#left) ? {} : { limit: this.#left }),
			...(ids ? { ids } : {})
		});
		this.#at = lastSeq;
		// How many changes, whether or not the filter shows them, are older than each.
		const olderThan = new Map(rows.map(({ seq }, i) => [seq, pending + rows.length - i - 1]));
		this.#pending = pending + rows.length;
		for (const row of await this.#selected(rows)) {
			if (this.#left === 0) return;
			await this.#turn.goOn();
			const json = await this.#show(row);
			if (json === null) continue;
			yield write(json, row.seq);
			this.#left -= 1;
			this.#at = row.seq;
			this.#pending = olderThan.get(row.seq) ?? 0;
		}
		// Of a limit that was reached by the last row, the rest may still be older.
		if (this.#left > 0) this.#pending = 0;
		this.#left = 0;
	}

	/** A filter may leave out most of a page; one that is a function is asked for fewer at once. */
	#atMost(): number {
		const { matches, select } = this.#options.filter;
		if (select) return FUNCTION_ROWS;
		return matches ? PAGE_ROWS : this.#left;
	}

	async #page(since: string, atMost: number): Promise<ChangesPage> {
		const { ids } = this.#options.filter;
		const page = await this.#db.changes({
			since,
			limit: Math.min(atMost, PAGE_ROWS),
			...(ids ? { ids } : {})
		});
		return { ...page, rows: await this.#selected(page.rows) };
	}

	async #selected(rows: ChangeRow[]): Promise<ChangeRow[]> {
		const { filter, allLeaves } = this.#options;
		return filter.select ? filter.select(rows, allLeaves) : rows;
	}

	/** Whether documents are shown, and nothing but what is stored of them. */
	get #showsAsStored(): boolean {
		const { includeDocs, filter, view } = this.#options;
		return includeDocs && !filter.matches && !view.conflicts;
	}

	/** A row that needs no other look at the database; null for one that does. */
	#atOnce(row: ChangeRow, text: RevisionText | null): string | null {
		if (text !== null && text.rev === row.leaves[0]) return this.#bareRow(row, documentText(text));
		const { includeDocs, filter } = this.#options;
		return includeDocs || filter.matches ? null : this.#bareRow(row);
	}

	/** Null when the filter leaves the change out. */
	async #show(row: ChangeRow): Promise<string | null> {
		const { includeDocs, view, filter } = this.#options;
		if (!includeDocs && !filter.matches) return this.#bareRow(row);
		const revision = await this.#db.read(row.id, row.leaves[0]);
		const doc = revision && (await documentJson(this.#db, revision, view));
		if (filter.matches && !(doc && filter.matches(doc))) return null;
		return this.#bareRow(row, includeDocs ? JSON.stringify(doc) : undefined);
	}

	#bareRow({ seq, id, leaves, deleted }: ChangeRow, doc?: string): string {
		const { allLeaves, seqInterval, limit = NO_LIMIT } = this.#options;
		const isNamed = seqInterval === undefined || (limit - this.#shown) % seqInterval === 0;
		this.#shown += 1;
		const shown = allLeaves || leaves.length === 1 ? leaves : leaves.slice(0, 1);
		const changes = shown.map((rev) => `{"rev":${JSON.stringify(rev)}}`).join(',');
		return (
			`{"seq":${isNamed ? JSON.stringify(seq) : 'null'},"id":${JSON.stringify(id)},"changes":[${changes}]` +
			`${deleted ? ',"deleted":true' : ''}${doc === undefined ? '' : `,"doc":${doc}`}}`
		);
	}
}
