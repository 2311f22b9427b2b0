/** Persons counted at most; more at once means that old counts are forgotten. */
const MOST_COUNTED = 10_000;

/** How often one person may ask for something within a window of time. */
export class AskingAllowance {
	readonly #most: number;
	readonly #windowMs: number;
	readonly #now: () => number;
	#counts = new Map<string, { count: number; untilMs: number }>();

	constructor({ most, windowMs }: { most: number; windowMs: number }, now: () => number) {
		this.#most = most;
		this.#windowMs = windowMs;
		this.#now = now;
	}

	/** Counts one question; 0 when it may be asked, else the seconds to wait. */
	ask(who: string): number {
		const nowMs = this.#now();
		let counted = this.#counts.get(who);
		if (counted === undefined || counted.untilMs <= nowMs) {
			if (this.#counts.size >= MOST_COUNTED) this.#counts = new Map();
			counted = { count: 0, untilMs: nowMs + this.#windowMs };
			this.#counts.set(who, counted);
		}
		if (counted.count >= this.#most) return Math.ceil((counted.untilMs - nowMs) / 1000);
		counted.count += 1;
		return 0;
	}
}
