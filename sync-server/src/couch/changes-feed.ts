import { Turn } from '../http/turn.ts';
import type { ChangeRow, ChangesPage, Database, JsonObject } from '../store/document-store.ts';
import { DatabaseDropped } from '../store/store-errors.ts';
import type { ChangesFilter } from './changes-filter.ts';
import { documentJson, type DocumentView } from './document-json.ts';
import { waitForChange, type Waiting } from './wait-for-change.ts';

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

/** A row as JSON text, and where it stands. */
interface ShownRow {
	json: string;
	seq: string;
}

/** Rows read from the store in one step; a filter may pass few of them. */
const PAGE_ROWS = 2_000;
/** The same where a function of a design document is asked. */
const FUNCTION_ROWS = 200;

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

	/** Everything there is now. */
	async *normal(): AsyncGenerator<string> {
		yield '{"results":[\n';
		yield* separated(this.#rows());
		yield this.#end();
	}

	/** What there is now; if nothing, the next that comes. */
	async *longPoll(waiting: Waiting): AsyncGenerator<string> {
		// "now" is this moment, not the one at which something has happened already.
		await this.#pinNow();
		yield '{"results":[\n';
		let rows = 0;
		try {
			for (;;) {
				for await (const row of separated(this.#rows())) {
					rows += 1;
					yield row;
				}
				if (rows > 0 || this.#left === 0 || this.#isOver) break;
				const came = yield* waitForChange(this.#listen, waiting, () => this.#isBehind());
				if (!came) break;
			}
		} catch (error) {
			if (!(error instanceof DatabaseDropped)) throw error;
		}
		yield this.#end();
	}

	/** A line for each change, as long as the reader stays. */
	async *continuous(waiting: Waiting): AsyncGenerator<string> {
		await this.#pinNow();
		try {
			for (;;) {
				for await (const { json } of this.#rows()) yield `${json}\n`;
				if (this.#left === 0 || this.#isOver) break;
				const came = yield* waitForChange(this.#listen, waiting, () => this.#isBehind());
				if (!came) break;
			}
		} catch (error) {
			if (!(error instanceof DatabaseDropped)) throw error;
		}
		yield `{"last_seq":${JSON.stringify(this.#at)},"pending":${this.#pending}}\n`;
	}

	/** As server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
	async *eventSource(waiting: Waiting): AsyncGenerator<string> {
		await this.#pinNow();
		try {
			for (;;) {
				for await (const { json, seq } of this.#rows()) yield `data: ${json}\nid: ${seq}\n\n`;
				if (this.#left === 0 || this.#isOver) return;
				const heartbeat = 'event: heartbeat\ndata: \n\n';
				const isBehind = () => this.#isBehind();
				if (!(yield* waitForChange(this.#listen, waiting, isBehind, heartbeat))) return;
			}
		} catch (error) {
			if (!(error instanceof DatabaseDropped)) throw error;
		}
	}

	readonly #listen = (ring: () => void) => this.#db.onChange(ring);

	async #pinNow(): Promise<void> {
		const { updateSeq } = await this.#db.info();
		if (this.#at === 'now') this.#at = updateSeq;
	}

	async #isBehind(): Promise<boolean> {
		return (await this.#db.changes({ since: this.#at, limit: 1 })).rows.length > 0;
	}

	#end(): string {
		return `],\n"last_seq":${JSON.stringify(this.#at)},"pending":${this.#pending}}\n`;
	}

	/** The rows from where the reader is to the end or the limit; moves the reader on. */
	async *#rows(): AsyncGenerator<ShownRow> {
		if (this.#options.descending) {
			yield* this.#newestFirst();
			return;
		}
		for (;;) {
			if (!(await this.#options.mayGoOn())) {
				this.#isOver = true;
				return;
			}
			const page = await this.#page(this.#at, this.#atMost());
			for (const [i, row] of page.rows.entries()) {
				await this.#turn.goOn();
				const shown = await this.#show(row);
				if (shown === null) continue;
				yield shown;
				this.#left -= 1;
				if (this.#left > 0) continue;
				this.#at = row.seq;
				this.#pending = page.pending + page.rows.length - i - 1;
				return;
			}
			this.#at = page.lastSeq;
			this.#pending = page.pending;
			if (page.pending === 0 || this.#left === 0) return;
		}
	}

	/** CouchDB reads down from the newest change, whatever `since` says, and ends at the last row shown. */
	async *#newestFirst(): AsyncGenerator<ShownRow> {
		const { rows, lastSeq } = await this.#db.changes({
			since: '0',
			descending: true,
			...(this.#options.filter.ids ? { ids: this.#options.filter.ids } : {})
		});
		this.#at = lastSeq;
		for (const row of await this.#selected(rows)) {
			if (this.#left === 0) return;
			await this.#turn.goOn();
			const shown = await this.#show(row);
			if (shown === null) continue;
			yield shown;
			this.#left -= 1;
			this.#at = row.seq;
		}
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

	/** Null when the filter leaves the change out. */
	async #show(row: ChangeRow): Promise<ShownRow | null> {
		const { allLeaves, includeDocs, view, filter } = this.#options;
		const leaves = allLeaves ? row.leaves : row.leaves.slice(0, 1);
		const json: JsonObject = {
			seq: row.seq,
			id: row.id,
			changes: leaves.map((rev) => ({ rev }))
		};
		if (row.deleted) json['deleted'] = true;
		if (includeDocs || filter.matches) {
			const revision = await this.#db.read(row.id, row.leaves[0]);
			const doc = revision && (await documentJson(this.#db, revision, view));
			if (filter.matches && !(doc && filter.matches(doc))) return null;
			if (includeDocs) json['doc'] = doc;
		}
		const { seqInterval } = this.#options;
		if (seqInterval !== undefined && this.#shown % seqInterval !== 0) json['seq'] = null;
		this.#shown += 1;
		return { json: JSON.stringify(json), seq: row.seq };
	}
}

async function* separated(rows: AsyncIterable<ShownRow>): AsyncGenerator<string> {
	let comma = '';
	for await (const { json } of rows) {
		yield comma + json;
		comma = ',\n';
	}
	if (comma) yield '\n';
}
