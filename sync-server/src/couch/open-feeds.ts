import type { Caller } from '../access/access-port.ts';

/** Feeds one person may have open at once, over all devices and tabs. */
const MOST_FEEDS = 50;

/** Counts the feeds people wait on. The server administrator's replicators are not counted. */
export class OpenFeeds {
	readonly #counts = new Map<string, number>();

	/** False, counting nothing, when there are too many; else it counts until `gone` aborts. */
	add(caller: Caller, gone: AbortSignal): boolean {
		if (caller.kind !== 'person' || gone.aborted) return true;
		const key = `${caller.companyId}/${caller.userId}`;
		const count = this.#counts.get(key) ?? 0;
		if (count >= MOST_FEEDS) return false;
		this.#counts.set(key, count + 1);
		gone.addEventListener('abort', () => this.#remove(key), { once: true });
		return true;
	}

	#remove(key: string): void {
		const left = (this.#counts.get(key) ?? 1) - 1;
		if (left > 0) this.#counts.set(key, left);
		else this.#counts.delete(key);
	}
}
