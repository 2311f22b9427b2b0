import { countedFixes } from '@outlay/domain/driven-route';
import { documentId, traceId } from '@outlay/domain/identifiers';
import { refuse } from '@outlay/domain/refusal';
import { LEAST_TRIP_M, TRACE_CHUNK_FIXES, type FixRow, type TripBody } from '@outlay/domain/trip';
import type { CountedSpan, Done } from './app.ts';
import { newEnvelope, type DeedContext } from './context.ts';
import { finishTrip } from './finish-trip.ts';
import { measureBody, measureTrip, stoppedTrip } from './measure-trip.ts';
import { mileageIdOf } from './mileage-id.ts';
import { newTrip } from './new-trip.ts';
import { saveMileage } from './save-mileage.ts';

/**
 * Lets only a part of a stopped trip count; its fixes stay until it is submitted, so that it can be undone. Refuses with
 * `trip.cut_too_much` when nothing to be paid is left, and as `measureTrip` does.
 */
export async function trimTrip(
	context: DeedContext,
	tripId: string,
	{ fromMs, toMs }: CountedSpan
): Promise<Done> {
	const trip = await stoppedTrip(context, tripId);
	if (!trip.ok) return trip;
	const trimmed = { ...trip.value, countedFromMs: fromMs, countedToMs: toMs };
	if (!(await isDriven(context, tripId, trimmed))) return refuse('trip.cut_too_much');
	const measured = await measureTrip(context, tripId, (body) => ({
		...body,
		countedFromMs: fromMs,
		countedToMs: toMs
	}));
	return measured.ok ? { ok: true, value: undefined } : measured;
}

/**
 * Makes two trips of a stopped one: it ends at `atMs`, and the rest becomes a trip with a draft of its own, whose id is
 * the value. The first part is cut off first: a kill in between leaves a trip that can be made whole again, and never
 * counts a way twice. Refusals: `transaction.was_submitted`, `trip.cut_too_much` when one of the two would be nothing.
 */
export async function splitTrip(
	context: DeedContext,
	tripId: string,
	atMs: number
): Promise<Done<string>> {
	const trip = await stoppedTrip(context, tripId);
	if (!trip.ok) return trip;
	const transactionId = mileageIdOf(tripId);
	if ((await context.caseOf(transactionId)) !== null) return refuse('transaction.was_submitted');
	const first: TripBody = { ...trip.value, countedToMs: atMs };
	const rest: TripBody = { ...trip.value, countedFromMs: atMs };
	for (const part of [first, rest]) {
		if (!(await isDriven(context, tripId, part))) return refuse('trip.cut_too_much');
	}
	const fixes = countedFixes(await context.documents.fixesOf(tripId), rest);
	const draft = (await context.documents.get('transaction', transactionId))?.document.body;

	const cut = await trimTrip(context, tripId, { fromMs: first.countedFromMs, toMs: atMs });
	if (!cut.ok) return cut;
	const restId = documentId('trip', context.me.userId, context.identities.ulid());
	await addFixes(context, restId, fixes);
	await context.documents.add(
		newTrip(context, restId, {
			...rest,
			distanceM: null,
			fixCount: fixes.length,
			fixesSha256: null,
			startedAtMs: atMs,
			countedFromMs: null,
			cutFrom: tripId,
			odometerStartM: null,
			odometerEndM: null,
			odometerReason: null,
			distanceBy: 'track',
			events: [{ deed: 'start', atMs }, ...rest.events.filter((event) => event.atMs > atMs)],
			gapFills: rest.gapFills.filter(({ fromMs }) => fromMs >= atMs)
		})
	);
	const finished = await finishTrip(context, restId);
	if (!finished.ok || draft?.kind !== 'mileage') return finished;
	const { purpose, country, vehicle, vehicleOwner, vehicleId, licencePlate, to, toPoint } = draft;
	const carried = await saveMileage(context, finished.value, {
		...{ purpose, country, vehicle, vehicleOwner, vehicleId, licencePlate, to, toPoint }
	});
	if (!carried.ok) return carried;
	const ended = await saveMileage(context, transactionId, { to: '', toPoint: null });
	return ended.ok ? finished : ended;
}

/** Removes the fixes that were trimmed away: a submitted trip keeps only what it counts. May be run again. */
export async function dropTrimmed(context: DeedContext, tripId: string): Promise<void> {
	const trip = await stoppedTrip(context, tripId);
	if (!trip.ok) return;
	const { countedFromMs, countedToMs } = trip.value;
	if (countedFromMs === null && countedToMs === null) return;
	const chunks = await context.documents.tracesOf(tripId);
	const kept = new Map(chunks.map(({ _id, body }) => [_id, countedFixes(body.fixes, trip.value)]));
	const cut = chunks.filter(({ _id, body }) => kept.get(_id)!.length < body.fixes.length);
	if (cut.length === 0) return;
	// What stays is written before what it was cut from goes; a fix that is there twice counts once.
	const next = Math.max(...chunks.map(({ body }) => body.n)) + 1;
	await addFixes(
		context,
		tripId,
		cut.flatMap(({ _id }) => kept.get(_id)!),
		next
	);
	for (const { _id } of cut) await context.documents.remove('trace', _id);
}

/** Writes fixes in closed chunks, numbered from `firstChunk`. */
export async function addFixes(
	context: DeedContext,
	tripId: string,
	fixes: readonly FixRow[],
	firstChunk = 0
): Promise<void> {
	for (let n = firstChunk, at = 0; at < fixes.length; n += 1, at += TRACE_CHUNK_FIXES) {
		await context.documents.add({
			_id: traceId(tripId, n),
			type: 'trace',
			...newEnvelope(context, 'trace'),
			body: { tripId, n, isOpen: false, fixes: fixes.slice(at, at + TRACE_CHUNK_FIXES) }
		});
	}
}

async function isDriven(context: DeedContext, tripId: string, body: TripBody): Promise<boolean> {
	return (await measureBody(context, tripId, body)).distanceM >= LEAST_TRIP_M;
}
