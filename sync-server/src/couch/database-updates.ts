import { randomBytes } from 'node:crypto';
import type { DatabaseEvent, DocumentStore } from '../store/document-store.ts';
import type { JsonObject } from '../store/json.ts';
import { formatSequence, parseSequence } from '../store/sequence.ts';
import { EVENT_STREAM } from './open-feeds.ts';
import type { FeedWords } from './waiting-feed.ts';

/** Databases whose last event is remembered. */
const MOST_REMEMBERED = 100_000;

export interface UpdatesFeed {
	feed: 'longpoll' | 'continuous' | 'eventsource';
	since: string;
	limit: number;
	/** Whether the reader may know of a database. */
	isShown: (name: string) => Promise<boolean>;
}

/**
 * What happened to which database, for `_db_updates`: the last event of each since this process started. Whoever
 * comes with a sequence of another process, or from before what is remembered, is shown every database there is.
 */
export class DatabaseUpdates {
	readonly #store: DocumentStore;
	readonly #epoch = randomBytes(5).readUIntBE(0, 5).toString(36);
	readonly #events = new Map<string, { n: number; event: DatabaseEvent }>();
	readonly #bells = new Set<() => void>();
	readonly #stopListening: () => void;
	#n = 0;
	/** Events up to here are remembered no longer. */
	#forgottenN = 0;

	constructor(store: DocumentStore) {
		this.#store = store;
		this.#stopListening = store.onWrite((name, event) => this.#take(name, event));
	}

	close(): void {
		this.#stopListening();
	}

	get lastSeq(): string {
		return formatSequence(this.#n, this.#epoch);
	}

	/**
	 * The rows after `since`, oldest first, and where to go on from.
	 *
	 * @param isShown whether the reader may know of a database.
	 */
	async since(
		since: string,
		limit: number,
		isShown: (name: string) => Promise<boolean>
	): Promise<{ rows: JsonObject[]; lastSeq: string }> {
		const parsed = parseSequence(since);
		const isKnown =
			since === 'now' ||
			(parsed?.epoch === this.#epoch && parsed.n >= this.#forgottenN && parsed.n <= this.#n);
		const from = since === 'now' ? this.#n : isKnown ? (parsed?.n ?? 0) : 0;
		const endN = this.#n;
		const rows: JsonObject[] = [];
		if (!isKnown) {
			for (const name of await this.#store.names()) {
				if (this.#events.has(name) || !(await isShown(name))) continue;
				rows.push({ db_name: name, type: 'updated', seq: formatSequence(0, this.#epoch) });
			}
		}
		let lastN = endN;
		for (const [name, { n, event }] of [...this.#events]) {
			if (n <= from || n > endN || !(await isShown(name))) continue;
			if (rows.length >= limit) break;
			rows.push({ db_name: name, type: event, seq: formatSequence(n, this.#epoch) });
			if (rows.length >= limit) lastN = n;
		}
		return { rows: rows.slice(0, limit), lastSeq: formatSequence(lastN, this.#epoch) };
	}

	/** A feed of them. */
	words({ feed, since, limit, isShown }: UpdatesFeed): FeedWords {
		let at = since === 'now' ? this.lastSeq : since;
		let left = limit;
		let shown = 0;
		const news = async function* (this: DatabaseUpdates): AsyncGenerator<string> {
			const { rows, lastSeq } = await this.since(at, left, isShown);
			at = lastSeq;
			left -= rows.length;
			for (const row of rows) {
				const json = JSON.stringify(row);
				if (feed === 'longpoll') yield shown === 0 ? json : `,\n${json}`;
				else yield feed === 'continuous' ? `${json}\n` : `data: ${json}\nid: ${at}\n\n`;
				shown += 1;
			}
		}.bind(this);
		const seq = () => JSON.stringify(at);
		const isEvents = feed === 'eventsource';
		return {
			contentType: isEvents ? EVENT_STREAM : 'application/json',
			opening: feed === 'longpoll' ? '{"results":[\n' : '',
			heartbeat: isEvents ? 'event: heartbeat\ndata: \n\n' : '\n',
			news,
			isDone: () => left <= 0 || (feed === 'longpoll' && shown > 0),
			closing: () => {
				if (isEvents) return '';
				return feed === 'longpoll' ? `],\n"last_seq":${seq()}}\n` : `{"last_seq":${seq()}}\n`;
			},
			mayGoOn: () => Promise.resolve(true),
			listen: (ring) => {
				this.#bells.add(ring);
				return () => void this.#bells.delete(ring);
			}
		};
	}

	#take(name: string, event: DatabaseEvent): void {
		this.#n += 1;
		// Newest last: a Map keeps the order of insertion.
		this.#events.delete(name);
		this.#events.set(name, { n: this.#n, event });
		const [oldest] = this.#events;
		if (oldest && this.#events.size > MOST_REMEMBERED) {
			this.#events.delete(oldest[0]);
			this.#forgottenN = oldest[1].n;
		}
		for (const ring of [...this.#bells]) ring();
	}
}
