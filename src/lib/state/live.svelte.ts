import { createSubscriber } from 'svelte/reactivity';
import type { Live } from '#lib/commands/ports.ts';

/** A live value as the screen reads it; `undefined` until it is known. */
export interface Current<T> {
	readonly current: T | undefined;
}

/**
 * Lets templates and deriveds read a `Live` value. It is subscribed to while something on the screen reads it, and
 * let go after that; the last value stays, so that a page shown again doesn't jump.
 */
export function live<T>(source: Live<T>): Current<T> {
	let value: T | undefined;
	const follow = createSubscriber((update) => {
		// The first value may come while the reader is still running: it needs no second run then.
		let isStarting = true;
		const stop = source.subscribe((next) => {
			value = next;
			if (!isStarting) update();
		});
		isStarting = false;
		return stop;
	});
	return {
		get current() {
			follow();
			return value;
		}
	};
}
