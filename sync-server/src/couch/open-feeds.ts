import type { Caller } from '../access/access-port.ts';

/** Feeds one person may have open at once, over all devices and tabs. */
const MOST_FEEDS = 50;

/** Counts the feeds people wait on. The server administrator's replicators have no limit. */
export class OpenFeeds {
	readonly #counts = new Map<string, number>();
	#open = 0;

	/** How many there are, everybody's. */
	get open(): number {
		return this.#open;
	}

	/** False, counting nothing, when there are too many; else it counts until `gone` aborts. */
	add(caller: Caller, gone: AbortSignal): boolean {
		if (gone.aborted) return true;
		if (caller.kind !== 'person') {
			this.#count(gone);
			return true;
		}
		const key = `${caller.companyId}/${caller.userId}`;
		const count = this.#counts.get(key) ?? 0;
		if (count >= MOST_FEEDS) return false;
		this.#counts.set(key, count + 1);
		this.#count(gone);
		gone.addEventListener('abort', () => this.#remove(key), { once: true });
		return true;
	}

	#count(gone: AbortSignal): void {
		this.#open += 1;
		gone.addEventListener('abort', () => (this.#open -= 1), { once: true });
	}

	#remove(key: string): void {
		const left = (this.#counts.get(key) ?? 1) - 1;
		if (left > 0) this.#counts.set(key, left);
		else this.#counts.delete(key);
	}
}
