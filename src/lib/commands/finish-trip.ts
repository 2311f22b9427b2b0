import { refuse } from '@outlay/domain/refusal';
import { LEAST_TRIP_M } from '@outlay/domain/trip';
import type { Done } from './app.ts';
import { localDayOf, type DeedContext } from './context.ts';
import { measureTrip, stoppedTrip } from './measure-trip.ts';
import { mileageIdOf } from './mileage-id.ts';
import { saveMileage } from './save-mileage.ts';

/**
 * Measures a stopped trip, stores its distance, and makes the draft mileage; the value is its id. May be run again after
 * a kill at any point. Refuses a trip without movement with `trip.no_movement`.
 */
export async function finishTrip(context: DeedContext, tripId: string): Promise<Done<string>> {
	const trip = await stoppedTrip(context, tripId);
	if (!trip.ok) return trip;
	const measured = await measureTrip(context, tripId);
	if (!measured.ok) return measured;
	if (measured.value.distanceM < LEAST_TRIP_M)
		return refuse('trip.no_movement', undefined, { tripId });
	const transactionId = mileageIdOf(tripId);
	if ((await context.documents.get('transaction', transactionId)) === null) {
		const saved = await saveMileage(context, transactionId, {
			tripId,
			drivenOn: localDayOf(trip.value.startedAtMs),
			...measured.value
		});
		if (!saved.ok) return saved;
	}
	return { ok: true, value: transactionId };
}
