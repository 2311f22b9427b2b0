import { refuse, type Result } from '../refusal.ts';
import type { FixRow } from '../trip.ts';
import {
	USUAL_ACCURACY_M,
	driveList,
	splitAtStays,
	type RecordedDrive,
	type RecordedFile
} from './recorded-file.ts';

type Json = Readonly<Record<string, unknown>>;

/** Points of Google's paths don't say how good they are. */
const PATH_ACCURACY_M = 30;

/**
 * Reads Google's Timeline in each form it was ever exported: `Records.json` (one endless log, taken apart where the
 * person stayed), the months of "Semantic Location History", and what phones export now (Android's `semanticSegments`,
 * iPhones' list). Moves on foot are drives too: the person chooses. Refuses with `import.broken` what is no whole JSON,
 * with `import.unknown` another one, and with `import.no_drives`.
 */
export function readTimeline(text: string): Result<RecordedFile> {
	let data: unknown;
	try {
		data = JSON.parse(text);
	} catch {
		return refuse('import.broken');
	}
	const drives = drivesIn(data);
	if (drives === null) return refuse('import.unknown');
	const found = driveList(drives);
	return found.length > 0
		? { ok: true, value: { by: 'timeline', drives: found } }
		: refuse('import.no_drives');
}

function drivesIn(data: unknown): RecordedDrive[] | null {
	if (Array.isArray(data)) return segmentDrives(data.map(asJson), []);
	const whole = asJson(data);
	if (Array.isArray(whole['locations'])) {
		const fixes = whole['locations']
			.map((one: unknown) => recordFix(asJson(one)))
			.filter((fix) => fix !== null);
		return splitAtStays(fixes).map((part) => ({ name: '', fixes: part }));
	}
	if (Array.isArray(whole['timelineObjects'])) {
		return whole['timelineObjects'].flatMap((one: unknown) => {
			const segment = asJson(asJson(one)['activitySegment']);
			return Object.keys(segment).length === 0 ? [] : monthDrive(segment);
		});
	}
	if (Array.isArray(whole['semanticSegments'])) {
		const signals = Array.isArray(whole['rawSignals']) ? whole['rawSignals'] : [];
		return segmentDrives(whole['semanticSegments'].map(asJson), signals.map(asJson));
	}
	return null;
}

/** A location of `Records.json`. */
function recordFix(location: Json): FixRow | null {
	const place = e7(location['latitudeE7'], location['longitudeE7']);
	const timeMs = timeOf(location['timestamp']) ?? numberOf(location['timestampMs']);
	if (place === null || timeMs === null) return null;
	return [
		timeMs,
		...place,
		numberOf(location['accuracy']) ?? USUAL_ACCURACY_M,
		numberOf(location['velocity']),
		numberOf(location['heading'])
	];
}

/** An `activitySegment` of a month. */
function monthDrive(segment: Json): RecordedDrive {
	const duration = asJson(segment['duration']);
	const fromMs = timeOf(duration['startTimestamp']) ?? numberOf(duration['startTimestampMs']);
	const toMs = timeOf(duration['endTimestamp']) ?? numberOf(duration['endTimestampMs']);
	const ends = [
		[segment['startLocation'], fromMs],
		[segment['endLocation'], toMs]
	] as const;
	const fixes = ends.flatMap(([location, timeMs]): FixRow[] => {
		const place = e7(asJson(location)['latitudeE7'], asJson(location)['longitudeE7']);
		return place === null || timeMs === null
			? []
			: [[timeMs, ...place, PATH_ACCURACY_M, null, null]];
	});
	const points = asJson(segment['simplifiedRawPath'])['points'];
	for (const one of Array.isArray(points) ? (points as unknown[]) : []) {
		const point = asJson(one);
		const place = e7(point['latE7'], point['lngE7']);
		const timeMs = timeOf(point['timestamp']) ?? numberOf(point['timestampMs']);
		if (place === null || timeMs === null) continue;
		const accuracyM = numberOf(point['accuracyMeters']) ?? PATH_ACCURACY_M;
		fixes.push([timeMs, ...place, accuracyM, null, null]);
	}
	return { name: nameOf(segment['activityType']), fixes };
}

