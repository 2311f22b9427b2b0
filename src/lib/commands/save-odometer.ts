import { odometerDistance } from '@outlay/domain/odometer';
import { refuse } from '@outlay/domain/refusal';
import type { TripBody } from '@outlay/domain/trip';
import type { Done, OdometerChange } from './app.ts';
import { withBody, type DeedContext } from './context.ts';
import { measureTrip } from './measure-trip.ts';

/**
 * Stores odometer readings of a trip. While it is being recorded they are only noted; a stopped trip is measured anew, so
 * that its distance follows. Refuses with `odometer.incomplete` to count by an odometer whose readings say nothing
 * (one is missing, or the end is not above the start), and as `measureTrip` does.
 */
export async function saveOdometer(
	context: DeedContext,
	tripId: string,
	change: OdometerChange
): Promise<Done> {
	const stored = await context.documents.get('trip', tripId);
	if (stored === null) return refuse('trip.not_found');
	const next = changed(stored.document.body, change);
	if (
		change.countsBy === 'odometer' &&
		odometerDistance(next.odometerStartM, next.odometerEndM) === null
	) {
		return refuse('odometer.incomplete', 'odometerEndM');
	}
	if (next.state === 'stopped') {
		const measured = await measureTrip(context, tripId, (body) => changed(body, change));
		return measured.ok ? { ok: true, value: undefined } : measured;
	}
	await context.documents.edit('trip', tripId, (trip) =>
		withBody(trip, changed(trip.body, change), context.clock)
	);
	return { ok: true, value: undefined };
}

function changed(body: TripBody, change: OdometerChange): TripBody {
	const next: TripBody = {
		...body,
		odometerStartM: change.startM === undefined ? body.odometerStartM : change.startM,
		odometerEndM: change.endM === undefined ? body.odometerEndM : change.endM,
		odometerReason: change.reason === undefined ? body.odometerReason : change.reason,
		distanceBy: change.countsBy ?? body.distanceBy
	};
	// Readings that say nothing any more can't be what is paid by.
	return odometerDistance(next.odometerStartM, next.odometerEndM) === null
		? { ...next, distanceBy: 'track' }
		: next;
}
