import { setMaxListeners } from 'node:events';

/**
 * For feeds of people who send their password with each request: one signal for each person, which aborts when
 * anything of their account changes. Whoever still may comes back and is judged anew.
 */
export class AccountSignals {
	readonly #ending = new Map<string, AbortController>();

	of(companyId: string, userId: string): AbortSignal {
		const key = keyOf(companyId, userId);
		const known = this.#ending.get(key);
		if (known) return known.signal;
		const ending = new AbortController();
		// Many feeds may wait on one person; Node takes more than ten for a mistake.
		setMaxListeners(0, ending.signal);
		this.#ending.set(key, ending);
		return ending.signal;
	}

	end(companyId: string, userId: string): void {
		const key = keyOf(companyId, userId);
		const ending = this.#ending.get(key);
		this.#ending.delete(key);
		ending?.abort();
	}

	close(): void {
		for (const ending of this.#ending.values()) ending.abort();
		this.#ending.clear();
	}
}

function keyOf(companyId: string, userId: string): string {
	return `${companyId}/${userId}`;
}
