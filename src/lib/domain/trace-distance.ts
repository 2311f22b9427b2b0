import { geodesicM } from './geodesic.ts';
import type { FixRow, TripGap } from './trip.ts';

/** Written beside every distance, so that it can be recomputed and explained. A changed rule gets a new version. */
export const TRACE_METHOD = 'wgs84-sum@1';

/** A place the line goes through; times are needed to find the gaps and never leave the trip. */
export type PathPoint = readonly [timeMs: number, latitude: number, longitude: number];

/** A time the person stopped the recording: nothing in it is counted. */
export interface TracePause {
	fromMs: number;
	toMs: number;
}

export interface TraceOptions {
	pauses?: readonly TracePause[];
}

export interface TraceMeasure {
	distanceM: number;
	/** In order. `path` has a point at each `toMs`, so there is always one stretch more than there are gaps. */
	gaps: TripGap[];
	method: typeof TRACE_METHOD;
	/** Fixes that were not used: unreadable, inaccurate, out of order or implausible. */
	rejectedCount: number;
	/** The places the distance was counted between. */
	path: PathPoint[];
}

export interface DistanceMeter {
	/** Takes the next fix in time; constant work. Gives the metres so far and the gaps so far (one list that grows). */
	add(fix: FixRow): { distanceM: number; gaps: readonly TripGap[] };
	reading(): TraceMeasure;
}

/** Worse fixes come from cell towers and Wi-Fi and say nothing about a road. */
const MAX_ACCURACY_M = 100;
/** A step counts from here on; phones report moves of a few metres while they lie still. */
const MIN_STEP_M = 10;
/** Nothing for this long is a gap, moved or not, … */
const GAP_MS = 30_000;
/** … and so is a shorter silence with this much road in it. */
const SHORT_GAP_MS = 10_000;
const SHORT_GAP_M = 60;
/** Inside one circle for this long: the phone lies still, and leaving asks for proof. */
const STILL_MS = 20_000;
const STILL_CIRCLE_M = 25;
/** 270 km/h: no road vehicle. */
const MAX_SPEED_MPS = 75;
/** So many fixes in a row that agree with each other overrule the place we believed in. */
const STILL_PROOF = 2;
const JUMP_PROOF = 4;
/** What a trip document takes; beyond it the last gap grows. */
const MAX_GAPS = 4_999;

/**
 * Distance of a whole trace: sorted by time, then metered fix by fix.
 *
 * The rule, in order: fixes that are unreadable, repeated in time or worse than 100 m are left out. A step counts when
 * the fix leaves the circle around the last counted one: 10 m, or the accuracy of the worse of the two. Who stayed in
 * that circle for 20 s lies still: the circle grows, and two fixes that agree must lie outside. A step faster than
 * 270 km/h needs four. More than 30 s without a fix, or more than 10 s and 60 m, is a gap: counted as a straight line
 * and listed. A pause is listed as a gap of 0 m.
 */
export function measureTrace(fixes: readonly FixRow[], options: TraceOptions = {}): TraceMeasure {
	const meter = createDistanceMeter(options);
	for (const fix of inOrderOfTime(fixes)) meter.add(fix);
	return meter.reading();
}

