import { geodesicM } from './geodesic.ts';
import { simplifyLine } from './route-line.ts';
import type { PathPoint } from './trace-distance.ts';
import { silenceIsGap } from './trace-gaps.ts';
import type { Position } from './trip.ts';

/** Where each band of speed ends, in km/h; the last one has no end. */
export const SPEED_BANDS_KMH = [30, 60, 90, 120] as const;
const MPS_IN_KMH = 3.6;
/** Steps are looked at together for so long: a speed of one second is noise. */
const STEP_MS = 5_000;

/** A part of a drive in one band of speed, from 0. */
export interface SpeedPart {
	band: number;
	line: Position[];
}

/**
 * A measured line cut where its speed changes from one band to another, for its driver alone. Stretches without
 * positions have no speed and are left out.
 */
export function speedParts(path: readonly PathPoint[]): SpeedPart[] {
	const parts: SpeedPart[] = [];
	let part: SpeedPart | undefined;
	let from = 0;
	for (let at = 1; at < path.length; at += 1) {
		const [beforeMs, beforeLatitude, beforeLongitude] = path[at - 1]!;
		const [timeMs, latitude, longitude] = path[at]!;
		const stepM = geodesicM(beforeLatitude, beforeLongitude, latitude, longitude);
		if (silenceIsGap(timeMs - beforeMs, stepM)) {
			part = undefined;
			from = at;
			continue;
		}
		if (timeMs - path[from]![0] < STEP_MS && at < path.length - 1) continue;
		const steps = path.slice(from, at + 1).map(([, north, east]): Position => [north, east]);
		const band = bandOf(lengthOf(steps), timeMs - path[from]![0]);
		if (part?.band === band) {
			part.line.push(...steps.slice(1));
		} else {
			part = { band, line: steps };
			parts.push(part);
		}
		from = at;
	}
	return parts.map(({ band, line }) => ({ band, line: simplifyLine(line) }));
}

function bandOf(metres: number, ms: number): number {
	const kmh = ms > 0 ? (metres / ms) * 1000 * MPS_IN_KMH : 0;
	const band = SPEED_BANDS_KMH.findIndex((end) => kmh < end);
	return band === -1 ? SPEED_BANDS_KMH.length : band;
}

function lengthOf(line: readonly Position[]): number {
	let metres = 0;
	for (let at = 1; at < line.length; at += 1) metres += geodesicM(...line[at - 1]!, ...line[at]!);
	return metres;
}
