import { distanceOfTrip, type TripDistance } from '@outlay/domain/driven-route';
import type { MileageBody } from '@outlay/domain/transaction';
import { LEAST_TRIP_M, type Trip, type TripBody } from '@outlay/domain/trip';
import { isFromTrip } from '@outlay/domain/trip-rules';
import { firstOf, type DeedContext } from './context.ts';
import { finishTrip } from './finish-trip.ts';
import { mileageIdOf } from './mileage-id.ts';
import type { Live, Stored, SyncStatus } from './ports.ts';
import { saveMileage } from './save-mileage.ts';

/** How many of the newest trips are looked through: a kill leaves something at the last ones. */
const MANY = 20;

/**
 * Finishes what a kill left half done at the person's newest trips, for a trip and its draft are two writes: measures a
 * stopped trip that has no distance, makes the draft of one that has none, and lets a draft that counts the trip's
 * distance follow it. What waits or is approved stays as it is. May be run again at any time. The value: how many wait
 * for fixes that another device has not sent, or sent only in part.
 */
export async function catchUpTrips(context: DeedContext): Promise<number> {
	let waiting = 0;
	for (const stored of await firstOf(context.documents.watchNewest('trip', MANY))) {
		const { _id, ownerId, body } = stored.document;
		if (ownerId !== context.me.userId || body.state !== 'stopped') continue;
		if ((await catchUp(context, _id, stored)) === 'waits') waiting += 1;
	}
	return waiting;
}

/**
 * Runs `catchUpTrips` now and, while a trip waits, whenever this device has caught up with the others. `run` is told what
 * is under way. Resolves with how to stop.
 */
export async function followTrips(
	context: DeedContext,
	status: Live<Pick<SyncStatus, 'state'>>,
	run: (work: Promise<unknown>) => void
): Promise<() => void> {
	let waiting = await catchUpTrips(context);
	let isRunning = false;
	return status.subscribe(({ state }) => {
		if (state !== 'up-to-date' || waiting === 0 || isRunning) return;
		isRunning = true;
		const again = catchUpTrips(context)
			.then((left) => (waiting = left))
			.finally(() => (isRunning = false));
		run(again);
	});
}

async function catchUp(
	context: DeedContext,
	tripId: string,
	{ document: { body }, unsentSinceMs }: Stored<Trip>
): Promise<'waits' | 'done'> {
	const draft = (await context.documents.get('transaction', mileageIdOf(tripId)))?.document.body;
	if (draft === undefined) {
		// A trip of another device may be here before its draft, which is on its way.
		const isUnfinished =
			body.distanceM === null || (body.distanceM >= LEAST_TRIP_M && unsentSinceMs !== null);
		if (isUnfinished) return finish(context, tripId);
	} else if (body.distanceM === null) {
		return finish(context, tripId);
	} else if (draft.kind === 'mileage' && draft.tripId === tripId) {
		const distance = storedDistance(body, body.distanceM);
		if (isFromTrip(draft.distanceSource) && !says(draft, distance))
			await saveMileage(context, mileageIdOf(tripId), distance);
	}
	return 'done';
}

async function finish(context: DeedContext, tripId: string): Promise<'waits' | 'done'> {
	const done = await finishTrip(context, tripId);
	return !done.ok && done.refusal.code === 'trip.fixes_missing' ? 'waits' : 'done';
}

function storedDistance(body: TripBody, distanceM: number): TripDistance {
	return distanceOfTrip({
		distanceM,
		lowM: body.distanceLowM,
		highM: body.distanceHighM,
		method: body.distanceMethod,
		distanceBy: body.distanceBy
	});
}

function says(draft: MileageBody, distance: TripDistance): boolean {
	return (Object.keys(distance) as (keyof TripDistance)[]).every(
		(member) => draft[member] === distance[member]
	);
}