/** The same rule while the fixes arrive. A fix that is older than the one before is left out. */
export function createDistanceMeter(options: TraceOptions = {}): DistanceMeter {
	const pauses = options.pauses ?? [];
	const path: PathPoint[] = [];
	const gaps: TripGap[] = [];
	let distanceM = 0;
	let rejectedCount = 0;
	/** The last counted fix: the middle of the circle. */
	let anchor: FixRow | null = null;
	/** The last believed fix, inside the circle or its middle. */
	let last: FixRow | null = null;
	let newestMs = -Infinity;
	/** Fixes outside the circle that still lack proof. */
	let doubted: FixRow[] = [];

	function place(fix: FixRow): void {
		path.push([fix[0], fix[1], fix[2]]);
		anchor = fix;
		last = fix;
	}

	/** Lists the silence before a fix; `stepM` is what was counted over it. */
	function markGap(from: FixRow, toMs: number, stepM: number): void {
		const before = gaps.at(-1);
		const isSameSilence = before?.toMs === from[0] && before.straightM === 0 && stepM === 0;
		if (before && (isSameSilence || gaps.length >= MAX_GAPS)) {
			const start = path.findLastIndex(([timeMs]) => timeMs < before.toMs);
			path.length = start + 1;
			gaps[gaps.length - 1] = {
				fromMs: before.fromMs,
				toMs,
				straightM: before.straightM + stepM
			};
		} else {
			gaps.push({ fromMs: from[0], toMs, straightM: stepM });
		}
	}

	function count(fix: FixRow, from: FixRow, before: FixRow): void {
		if (isPaused(before[0], fix[0])) {
			markGap(before, fix[0], 0);
		} else {
			const stepM = between(from, fix);
			if (isGap(fix[0] - before[0], between(before, fix))) markGap(before, fix[0], stepM);
			distanceM += stepM;
		}
		place(fix);
	}

	function rest(fix: FixRow, middle: FixRow, before: FixRow): void {
		last = fix;
		if (fix[0] - before[0] > GAP_MS) {
			markGap(before, fix[0], 0);
			path.push([fix[0], middle[1], middle[2]]);
		}
		// Until the first step a better fix may move the start; it is free, for nothing was counted from it.
		if (path.length === 1 && fix[3] < middle[3]) {
			path[0] = [path[0]![0], fix[1], fix[2]];
			anchor = [middle[0], fix[1], fix[2], fix[3], fix[4], fix[5]];
		}
	}

	function isPaused(fromMs: number, toMs: number): boolean {
		return pauses.some((pause) => pause.fromMs < toMs && pause.toMs > fromMs);
	}

	function take(fix: FixRow): void {
		if (!anchor || !last) return place(fix);
		const isStill = last[0] - anchor[0] >= STILL_MS;
		const worseM = Math.max(anchor[3], fix[3]);
		const circleM = isStill ? Math.max(STILL_CIRCLE_M, 1.5 * worseM) : Math.max(MIN_STEP_M, worseM);
		if (isPaused(last[0], fix[0])) {
			dropDoubted();
			count(fix, anchor, last);
		} else if (between(anchor, fix) < circleM) {
			dropDoubted();
			rest(fix, anchor, last);
		} else if (!isReachable(last, fix)) {
			prove(fix, JUMP_PROOF);
		} else if (isStill) {
			prove(fix, STILL_PROOF);
		} else {
			dropDoubted();
			count(fix, anchor, last);
		}
	}

	function dropDoubted(): void {
		rejectedCount += doubted.length;
		doubted = [];
	}

	/** Holds a fix back until so many in a row agree, then counts them all. */
	function prove(fix: FixRow, proof: number): void {
		const doubtedBefore = doubted.at(-1);
		if (doubtedBefore && !isReachable(doubtedBefore, fix)) dropDoubted();
		doubted.push(fix);
		if (doubted.length < proof) return;
		const proven = doubted;
		doubted = [];
		if (proof === JUMP_PROOF && path.length === 1) {
			// Phones begin with the place they remember from hours ago.
			rejectedCount += 1;
			path.length = 0;
			anchor = last = null;
		}
		for (const each of proven) {
			if (!anchor || !last) place(each);
			else if (between(anchor, each) >= Math.max(MIN_STEP_M, each[3])) count(each, anchor, last);
			else rest(each, anchor, last);
		}
	}

	return {
		add(fix) {
			if (isUsable(fix) && fix[0] > newestMs) {
				newestMs = fix[0];
				take(fix);
			} else {
				rejectedCount += 1;
			}
			return { distanceM, gaps };
		},
		reading: () => ({
			distanceM,
			gaps: [...gaps],
			method: TRACE_METHOD,
			rejectedCount: rejectedCount + doubted.length,
			path: [...path]
		})
	};
}

function inOrderOfTime(fixes: readonly FixRow[]): readonly FixRow[] {
	const isInOrder = fixes.every((fix, index) => index === 0 || fixes[index - 1]![0] <= fix[0]);
	return isInOrder ? fixes : [...fixes].sort((a, b) => a[0] - b[0]);
}

function isUsable([timeMs, latitude, longitude, accuracyM]: FixRow): boolean {
	return (
		Number.isFinite(timeMs) &&
		Math.abs(latitude) <= 90 &&
		Math.abs(longitude) <= 180 &&
		accuracyM >= 0 &&
		accuracyM <= MAX_ACCURACY_M
	);
}

function isGap(silenceMs: number, movedM: number): boolean {
	return silenceMs > GAP_MS || (silenceMs > SHORT_GAP_MS && movedM > SHORT_GAP_M);
}

/** Both places may be off by their accuracy. */
function isReachable(from: FixRow, to: FixRow): boolean {
	const seconds = (to[0] - from[0]) / 1000;
	return between(from, to) <= MAX_SPEED_MPS * seconds + from[3] + to[3];
}

function between(from: FixRow, to: FixRow): number {
	return geodesicM(from[1], from[2], to[1], to[2]);
}
