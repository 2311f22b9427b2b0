import { canonicalJson } from '@outlay/domain/canonical-json';
import { routeIdOf } from '@outlay/domain/identifiers';
import { refuse } from '@outlay/domain/refusal';
import { settingOn } from '@outlay/domain/setting';
import { emptyMileage } from '@outlay/domain/transaction';
import { LEAST_TRIP_M, type TripBody } from '@outlay/domain/trip';
import type { Done } from './app.ts';
import { localDayOf, newEnvelope, withBody, type DeedContext } from './context.ts';

/** A trip's draft mileage has the trip's own ULID, so that finishing twice makes one draft. */
export function mileageIdOf(tripId: string): string {
	return tripId.replace(/^trip:/, 'transaction:');
}

/**
 * Measures a stopped trip, stores its distance and route, and makes the draft mileage; the value is its id. May be
 * run again after a kill at any point. Refuses a trip without movement with `trip.no_movement`.
 */
export async function finishTrip(context: DeedContext, tripId: string): Promise<Done<string>> {
	const trip = await context.documents.get('trip', tripId);
	if (trip === null) return refuse('trip.not_found');
	const { body } = trip.document;
	if (body.state !== 'stopped' || body.stoppedAtMs === null) return refuse('trip.still_recording');
	const stoppedAtMs = body.stoppedAtMs;

	const fixes = await context.documents.fixesOf(tripId);
	const measured = await context.measuring.measure(fixes, pausesOf(body));
	const distanceM = Math.round(measured.distanceM);
	const fixesSha256 = await context.hashing.text(canonicalJson(fixes));
	await context.documents.edit('trip', tripId, (document) =>
		withBody(
			document,
			{
				...document.body,
				distanceM,
				distanceLowM: Math.round(measured.lowM),
				distanceHighM: Math.round(measured.highM),
				distanceMethod: measured.method,
				gaps: measured.gaps,
				fixCount: fixes.length,
				fixesSha256
			},
			context.clock
		)
	);
	if (distanceM < LEAST_TRIP_M) return refuse('trip.no_movement', undefined, { tripId });

	const routeId = routeIdOf(tripId);
	if ((await context.documents.get('route', routeId)) === null) {
		await context.documents.add({
			_id: routeId,
			type: 'route',
			...newEnvelope(context, 'route'),
			body: {
				tripId,
				stretches: measured.stretches,
				gaps: measured.gaps,
				startedAtMs: body.startedAtMs,
				stoppedAtMs,
				distanceM
			}
		});
	}
	const transactionId = mileageIdOf(tripId);
	if ((await context.documents.get('transaction', transactionId)) === null) {
		const drivenOn = localDayOf(body.startedAtMs);
		const company = settingOn(await context.settings(), 'company', drivenOn)?.body;
		await context.documents.add({
			_id: transactionId,
			type: 'transaction',
			...newEnvelope(context, 'transaction'),
			body: {
				...emptyMileage({ day: drivenOn, country: company?.country ?? 'DK' }),
				tripId,
				distanceM,
				distanceLowM: Math.round(measured.lowM),
				distanceHighM: Math.round(measured.highM),
				distanceSource: 'recorded',
				distanceMethod: measured.method
			}
		});
	}
	return { ok: true, value: transactionId };
}

/** Times the person paused the recording: nothing in them is counted. */
export function pausesOf(body: TripBody): { fromMs: number; toMs: number }[] {
	const pauses: { fromMs: number; toMs: number }[] = [];
	let pausedAtMs: number | null = null;
	for (const { deed, atMs } of body.events) {
		if (deed === 'pause') pausedAtMs ??= atMs;
		if ((deed === 'resume' || deed === 'stop') && pausedAtMs !== null) {
			pauses.push({ fromMs: pausedAtMs, toMs: atMs });
			pausedAtMs = null;
		}
	}
	return pauses;
}
