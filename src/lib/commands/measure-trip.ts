import { canonicalJson } from '@outlay/domain/canonical-json';
import {
	areFixesHere,
	countedDistance,
	countedFixes,
	distanceOfTrip,
	fillsOf,
	routeOf,
	type TripDistance
} from '@outlay/domain/driven-route';
import { refuse } from '@outlay/domain/refusal';
import type { RouteBody } from '@outlay/domain/route';
import { LEAST_TRIP_M, type FixRow, type TripBody } from '@outlay/domain/trip';
import { isFromTrip } from '@outlay/domain/trip-rules';
import { pausesOf } from '@outlay/domain/trip-events';
import type { Done } from './app.ts';
import { withBody, type DeedContext } from './context.ts';
import { editableTransaction } from './editable.ts';
import { mileageIdOf } from './mileage-id.ts';
import type { RecordedLine } from './ports.ts';
import { saveMileage } from './save-mileage.ts';

/** Changes what a person says of a trip; runs on the newest state, more than once when two changes meet. */
export type TripChange = (body: TripBody) => TripBody;

/**
 * Measures a stopped trip with a change to it, and stores both in one write; the value is what its
 * draft mileage says of the distance, which follows while it counts the recorded one. Refusals `trip.not_found`,
 * `trip.still_recording`, `trip.fixes_missing` while some
 * of its fixes are still on their way from another device, and those of `editableTransaction`.
 */
export async function measureTrip(
	context: DeedContext,
	tripId: string,
	change: TripChange = (body) => body
): Promise<Done<TripDistance>> {
	const trip = await stoppedTrip(context, tripId);
	if (!trip.ok) return trip;
	const draft = await editableTransaction(context, mileageIdOf(tripId), 'mileage');
	if (!draft.ok) return draft;

	const stored = await context.documents.fixesOf(tripId);
	if (!areFixesHere(stored, trip.value)) return refuse('trip.fixes_missing');
	const changed = change(trip.value);
	const fixes = countedFixes(stored, changed);
	const measured = await measure(context, fixes, changed);
	const counted = countedDistance(changed, measured);
	const fixesSha256 = await context.hashing.text(canonicalJson(fixes));
	await context.documents.edit('trip', tripId, (document) =>
		withBody(
			document,
			{
				...change(document.body),
				distanceM: counted.distanceM,
				distanceLowM: counted.lowM,
				distanceHighM: counted.highM,
				distanceMethod: measured.method,
				gaps: measured.gaps,
				fixCount: fixes.length,
				fixesSha256
			},
			context.clock
		)
	);
	const distance = distanceOfTrip({ ...changed, ...counted, method: measured.method });
	const mileage = draft.value?.body;
	if (mileage?.kind === 'mileage' && isFromTrip(mileage.distanceSource)) {
		const saved = await saveMileage(context, mileageIdOf(tripId), distance);
		if (!saved.ok) return saved;
	}
	return { ok: true, value: distance };
}

/** A stopped trip as others would see it, measured anew from the fixes on this device; null when none are here. */
export async function drivenRoute(context: DeedContext, tripId: string): Promise<RouteBody | null> {
	const trip = await stoppedTrip(context, tripId);
	if (!trip.ok) return null;
	const measured = await measureBody(context, tripId, trip.value);
	const isDriven = measured.distanceM >= LEAST_TRIP_M && measured.stretches.length > 0;
	return isDriven ? routeOf(tripId, trip.value, measured) : null;
}

/** The whole recorded line, trimmed parts and their gaps included; empty without a stopped trip. */
export async function recordedLine(context: DeedContext, tripId: string): Promise<RecordedLine> {
	const trip = await stoppedTrip(context, tripId);
	if (!trip.ok) return { path: [], gaps: [] };
	const fixes = countedFixes(await context.documents.fixesOf(tripId), WHOLE);
	const { path, gaps } = await context.measuring.line(fixes, pausesOf(trip.value.events));
	// What counts is as the person filled it; of what was trimmed off the trip says nothing.
	const said = new Map(trip.value.gaps.map((gap) => [gap.fromMs, gap]));
	return { path, gaps: gaps.map((gap) => said.get(gap.fromMs) ?? gap) };
}

/** The fixes that count, as they were recorded; empty without a stopped trip. */
export async function fixesThatCount(context: DeedContext, tripId: string): Promise<FixRow[]> {
	const trip = await stoppedTrip(context, tripId);
	return trip.ok ? countedFixes(await context.documents.fixesOf(tripId), trip.value) : [];
}

const WHOLE = { countedFromMs: null, countedToMs: null };

/** Measures the fixes of a trip as a body says, and stores nothing. */
export async function measureBody(context: DeedContext, tripId: string, body: TripBody) {
	return measure(context, countedFixes(await context.documents.fixesOf(tripId), body), body);
}

/** The body of a trip that has ended. */
export async function stoppedTrip(
	{ documents }: Pick<DeedContext, 'documents'>,
	tripId: string
): Promise<Done<TripBody>> {
	const trip = await documents.get('trip', tripId);
	if (trip === null) return refuse('trip.not_found');
	const { body } = trip.document;
	return body.state === 'stopped' ? { ok: true, value: body } : refuse('trip.still_recording');
}

function measure(
	{ measuring }: Pick<DeedContext, 'measuring'>,
	fixes: Parameters<DeedContext['measuring']['measure']>[0],
	body: TripBody
) {
	return measuring.measure(fixes, pausesOf(body.events), fillsOf(body.gapFills));
}
