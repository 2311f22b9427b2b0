/** By then the copies of a cluster agree, unless one of them was out of reach. */
const COPIES_AGREE_MS = 1_000;

/**
 * Rings again a while after each write, once for many of them: whoever a first bell sends to a cluster may be answered
 * by a copy that has not heard of the write yet, and would wait for a bell that never comes.
 */
export class SecondBell {
	readonly #ring: (database: string) => void;
	readonly #afterMs: number;
	/** Those to ring for, and whether something was written after the timer was set. */
	readonly #waiting = new Map<string, { timer: NodeJS.Timeout; isWritten: boolean }>();

	constructor(ring: (database: string) => void, afterMs = COPIES_AGREE_MS) {
		this.#ring = ring;
		this.#afterMs = afterMs;
	}

	written(database: string): void {
		const waiting = this.#waiting.get(database);
		if (waiting) waiting.isWritten = true;
		else this.#wait(database);
	}

	forget(database: string): void {
		clearTimeout(this.#waiting.get(database)?.timer);
		this.#waiting.delete(database);
	}

	stop(): void {
		for (const database of [...this.#waiting.keys()]) this.forget(database);
	}

	#wait(database: string): void {
		const timer = setTimeout(() => {
			const again = this.#waiting.get(database)?.isWritten === true;
			this.#waiting.delete(database);
			if (again) this.#wait(database);
			this.#ring(database);
		}, this.#afterMs).unref();
		this.#waiting.set(database, { timer, isWritten: false });
	}
}
