import { UNTOUCHED_TRIP } from '@outlay/domain/untouched-trip';
import type { Trip, TripBody } from '@outlay/domain/trip';
import { newEnvelope, type DeedContext } from './context.ts';

/** A trip that begins: nothing is measured yet. */
export function newTrip(
	context: Pick<DeedContext, 'me' | 'clock'>,
	tripId: string,
	known: Partial<TripBody> & Pick<TripBody, 'startedAtMs'>
): Trip {
	return {
		_id: tripId,
		type: 'trip',
		...newEnvelope(context, 'trip'),
		body: {
			...UNTOUCHED_TRIP,
			gapFills: [],
			state: 'recording',
			stoppedAtMs: null,
			distanceM: null,
			distanceLowM: null,
			distanceHighM: null,
			distanceMethod: null,
			gaps: [],
			fixCount: 0,
			events: [],
			fixesSha256: null,
			...known
		}
	};
}
