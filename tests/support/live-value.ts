import type { Live } from '#lib/commands/ports.ts';

/** The first value a live list or document shows that fits. */
export function once<T>(live: Live<T>, fits: (value: T) => boolean = () => true): Promise<T> {
	return new Promise((resolve) => {
		let done = false;
		const stop = live.subscribe((value) => {
			if (done || !fits(value)) return;
			done = true;
			resolve(value);
			queueMicrotask(() => {
				stop();
			});
		});
	});
}
