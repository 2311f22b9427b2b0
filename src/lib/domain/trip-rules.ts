import type { DistanceSource } from './mileage/distance-source.ts';
import { differsFromOdometer, odometerDistance } from './odometer.ts';
import { ok, refuse, type Result } from './refusal.ts';
import { LEAST_TRIP_M, type TripBody } from './trip.ts';

/** Whether the distance of a drive with a trip is the trip's own. */
export function isFromTrip(source: DistanceSource): boolean {
	return source === 'recorded' || source === 'odometer';
}

/**
 * Whether a stopped trip may be handed over as it is: `trip.no_movement` when it is to be paid by a recording that did
 * not move; `trip.odometer_differs` when the odometer says something else and nobody said why. Typed distances stand for
 * themselves.
 */
export function judgeTrip(body: TripBody, distanceSource: DistanceSource): Result<void> {
	if (!isFromTrip(distanceSource)) return ok(undefined);
	const { distanceM, odometerStartM, odometerEndM, odometerReason } = body;
	if (distanceM === null || distanceM < LEAST_TRIP_M)
		return refuse('trip.no_movement', 'distanceM');
	const odometer = odometerDistance(odometerStartM, odometerEndM);
	const isUnexplained = body.distanceBy === 'track' && odometer !== null && odometerReason === null;
	return isUnexplained && differsFromOdometer(distanceM, odometer.distanceM)
		? refuse('trip.odometer_differs', 'odometerReason')
		: ok(undefined);
}
