import { canonicalJson } from '@outlay/domain/canonical-json';
import { documentId } from '@outlay/domain/identifiers';
import {
	MOST_IMPORTED_FIXES,
	type RecordedDrive,
	type RecordedFile
} from '@outlay/domain/recordings/recorded-file';
import { refuse } from '@outlay/domain/refusal';
import { LEAST_TRIP_M } from '@outlay/domain/trip';
import type { Done } from './app.ts';
import { firstOf, type DeedContext } from './context.ts';
import { addFixes } from './cut-trip.ts';
import { finishTrip } from './finish-trip.ts';
import { newTrip } from './new-trip.ts';

/** Clocks of other devices may be a little ahead. */
const DAY_MS = 24 * 60 * 60 * 1000;
/** How many of the newest trips are compared. */
const MANY = 1000;

/**
 * Makes a trip with its draft mileage of a drive that was recorded elsewhere; the value is the transaction's id. Refuses
 * with `import.twice` a drive that is a trip already, unless `isTwiceMeant`; `import.too_short`, `import.too_long`,
 * `import.future`. What it says is kept apart from what this app recorded: `recordedBy` names the file's kind.
 */
export async function importTrip(
	context: DeedContext,
	by: RecordedFile['by'],
	{ fixes }: RecordedDrive,
	isTwiceMeant: boolean
): Promise<Done<string>> {
	const startedAtMs = fixes[0]?.[0];
	const stoppedAtMs = fixes.at(-1)?.[0];
	if (startedAtMs === undefined || stoppedAtMs === undefined) return refuse('import.no_drives');
	const nowMs = context.clock.nowMs();
	if (stoppedAtMs > nowMs + DAY_MS) return refuse('import.future');
	if (fixes.length > MOST_IMPORTED_FIXES) return refuse('import.too_long');
	const { distanceM } = await context.measuring.measure(fixes, []);
	if (distanceM < LEAST_TRIP_M) return refuse('import.too_short');
	const fixesSha256 = await context.hashing.text(canonicalJson(fixes));
	if (!isTwiceMeant) {
		const trips = await firstOf(context.documents.watchNewest('trip', MANY));
		const isHere = trips.some(
			({ document }) =>
				document.ownerId === context.me.userId && document.body.fixesSha256 === fixesSha256
		);
		if (isHere) return refuse('import.twice');
	}
	const tripId = documentId('trip', context.me.userId, context.identities.ulid());
	await addFixes(context, tripId, fixes);
	await context.documents.add(
		newTrip(context, tripId, {
			state: 'stopped',
			startedAtMs,
			stoppedAtMs,
			recordedBy: by,
			fixCount: fixes.length,
			events: [{ deed: 'import', atMs: nowMs }]
		})
	);
	return finishTrip(context, tripId);
}
