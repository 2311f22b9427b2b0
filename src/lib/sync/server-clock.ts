import { PROTOCOL_HEADER } from '@outlay/domain/session-view';
import type { Clock } from '#lib/commands/ports.ts';

/** An answer that took longer says too little of when the server wrote its time. */
const LONGEST_MS = 3_000;
/** The server's time is cut off to seconds. */
const HALF_A_SECOND_MS = 500;

export interface ServerClock {
	/** As the given fetch; looks at the time in each answer of the company's server. */
	fetch: typeof globalThis.fetch;
	/** Server's time minus the device's in milliseconds, to about a second; null before the first answer. */
	offsetMs: () => number | null;
}

/** Learns how wrong the device's clock is from the `Date` of the server's answers. */
export function followServerClock(fetch: typeof globalThis.fetch, clock: Clock): ServerClock {
	let offsetMs: number | null = null;
	return {
		async fetch(input, init) {
			const askedAtMs = clock.nowMs();
			const response = await fetch(input, init);
			const answeredAtMs = clock.nowMs();
			const serverMs = Date.parse(response.headers.get('date') ?? '');
			const tookMs = answeredAtMs - askedAtMs;
			// A captive portal and a proxy have a clock of their own.
			const isOurServer = response.headers.has(PROTOCOL_HEADER);
			if (isOurServer && !Number.isNaN(serverMs) && tookMs >= 0 && tookMs <= LONGEST_MS) {
				offsetMs = Math.round(serverMs + HALF_A_SECOND_MS - (askedAtMs + answeredAtMs) / 2);
			}
			return response;
		},
		offsetMs: () => offsetMs
	};
}
