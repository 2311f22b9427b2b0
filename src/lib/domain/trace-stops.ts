import { silenceIsGap } from './trace-gaps.ts';
import { chordM, type FixColumns } from './trace-fix.ts';
import { measuresSpeed } from './trace-speed.ts';

/** Standing counts from here: shorter halts are part of the drive. */
const LEAST_STOP_MS = 20_000;
/** The smallest circle a place needs, whatever accuracy the receiver claims. */
const LEAST_RADIUS_M = 12;
/** Beyond such a silence nobody saw the phone come or go. */
const WATCHED_MS = 10_000;

/** Slower than anybody walks. */
const WALKING_MPS = 1;

type Place = readonly [x: number, y: number, z: number];

/** Fixes `first`…`last` are of one place, in earth-centred metres. */
export interface Stay {
	first: number;
	last: number;
	place: Place;
}

/**
 * Where the phone stayed: the longest runs of fixes over at least 20 s that one single place can explain, because it
 * lies within the accuracy (at least 12 m) of each of them. Drift inside them is no distance.
 *
 * In each direction of space a fix allows the places from `x - radius` to `x + radius`; a run has a common place while
 * the highest lower end stays below the lowest upper end. Stay points as in Li et al., "Mining user similarity based on
 * location history" (2008), with the receiver's own accuracy in place of one fixed radius.
 */
export function findStays(fixes: FixColumns): Stay[] {
	const stays = findRuns(fixes);
	return measuresSpeed(fixes) ? joinedStays(fixes, stays) : stays;
}

function findRuns(fixes: FixColumns): Stay[] {
	const stays: Stay[] = [];
	let first = 0;
	let due = 0;
	while (first < fixes.length) {
		while (due < fixes.length && fixes.timeMs[due]! - fixes.timeMs[first]! < LEAST_STOP_MS)
			due += 1;
		// On the road nearly every fix is ruled out by this alone.
		if (due === fixes.length) break;
		if (!shareAPlace(fixes, first, due)) {
			first += 1;
			continue;
		}
		const last = lastOfPlace(fixes, first);
		if (fixes.timeMs[last]! - fixes.timeMs[first]! < LEAST_STOP_MS) {
			first += 1;
			continue;
		}
		const longest = longestRun(fixes, first, last);
		const stay = withoutApproach(fixes, ...longest);
		if (stay) stays.push(stay);
		first = longest[1] + 1;
	}
	return stays;
}

/**
 * Of the runs that begin in the first 20 s of this one, the longest: one that begins on the way to a stop has room for
 * less of the standing, and what it leaves would be another stop.
 */
function longestRun(fixes: FixColumns, first: number, last: number): [number, number] {
	const { timeMs } = fixes;
	let longest: [number, number] = [first, last];
	const latest = timeMs[first]! + LEAST_STOP_MS;
	for (let from = first + 1; timeMs[from]! <= latest && longest[1] < fixes.length - 1; from += 1) {
		const to = lastOfPlace(fixes, from);
		if (timeMs[to]! - timeMs[from]! > timeMs[longest[1]]! - timeMs[longest[0]]!)
			longest = [from, to];
	}
	return longest;
}

function lastOfPlace(fixes: FixColumns, first: number): number {
	const { x, y, z, accuracyM } = fixes;
	let [lowX, lowY, lowZ] = [-Infinity, -Infinity, -Infinity];
	let [highX, highY, highZ] = [Infinity, Infinity, Infinity];
	for (let at = first; at < fixes.length; at += 1) {
		const radius = Math.max(LEAST_RADIUS_M, accuracyM[at]!);
		lowX = Math.max(lowX, x[at]! - radius);
		lowY = Math.max(lowY, y[at]! - radius);
		lowZ = Math.max(lowZ, z[at]! - radius);
		highX = Math.min(highX, x[at]! + radius);
		highY = Math.min(highY, y[at]! + radius);
		highZ = Math.min(highZ, z[at]! + radius);
		if (lowX > highX || lowY > highY || lowZ > highZ) return at - 1;
		if (at > first && hasMovedUnseen(fixes, at)) return at - 1;
	}
	return fixes.length - 1;
}

