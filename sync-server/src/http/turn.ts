import { setImmediate } from 'node:timers/promises';

/** How long one request may keep all others waiting. */
const LONGEST_TURN_MS = 10;

/** Work in many small steps lets others have their turn in between. */
export class Turn {
	#startedAtMs = performance.now();

	/** Called at each step; usually goes on at once. */
	async goOn(): Promise<void> {
		if (performance.now() - this.#startedAtMs < LONGEST_TURN_MS) return;
		await setImmediate();
		this.#startedAtMs = performance.now();
	}
}
