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
/** Half as fast again as this drive was seen to go, and faster than 90 km/h, is rather a ghost than a drive; … */
const DOUBTFUL_SHARE = 1.5;
const LEAST_DOUBTFUL_MPS = 25;
/** … it was seen between good fixes this close in time, and over a longer silence nobody keeps up their best speed. */
const SEEN_S = 35;
const SEEN_ACCURACY_M = 30;
/** A fix this bad, from a cell tower or Wi-Fi, may be a ghost until the next one says the same. */
const DOUBTFUL_ACCURACY_M = 50;
/** So many fixes in a row that agree with each other overrule the place we believed in. */
const STILL_PROOF = 2;
const JUMP_PROOF = 4;

/**
 * Distance while the fixes arrive, for the live display: constant work for each fix. It looks back only, so the trip is
 * measured anew with all fixes (`measureTrace`) when it ends, and that figure is the one that counts.
 *
 * The rule, in order: fixes that are unreadable, repeated in time, older than the one before or worse than 100 m are left
 * out. A step counts when the fix leaves the circle around the last counted one: 10 m, or the accuracy of the worse of
 * the two. Who stayed in that circle for 20 s lies still: the circle grows, and two fixes that agree must lie outside; so
 * must two that are worse than 50 m, of which the better ones count. A jump needs four that a vehicle can drive: a step
 * faster than 90 km/h and half as fast again as this drive was seen to go, or, after a silence of 35 s, as fast as that
 * or with a fix worse than 30 m. Gaps are counted as a straight line and listed, as `measureTrace` does it; a
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
	let fastestMps = 0;
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
			noteSpeed(from, fix, stepM);
		}
		place(fix);
	}

	function noteSpeed(from: TraceFix, fix: TraceFix, stepM: number): void {
		const seconds = (fix.timeMs - from.timeMs) / 1000;
		if (seconds > SEEN_S || Math.max(from.accuracyM, fix.accuracyM) > SEEN_ACCURACY_M) return;
		fastestMps = Math.max(fastestMps, stepM / seconds);
	}

	/** Whether a step is rather a ghost's than the vehicle's, so that one fix more doesn't prove it. */
	function isJump(from: TraceFix, to: TraceFix): boolean {
		const isSeen = to.timeMs - from.timeMs <= SEEN_S * 1000;
		if (!isSeen && to.accuracyM > SEEN_ACCURACY_M) return true;
		const plausibleMps = Math.max(
			LEAST_DOUBTFUL_MPS,
			isSeen ? DOUBTFUL_SHARE * fastestMps : fastestMps
		);
		return !isReachable(from, to, Math.min(MAX_SPEED_MPS, plausibleMps));
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
		} else if (isJump(last, fix)) {
			prove(fix, JUMP_PROOF);
		} else if (isStill || fix.accuracyM > DOUBTFUL_ACCURACY_M) {
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
		const proven = withoutWorse(doubted);
		doubted = [];
		if (path.length === 1 && last !== null && !isReachable(last, proven[0]!)) {
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

/** Where a good fix says it, the doubtful ones beside it say nothing more. */
function withoutWorse(fixes: readonly TraceFix[]): readonly TraceFix[] {
	const good = fixes.filter(({ accuracyM }) => accuracyM <= DOUBTFUL_ACCURACY_M);
	return good.length > 0 ? good : fixes.slice(-1);
}

/** Both places may be off by their accuracy. */
function isReachable(from: TraceFix, to: TraceFix, mostMps: number = MAX_SPEED_MPS): boolean {
	const seconds = (to.timeMs - from.timeMs) / 1000;
	return between(from, to) <= mostMps * seconds + from.accuracyM + to.accuracyM;
}

function between(from: TraceFix, to: TraceFix): number {
	return geodesicM(from.lat, from.lon, to.lat, to.lon);
}