/** Whether the accuracies of two fixes leave any place that both allow. */
function shareAPlace({ x, y, z, accuracyM }: FixColumns, one: number, other: number): boolean {
	const oneM = Math.max(LEAST_RADIUS_M, accuracyM[one]!);
	const otherM = Math.max(LEAST_RADIUS_M, accuracyM[other]!);
	return (
		areNear(x[one]!, oneM, x[other]!, otherM) &&
		areNear(y[one]!, oneM, y[other]!, otherM) &&
		areNear(z[one]!, oneM, z[other]!, otherM)
	);
}

function areNear(one: number, oneM: number, other: number, otherM: number): boolean {
	return one - oneM <= other + otherM && other - otherM <= one + oneM;
}

/** Two inaccurate fixes may share a place and still be a gap in which the phone moved. */
function hasMovedUnseen(fixes: FixColumns, at: number): boolean {
	const silenceMs = fixes.timeMs[at]! - fixes.timeMs[at - 1]!;
	const movedM = chordM(fixes, at - 1, at);
	return silenceIsGap(silenceMs, movedM) && !silenceIsGap(silenceMs, 0);
}

/**
 * The circle also takes in the last metres before standing and the first ones after; they were driven. The stay begins
 * where the fixes stop coming nearer to the middle and ends where they begin to leave it; half of it must remain.
 */
function withoutApproach(fixes: FixColumns, first: number, last: number): Stay | null {
	const middle = middleOf(fixes, first, last);
	const isNearer = (one: number, other: number) =>
		awayM(fixes, one, middle) < awayM(fixes, other, middle);
	let from = first;
	let to = last;
	if (isWatched(fixes, first - 1)) {
		while (from < to && isWatched(fixes, from) && isNearer(from + 1, from)) from += 1;
	}
	if (isWatched(fixes, last)) {
		while (to > from && isWatched(fixes, to - 1) && isNearer(to - 1, to)) to -= 1;
	}
	if (fixes.timeMs[to]! - fixes.timeMs[from]! < LEAST_STOP_MS / 2) return null;
	return { first: from, last: to, place: middleOf(fixes, from, to) };
}

/** Whether the way from a fix to the next one was seen; at the ends of a trace there is none. */
function isWatched(fixes: FixColumns, at: number): boolean {
	return (
		at >= 0 && at + 1 < fixes.length && fixes.timeMs[at + 1]! - fixes.timeMs[at]! <= WATCHED_MS
	);
}

/**
 * Between high houses a parked phone drifts farther than its accuracy. Two stays whose circles touch are one if the
 * device, which measures speed, measured less than walking pace in between.
 */
function joinedStays(fixes: FixColumns, stays: readonly Stay[]): Stay[] {
	const joined: Stay[] = [];
	for (const stay of stays) {
		const before = joined.at(-1);
		const isOne =
			before !== undefined &&
			apartM(before.place, stay.place) <= radiusM(fixes, before) + radiusM(fixes, stay) &&
			stoodStill(fixes, before.last, stay.first);
		if (!isOne) {
			joined.push(stay);
			continue;
		}
		const place = middleOf(fixes, before.first, stay.last);
		joined[joined.length - 1] = { first: before.first, last: stay.last, place };
	}
	return joined;
}

function apartM(one: Place, other: Place): number {
	return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

function radiusM(fixes: FixColumns, { first, last }: Stay): number {
	let worstM = LEAST_RADIUS_M;
	for (let at = first; at <= last; at += 1) worstM = Math.max(worstM, fixes.accuracyM[at]!);
	return worstM;
}

function stoodStill(fixes: FixColumns, first: number, last: number): boolean {
	let isSaid = false;
	for (let at = first; at <= last; at += 1) {
		if (fixes.speedMps[at]! >= WALKING_MPS) return false;
		isSaid ||= fixes.speedMps[at]! < WALKING_MPS;
		if (at > first && hasMovedUnseen(fixes, at)) return false;
	}
	return isSaid;
}

function awayM(fixes: FixColumns, at: number, [x, y, z]: Place): number {
	return Math.hypot(fixes.x[at]! - x, fixes.y[at]! - y, fixes.z[at]! - z);
}

/** Mean of the fixes, each weighed by the square of its accuracy. */
function middleOf(fixes: FixColumns, first: number, last: number): Place {
	let sum = 0;
	let [x, y, z] = [0, 0, 0];
	for (let at = first; at <= last; at += 1) {
		const weight = 1 / fixes.accuracyM[at]! ** 2;
		sum += weight;
		x += weight * fixes.x[at]!;
		y += weight * fixes.y[at]!;
		z += weight * fixes.z[at]!;
	}
	return [x / sum, y / sum, z / sum];
}
