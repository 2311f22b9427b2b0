import type { TripGap } from './trip.ts';

/** Nothing for this long is a gap, moved or not, … */
const GAP_MS = 30_000;
/** … and so is a shorter silence with this much road in it. */
const SHORT_GAP_MS = 10_000;
const SHORT_GAP_M = 60;
/** What a trip document takes; beyond it the last gap grows. */
export const MAX_GAPS = 4_999;

/** Whether a silence is listed as a gap, from how long it lasted and how far apart its ends are. */
export function silenceIsGap(silenceMs: number, movedM: number): boolean {
	return silenceMs > GAP_MS || (silenceMs > SHORT_GAP_MS && movedM > SHORT_GAP_M);
}

/** The gaps a trip document takes: beyond `MAX_GAPS` the last one reaches to the end of the last that happened. */
export function gapsThatFit(gaps: TripGap[]): TripGap[] {
	if (gaps.length <= MAX_GAPS) return gaps;
	const beyond = gaps.slice(MAX_GAPS - 1);
	return [
		...gaps.slice(0, MAX_GAPS - 1),
		{
			fromMs: beyond[0]!.fromMs,
			toMs: beyond.at(-1)!.toMs,
			straightM: beyond.reduce((sum, { straightM }) => sum + straightM, 0)
		}
	];
}
