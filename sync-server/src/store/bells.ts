/** Bells by name: whoever waits on a name is rung when something happened there. */
export class Bells {
	readonly #listeners = new Map<string, Set<() => void>>();

	/** Returns how to stop listening. */
	listen(name: string, ring: () => void): () => void {
		// A listener of its own each time: the same function may wait twice.
		const listener = () => ring();
		const listeners = this.#listeners.get(name) ?? new Set();
		this.#listeners.set(name, listeners.add(listener));
		return () => {
			listeners.delete(listener);
			if (listeners.size === 0 && this.#listeners.get(name) === listeners) {
				this.#listeners.delete(name);
			}
		};
	}

	ring(name: string): void {
		for (const listener of [...(this.#listeners.get(name) ?? [])]) listener();
	}
}