/** Activities of a phone's export, with the points and raw signals of their time. */
function segmentDrives(
	segments: readonly Json[],
	signals: readonly Json[]
): RecordedDrive[] | null {
	if (!segments.some((segment) => 'activity' in segment || 'timelinePath' in segment)) return null;
	const points = [...segments.flatMap(pathFixes), ...signals.flatMap(signalFix)].sort(
		([a], [b]) => a - b
	);
	return segments.flatMap((segment) => {
		if (!('activity' in segment)) return [];
		const activity = asJson(segment['activity']);
		const fromMs = timeOf(segment['startTime']);
		const toMs = timeOf(segment['endTime']);
		if (fromMs === null || toMs === null) return [];
		const ends = [
			[activity['start'], fromMs],
			[activity['end'], toMs]
		] as const;
		const fixes = ends.flatMap(([at, timeMs]): FixRow[] => {
			const place = placeOf(at);
			return place === null ? [] : [[timeMs, ...place, PATH_ACCURACY_M, null, null]];
		});
		const between = points.filter(([timeMs]) => timeMs > fromMs && timeMs < toMs);
		const type = asJson(activity['topCandidate'])['type'];
		return [{ name: nameOf(type), fixes: [...fixes, ...between] }];
	});
}

function pathFixes(segment: Json): FixRow[] {
	const path = segment['timelinePath'];
	if (!Array.isArray(path)) return [];
	const startMs = timeOf(segment['startTime']);
	return (path as unknown[]).flatMap((one): FixRow[] => {
		const point = asJson(one);
		const minutes = numberOf(point['durationMinutesOffsetFromStartTime']);
		const timeMs =
			timeOf(point['time']) ??
			(startMs === null || minutes === null ? null : startMs + minutes * 60_000);
		const place = placeOf(point['point']);
		return place === null || timeMs === null
			? []
			: [[timeMs, ...place, PATH_ACCURACY_M, null, null]];
	});
}

function signalFix(signal: Json): FixRow[] {
	const position = asJson(signal['position']);
	const place = placeOf(position['LatLng']);
	const timeMs = timeOf(position['timestamp']);
	if (place === null || timeMs === null) return [];
	return [
		[
			timeMs,
			...place,
			numberOf(position['accuracyMeters']) ?? USUAL_ACCURACY_M,
			numberOf(position['speedMetersPerSecond']),
			null
		]
	];
}

/** `"55.4°, 10.38°"`, `"geo:55.4,10.38"`, or an object with one of them in `latLng`. */
function placeOf(value: unknown): [number, number] | null {
	const text = typeof value === 'string' ? value : asJson(value)['latLng'];
	if (typeof text !== 'string') return null;
	const [, latitude, longitude] =
		/^(?:geo:)?\s*(-?\d+(?:\.\d+)?)°?\s*,\s*(-?\d+(?:\.\d+)?)°?\s*$/.exec(text) ?? [];
	return latitude === undefined ? null : [Number(latitude), Number(longitude)];
}

function e7(latitude: unknown, longitude: unknown): [number, number] | null {
	return typeof latitude === 'number' && typeof longitude === 'number'
		? [latitude / 1e7, longitude / 1e7]
		: null;
}

function timeOf(value: unknown): number | null {
	if (typeof value !== 'string') return null;
	const timeMs = Date.parse(value);
	return Number.isNaN(timeMs) ? null : timeMs;
}

function numberOf(value: unknown): number | null {
	const number = typeof value === 'string' && value !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** `IN_PASSENGER_VEHICLE` as words of the file; it is shown, never judged. */
function nameOf(type: unknown): string {
	return typeof type === 'string' ? type.replaceAll('_', ' ').toLowerCase() : '';
}

function asJson(value: unknown): Json {
	return typeof value === 'object' && value !== null ? (value as Json) : {};
}
