import { setImmediate } from 'node:timers/promises';

/** How long one request may keep all others waiting. */
const LONGEST_TURN_MS = 10;

/** Work in many small steps lets others have their turn in between. */
export class Turn {
	readonly #nowMs: () => number;
	#startedAtMs: number;

	/** @param nowMs a clock that only runs forward, in milliseconds. */
	constructor(nowMs: () => number = () => performance.now()) {
		this.#nowMs = nowMs;
		this.#startedAtMs = nowMs();
	}

	/** Whether others wait too long already; asked where a step takes less than a promise does. */
	get isOver(): boolean {
		return this.#nowMs() - this.#startedAtMs >= LONGEST_TURN_MS;
	}

	/** Called at each step; usually goes on at once. */
	async goOn(): Promise<void> {
		if (!this.isOver) return;
		await setImmediate();
		this.#startedAtMs = this.#nowMs();
	}
}
