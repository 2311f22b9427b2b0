import { geodesicM } from './geodesic.ts';
import type { PathPoint, TraceOptions } from './trace-distance.ts';
import { flawOf, type TraceFix } from './trace-fix.ts';
import { MAX_GAPS, silenceIsGap } from './trace-gaps.ts';
import { MAX_SPEED_MPS } from './trace-speed.ts';
import type { TripGap } from './trip.ts';

/** What the screen shows while the fixes arrive. */
export interface MeterReading {
	distanceM: number;
	/** In order. `path` has a point at each `toMs`, so there is always one stretch more than there are gaps. */
	gaps: TripGap[];
	/** The places the distance was counted between. */
	path: PathPoint[];
}

export interface DistanceMeter {
	/** Takes the next fix in time; constant work. Gives what is known so far; `gaps` and `path` are lists that grow. */
	add(fix: TraceFix): {
		distanceM: number;
		gaps: readonly TripGap[];
		path: readonly PathPoint[];
	};
	/** Everything so far, copied. */
	reading(): MeterReading;
}

/** A step counts from here on; phones report moves of a few metres while they lie still. */
const MIN_STEP_M = 10;
/** Inside one circle for this long: the phone lies still, and leaving asks for proof. */
const STILL_MS = 20_000;
const STILL_CIRCLE_M = 25;
/** So many fixes in a row that agree with each other overrule the place we believed in. */
const STILL_PROOF = 2;
const JUMP_PROOF = 4;

/**
 * Distance while the fixes arrive, for the live display: constant work for each fix. It looks back only, so the trip is
 * measured anew with all fixes (`measureTrace`) when it ends, and that figure is the one that counts.
 *
 * The rule, in order: fixes that are unreadable, repeated in time, older than the one before or worse than 100 m are left
 * out. A step counts when the fix leaves the circle around the last counted one: 10 m, or the accuracy of the worse of
 * the two. Who stayed in that circle for 20 s lies still: the circle grows, and two fixes that agree must lie outside. A
 * step faster than 270 km/h needs four. Gaps are counted as a straight line and listed, as `measureTrace` does it; a
 * pause is listed as a gap of 0 m.
 */
export function createDistanceMeter(options: TraceOptions = {}): DistanceMeter {
	const pauses = options.pauses ?? [];
	const path: PathPoint[] = [];
	const gaps: TripGap[] = [];
	let distanceM = 0;
	/** The last counted fix: the middle of the circle. */
	let anchor: TraceFix | null = null;
	/** The last believed fix, inside the circle or its middle. */
	let last: TraceFix | null = null;
	let newestMs = -Infinity;
	/** Fixes outside the circle that still lack proof. */
	let doubted: TraceFix[] = [];

	function place(fix: TraceFix): void {
		path.push([fix.timeMs, fix.lat, fix.lon]);
		anchor = fix;
		last = fix;
	}

	/** Lists the silence before a fix; `stepM` is what was counted over it. */
	function markGap(from: TraceFix, toMs: number, stepM: number): void {
		const before = gaps.at(-1);
		const isSameSilence = before?.toMs === from.timeMs && before.straightM === 0 && stepM === 0;
		if (before && (isSameSilence || gaps.length >= MAX_GAPS)) {
			const start = path.findLastIndex(([timeMs]) => timeMs < before.toMs);
			path.length = start + 1;
			gaps[gaps.length - 1] = {
				fromMs: before.fromMs,
				toMs,
				straightM: before.straightM + stepM
			};
		} else {
			gaps.push({ fromMs: from.timeMs, toMs, straightM: stepM });
		}
	}

	function count(fix: TraceFix, from: TraceFix, before: TraceFix): void {
		if (isPaused(before.timeMs, fix.timeMs)) {
			markGap(before, fix.timeMs, 0);
		} else {
			const stepM = between(from, fix);
			const silenceMs = fix.timeMs - before.timeMs;
			if (silenceIsGap(silenceMs, between(before, fix))) markGap(before, fix.timeMs, stepM);
			distanceM += stepM;
		}
		place(fix);
	}

	function rest(fix: TraceFix, middle: TraceFix, before: TraceFix): void {
		last = fix;
		if (silenceIsGap(fix.timeMs - before.timeMs, 0)) {
			markGap(before, fix.timeMs, 0);
			path.push([fix.timeMs, middle.lat, middle.lon]);
		}
		// Until the first step a better fix may move the start; it is free, for nothing was counted from it.
		if (path.length === 1 && fix.accuracyM < middle.accuracyM) {
			path[0] = [path[0]![0], fix.lat, fix.lon];
			anchor = { ...fix, timeMs: middle.timeMs };
		}
	}

	function isPaused(fromMs: number, toMs: number): boolean {
		return pauses.some((pause) => pause.fromMs < toMs && pause.toMs > fromMs);
	}

	function take(fix: TraceFix): void {
		if (!anchor || !last) return place(fix);
		const isStill = last.timeMs - anchor.timeMs >= STILL_MS;
		const worseM = Math.max(anchor.accuracyM, fix.accuracyM);
		const circleM = isStill ? Math.max(STILL_CIRCLE_M, 1.5 * worseM) : Math.max(MIN_STEP_M, worseM);
		if (isPaused(last.timeMs, fix.timeMs)) {
			doubted = [];
			count(fix, anchor, last);
		} else if (between(anchor, fix) < circleM) {
			doubted = [];
			rest(fix, anchor, last);
		} else if (!isReachable(last, fix)) {
			prove(fix, JUMP_PROOF);
		} else if (isStill) {
			prove(fix, STILL_PROOF);
		} else {
			doubted = [];
			count(fix, anchor, last);
		}
	}

	/** Holds a fix back until so many in a row agree, then counts them all. */
	function prove(fix: TraceFix, proof: number): void {
		const doubtedBefore = doubted.at(-1);
		if (doubtedBefore && !isReachable(doubtedBefore, fix)) doubted = [];
		doubted.push(fix);
		if (doubted.length < proof) return;
		const proven = doubted;
		doubted = [];
		if (proof === JUMP_PROOF && path.length === 1) {
			// Phones begin with the place they remember from hours ago.
			path.length = 0;
			anchor = last = null;
		}
		for (const each of proven) {
			const isAway =
				anchor !== null && between(anchor, each) >= Math.max(MIN_STEP_M, each.accuracyM);
			if (!anchor || !last) place(each);
			else if (isAway) count(each, anchor, last);
			else rest(each, anchor, last);
		}
	}

	return {
		add(fix) {
			if (flawOf(fix) === null && fix.timeMs > newestMs) {
				newestMs = fix.timeMs;
				take(fix);
			}
			return { distanceM, gaps, path };
		},
		reading: () => ({ distanceM, gaps: [...gaps], path: [...path] })
	};
}

/** Both places may be off by their accuracy. */
function isReachable(from: TraceFix, to: TraceFix): boolean {
	const seconds = (to.timeMs - from.timeMs) / 1000;
	return between(from, to) <= MAX_SPEED_MPS * seconds + from.accuracyM + to.accuracyM;
}

function between(from: TraceFix, to: TraceFix): number {
	return geodesicM(from.lat, from.lon, to.lat, to.lon);
}
