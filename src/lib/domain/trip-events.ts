import { MOST_EVENTS, type TripEvent, type TripGap } from './trip.ts';

/** A span of time in epoch milliseconds. */
export interface TimeSpan {
	fromMs: number;
	toMs: number;
}

/**
 * Why there are no positions in a gap: the person had paused; the app was closed; the page stood still, as it does when
 * the screen is locked or another app is open; or the page ran and the device gave none.
 */
export type GapCause = 'paused' | 'closed' | 'asleep' | 'no-position';

/** A hidden page runs for a moment each minute: that is no waking up. */
const SAME_SLEEP_MS = 10_000;

/** Times the person paused the recording: nothing in them is counted. */
export function pausesOf(events: readonly TripEvent[]): TimeSpan[] {
	const pauses: TimeSpan[] = [];
	let pausedAtMs: number | null = null;
	for (const { deed, atMs } of events) {
		if (deed === 'pause') pausedAtMs ??= atMs;
		if ((deed === 'resume' || deed === 'stop') && pausedAtMs !== null) {
			pauses.push({ fromMs: pausedAtMs, toMs: atMs });
			pausedAtMs = null;
		}
	}
	return pauses;
}

/** What the events say of a gap. A pause that the gap touches explains it, then a return of a closed app. */
export function gapCause(gap: TripGap, events: readonly TripEvent[]): GapCause {
	const touches = ({ fromMs, toMs }: TimeSpan) => fromMs < gap.toMs && toMs > gap.fromMs;
	if (pausesOf(events).some(touches)) return 'paused';
	const isWithin = ({ atMs }: TripEvent) => atMs > gap.fromMs && atMs <= gap.toMs;
	if (events.some((event) => event.deed === 'restart' && isWithin(event))) return 'closed';
	return sleepsOf(events).some(touches) ? 'asleep' : 'no-position';
}

/** Room that is kept for presses when sleeps have filled the list. */
const ROOM_FOR_PRESSES = 100;

/** The events with a time the page stood still; one that follows at once on the one before prolongs it. */
export function withSleep(events: readonly TripEvent[], { fromMs, toMs }: TimeSpan): TripEvent[] {
	const last = events.at(-1);
	const wake: TripEvent = { deed: 'wake', atMs: toMs };
	if (last?.deed === 'wake' && fromMs - last.atMs < SAME_SLEEP_MS) {
		return [...events.slice(0, -1), wake];
	}
	if (events.length >= MOST_EVENTS - ROOM_FOR_PRESSES) return [...events];
	return [...events, { deed: 'sleep', atMs: fromMs }, wake];
}

/** Times the page stood still. */
function sleepsOf(events: readonly TripEvent[]): TimeSpan[] {
	const sleeps: TimeSpan[] = [];
	let sinceMs: number | null = null;
	for (const { deed, atMs } of events) {
		if (deed === 'sleep') sinceMs ??= atMs;
		if (deed === 'wake' && sinceMs !== null) {
			sleeps.push({ fromMs: sinceMs, toMs: atMs });
			sinceMs = null;
		}
	}
	return sleeps;
}
