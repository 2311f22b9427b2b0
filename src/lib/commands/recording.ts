import type { TripBody } from '@outlay/domain/trip';
import { pausesOf } from '@outlay/domain/trip-events';
import type { Recording } from './app.ts';

/** Nothing is being recorded. */
export const IDLE: Recording = {
	state: 'idle',
	tripId: null,
	startedAtMs: null,
	durationMs: 0,
	asOfMs: 0,
	distanceM: 0,
	fixCount: 0,
	lastFix: null,
	stretches: [],
	gaps: [],
	events: [],
	odometerStartM: null,
	locationRefusal: null,
	screenStaysOn: null,
	wasInterrupted: false,
	storageFailure: null
};

/** What the trip document says of a recording at `nowMs`. */
export function recordingOf(
	body: TripBody,
	nowMs: number
): Pick<Recording, 'durationMs' | 'asOfMs' | 'events' | 'odometerStartM'> {
	const asOfMs = body.stoppedAtMs ?? nowMs;
	const open =
		body.state === 'paused' ? body.events.findLast(({ deed }) => deed === 'pause') : null;
	const endMs = open?.atMs ?? asOfMs;
	const pausedMs = pausesOf(body.events).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
	return {
		durationMs: Math.max(0, endMs - body.startedAtMs - pausedMs),
		asOfMs,
		events: body.events,
		odometerStartM: body.odometerStartM
	};
}
