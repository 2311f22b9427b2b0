import { randomBytes } from 'node:crypto';
import type { DatabaseEvent, DocumentStore, JsonObject } from '../store/document-store.ts';
import { formatSequence, parseSequence } from '../store/sequence.ts';
import { waitForChange, type Waiting } from './wait-for-change.ts';

/** Databases whose last event is remembered. */
const MOST_REMEMBERED = 100_000;

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

	/** Waits for the next event, as `waitForChange` does. */
	wait(after: string, waiting: Waiting, heartbeat?: string): AsyncGenerator<string, boolean> {
		const listen = (ring: () => void) => {
			this.#bells.add(ring);
			return () => void this.#bells.delete(ring);
		};
		const isBehind = () => Promise.resolve(this.lastSeq !== after);
		return waitForChange(listen, waiting, isBehind, heartbeat);
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
