import { latitudeOf, longitudeOf, toPosition } from './cartesian.ts';
import {
	pickFixes,
	readFixes,
	tableOfFixes,
	type FixColumns,
	type FixTable,
	type RejectedFix,
	type TraceFix
} from './trace-fix.ts';
import { gapsThatFit } from './trace-gaps.ts';
import { intervalOf, type GapSpan } from './trace-interval.ts';
import { drivenM, straightM } from './trace-length.ts';
import { reachableChain } from './trace-reachability.ts';
import { smoothTrack } from './trace-smoothing.ts';
import { usualSpeed } from './trace-speed.ts';
import { findStays } from './trace-stops.ts';
import { appendToTrack, emptyTrack, type Track } from './trace-track.ts';
import type { TripGap } from './trip.ts';

/** Written beside every distance, so that it can be recomputed and explained. A changed rule gets a new version. */
export const TRACE_METHOD = 'kalman-rts@2';

/** A place the line goes through; times are needed to find the gaps and never leave the trip. */
export type PathPoint = readonly [timeMs: number, latitude: number, longitude: number];

/** The points of a line one after the other in a single run of numbers, as in `FixTable`. */
export type PathTable = Float64Array<ArrayBuffer>;
/** Numbers of one point. */
export const PATH_WIDTH = 3;

/** A time the person stopped the recording: nothing in it is counted. */
export interface TracePause {
	fromMs: number;
	toMs: number;
}

/** What is counted for a gap instead of the straight line; the gap is found by its times. */
export interface TraceFill {
	fromMs: number;
	toMs: number;
	distanceM: number;
	/** False: straight lines through places the person passed. True: a way by road, which may not be the one they took. */
	isByRoad: boolean;
}

export interface TraceOptions {
	pauses?: readonly TracePause[];
	fills?: readonly TraceFill[];
}

/** Where and when the phone stayed in one place for at least 20 s. */
export interface TraceStop {
	fromMs: number;
	toMs: number;
	lat: number;
	lon: number;
}

/** A measured trace, with its line as a table. */
export interface TableMeasure {
	distanceM: number;
	/** The truth lies between these in at least nine cases of ten. */
	lowM: number;
	highM: number;
	/** In order. `path` has a point at each `toMs`, so there is always one stretch more than there are gaps. */
	gaps: TripGap[];
	stops: TraceStop[];
	/** Fixes that were left out, and why; `index` counts in the list that was given. */
	rejected: RejectedFix[];
	/** The smoothed line, in order of time. */
	path: PathTable;
	method: typeof TRACE_METHOD;
}

export type TraceMeasure = Omit<TableMeasure, 'path'> & { path: PathPoint[] };

/**
 * Distance of a recorded trace in metres on WGS-84, with an interval, its gaps and its stops.
 *
 * 1. Fixes that are unreadable, repeated in time, inside a pause or worse than 100 m are left out; order doesn't matter.
 * 2. Ghosts are left out: the best chain of fixes that a vehicle can drive along stays (`reachableChain`).
 * 3. A stay of 20 s or more is one place: nothing is counted in it (`findStays`).
 * 4. The drives between are smoothed (`smoothTrack`), and their length is counted along the curve (`drivenM`).
 * 5. More than 30 s without a fix, or more than 10 s and 60 m, is a gap: counted as a straight line and always listed.
 *    A pause is listed as a gap of 0 m, and so is a silence of over 30 s within a stay. A gap somebody filled counts as
 *    they filled it, and is still listed with its straight line.
 *
 * Never throws: a trace that says nothing measures 0 m.
 */
export function measureTrace(fixes: readonly TraceFix[], options: TraceOptions = {}): TraceMeasure {
	const measure = measureTable(tableOfFixes(fixes), options);
	return { ...measure, path: pathPoints(measure.path) };
}

