import type { Clock } from '#lib/commands/ports.ts';
import type { Heartbeat } from '#lib/commands/recording-ports.ts';
import { onReturn } from './visibility.ts';

/** How often the page notes that it runs. */
const BEAT_MS = 5_000;
/** Missing beats for this long mean that the page stood still; hidden pages may beat late by some seconds. */
const STILL_MS = 30_000;

/**
 * Notices when the page stood still: a locked screen and another app freeze it without a word. Told by the clock, since
 * timers and the browser's own counters stand still as well.
 */
export function createHeartbeat(clock: Clock, beatMs: number = BEAT_MS): Heartbeat {
	return {
		start(onStill) {
			let lastMs = clock.nowMs();
			const beat = () => {
				const nowMs = clock.nowMs();
				const fromMs = lastMs;
				lastMs = nowMs;
				if (nowMs - fromMs > STILL_MS) onStill({ fromMs, toMs: nowMs });
			};
			const timer = setInterval(beat, beatMs);
			const stopListening = onReturn(beat);
			return () => {
				clearInterval(timer);
				stopListening();
			};
		}
	};
}
