import { geodesicM } from '../geodesic.ts';
import type { FixRow, TripRecordedBy } from '../trip.ts';

/** A drive out of a file that another app or device recorded. */
export interface RecordedDrive {
	/** What the file calls it; '' for nothing. */
	name: string;
	/** In order of time. */
	fixes: FixRow[];
}

/** What a file holds. */
export interface RecordedFile {
	by: Exclude<TripRecordedBy, 'app'>;
	/** Newest first. */
	drives: RecordedDrive[];
}

/** Files that don't say how good their positions are: a receiver in a car. */
export const USUAL_ACCURACY_M = 10;
/** So many drives are offered out of one file. */
const MOST_DRIVES = 500;
/** A day and a half with a fix each second. */
export const MOST_IMPORTED_FIXES = 130_000;

/** Somebody who stays this long in one place has arrived. */
const ARRIVED_MS = 10 * 60_000;
const SAME_PLACE_M = 150;
const LEAST_FIXES = 2;

/**
 * Fixes as files hold them made fit to be measured: in order of time, each time once, without ones that are no place on
 * Earth. Speeds below zero and headings that are none become null.
 */
export function tidyFixes(fixes: readonly FixRow[]): FixRow[] {
	return fixes
		.filter(
			([timeMs, latitude, longitude, accuracyM]) =>
				Number.isFinite(timeMs) &&
				timeMs > 0 &&
				Math.abs(latitude) <= 90 &&
				Math.abs(longitude) <= 180 &&
				accuracyM >= 0
		)
		.map(([timeMs, latitude, longitude, accuracyM, speedMps, headingDeg]): FixRow => [
			Math.round(timeMs),
			latitude,
			longitude,
			accuracyM,
			speedMps !== null && speedMps >= 0 && Number.isFinite(speedMps) ? speedMps : null,
			headingDeg !== null && headingDeg >= 0 && headingDeg <= 360 ? headingDeg : null
		])
		.sort(([a], [b]) => a - b)
		.filter(([timeMs], n, sorted) => n === 0 || timeMs !== sorted[n - 1]![0]);
}

/** Drives that hold something, newest first. */
export function driveList(drives: readonly RecordedDrive[]): RecordedDrive[] {
	return drives
		.map(({ name, fixes }) => ({ name: name.trim().slice(0, 120), fixes: tidyFixes(fixes) }))
		.filter(({ fixes }) => fixes.length >= LEAST_FIXES)
		.sort((a, b) => b.fixes[0]![0] - a.fixes[0]![0])
		.slice(0, MOST_DRIVES);
}

/** Takes a log that never ends apart: a drive ends where the person stayed for ten minutes. */
export function splitAtStays(fixes: readonly FixRow[]): FixRow[][] {
	const drives: FixRow[][] = [];
	let drive: FixRow[] = [];
	/** Where the stay that may be going on began. */
	let stay: FixRow | null = null;
	for (const fix of tidyFixes(fixes)) {
		const before = drive.at(-1);
		const isNear = stay !== null && geodesicM(stay[1], stay[2], fix[1], fix[2]) < SAME_PLACE_M;
		if (!isNear) {
			const stayedMs = stay === null ? 0 : (before?.[0] ?? stay[0]) - stay[0];
			const awayMs = before === undefined ? 0 : fix[0] - before[0];
			if (stayedMs >= ARRIVED_MS || (stay !== null && awayMs >= ARRIVED_MS && drive.length > 0)) {
				const since = stay![0];
				drives.push(drive.filter(([timeMs]) => timeMs <= since));
				drive = before === undefined ? [] : [before];
			}
			stay = fix;
		}
		drive.push(fix);
	}
	if (drive.length > 0) drives.push(drive);
	return drives.filter((part) => part.length >= LEAST_FIXES);
}