/** As `measureTrace`, of a table. */
export function measureTable(
	table: FixTable,
	{ pauses = [], fills = [] }: TraceOptions = {}
): TableMeasure {
	const rejected: RejectedFix[] = [];
	const usable = readFixes(table, pauses, rejected);
	const usualMps = usualSpeed(usable);
	const track = emptyTrack(usable.length);
	const stops: TraceStop[] = [];
	for (const part of betweenPauses(usable, pauses)) {
		const chain = reachableChain(part, usualMps);
		for (const index of missingFrom(part, chain)) rejected.push({ index, reason: 'unreachable' });
		const reachable = pickFixes(part, chain);
		const stays = findStays(reachable);
		for (const { first, last, place } of stays) {
			const [lat, lon] = toPosition(...place);
			stops.push({ fromMs: reachable.timeMs[first]!, toMs: reachable.timeMs[last]!, lat, lon });
		}
		appendToTrack(track, reachable, stays);
	}
	smoothTrack(track);
	const { distanceM, gaps, spans } = lengthOf(track, fills);
	const listed = gapsThatFit(gaps);
	return {
		distanceM,
		...intervalOf(distanceM, spans, usable, usualMps),
		gaps: listed,
		stops,
		rejected: rejected.sort((a, b) => a.index - b.index),
		path: pathOf(track, listed),
		method: TRACE_METHOD
	};
}

export function pathPoints(path: PathTable): PathPoint[] {
	return Array.from({ length: path.length / PATH_WIDTH }, (_, n): PathPoint => {
		const at = n * PATH_WIDTH;
		return [path[at]!, path[at + 1]!, path[at + 2]!];
	});
}

function lengthOf(
	track: Track,
	fills: readonly TraceFill[]
): { distanceM: number; gaps: TripGap[]; spans: GapSpan[] } {
	const gaps: TripGap[] = [];
	const spans: GapSpan[] = [];
	let distanceM = 0;
	for (let at = 1; at < track.length; at += 1) {
		const link = track.link[at]!;
		if (link === 'stay') continue;
		if (link === 'drive') {
			distanceM += drivenM(track, at);
			continue;
		}
		const fromMs = track.sinceMs[at]!;
		const toMs = track.timeMs[at]!;
		const gapM = link === 'gap' ? straightM(track, at - 1, at) : 0;
		gaps.push({ fromMs, toMs, straightM: gapM });
		if (link !== 'gap') continue;
		const fill = fills.find((each) => each.fromMs === fromMs && each.toMs === toMs);
		// No way is shorter than the straight line.
		const countedM = Math.max(gapM, fill?.distanceM ?? gapM);
		distanceM += countedM;
		spans.push({
			seconds: (toMs - fromMs) / 1000,
			straightM: countedM,
			accuracySq: track.accuracyM[at - 1]! ** 2 + track.accuracyM[at]! ** 2,
			// Another road may have been taken: down to the straight line, and up by what roads wind.
			assumedM: fill?.isByRoad === true ? countedM - gapM : null
		});
	}
	return { distanceM, gaps, spans };
}

/** The smoothed points as positions; of gaps that were joined to fit, only the ends. */
function pathOf(track: Track, listed: readonly TripGap[]): PathTable {
	const path = new Float64Array(track.length * PATH_WIDTH);
	const last = listed.at(-1);
	let length = 0;
	for (let at = 0; at < track.length; at += 1) {
		const timeMs = track.timeMs[at]!;
		if (last && timeMs > last.fromMs && timeMs < last.toMs) continue;
		path[length] = timeMs;
		path[length + 1] = latitudeOf(track.x[at]!, track.y[at]!, track.z[at]!);
		path[length + 2] = longitudeOf(track.x[at]!, track.y[at]!);
		length += PATH_WIDTH;
	}
	return length === path.length ? path : path.slice(0, length);
}

function betweenPauses(fixes: FixColumns, pauses: readonly TracePause[]): FixColumns[] {
	if (pauses.length === 0) return [fixes];
	const parts: number[][] = [[]];
	for (let at = 0; at < fixes.length; at += 1) {
		const fromMs = at === 0 ? fixes.timeMs[at]! : fixes.timeMs[at - 1]!;
		const toMs = fixes.timeMs[at]!;
		if (pauses.some((pause) => pause.fromMs < toMs && pause.toMs > fromMs)) parts.push([]);
		parts.at(-1)!.push(at);
	}
	return parts.map((places) => pickFixes(fixes, places));
}

function missingFrom(fixes: FixColumns, chain: Int32Array): number[] {
	if (chain.length === fixes.length) return [];
	const missing: number[] = [];
	let next = 0;
	for (let at = 0; at < fixes.length; at += 1) {
		if (chain[next] === at) next += 1;
		else missing.push(fixes.index[at]!);
	}
	return missing;
}
