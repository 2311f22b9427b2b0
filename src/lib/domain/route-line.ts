import { longitudeStep, metresPerDegree } from './geodesic.ts';
import { PATH_WIDTH, type PathPoint, type PathTable } from './trace-distance.ts';
import type { Position, TripGap } from './trip.ts';

/** How far the drawn line may be from the driven one. */
export const ROUTE_TOLERANCE_M = 8;
/** What a route document takes in one stretch. */
const MAX_POSITIONS = 20_000;
/** Each so many positions one stays, so that the work grows with the line and not with its square. */
const WINDOW = 1_000;
/** About a metre: more says nothing and makes the document larger. */
const DECIMALS = 1e5;

/**
 * The line others see: one simplified list for each stretch between gaps, `[latitude, longitude]` rounded to 5
 * decimals, without times or speeds. `path` and `gaps` are those of one measurement; with a path there is always one
 * stretch more than gaps, and a stretch may be a single position. Distances are never taken from it.
 */
export function routeStretches(
	path: readonly PathPoint[],
	gaps: readonly TripGap[],
	toleranceM: number = ROUTE_TOLERANCE_M
): Position[][] {
	const table = new Float64Array(path.length * PATH_WIDTH);
	for (let n = 0; n < path.length; n += 1) table.set(path[n]!, n * PATH_WIDTH);
	return stretchesOfTable(table, gaps, toleranceM);
}

/** As `routeStretches`, of a table. */
export function stretchesOfTable(
	path: PathTable,
	gaps: readonly TripGap[],
	toleranceM: number = ROUTE_TOLERANCE_M
): Position[][] {
	const stretches: Position[][] = [];
	let first = 0;
	let nextGap = 0;
	for (let at = 0; at < path.length; at += PATH_WIDTH) {
		const gap = gaps[nextGap];
		if (gap && path[at]! >= gap.toMs && at > first) {
			stretches.push(stretchOf(path.subarray(first, at), toleranceM));
			first = at;
			nextGap += 1;
		}
	}
	if (path.length > first) stretches.push(stretchOf(path.subarray(first), toleranceM));
	return stretches;
}

function stretchOf(path: PathTable, toleranceM: number): Position[] {
	const latitudeAt = (n: number) => path[n * PATH_WIDTH + 1]!;
	const longitudeAt = (n: number) => path[n * PATH_WIDTH + 2]!;
	const metres = onLocalMetres(path.length / PATH_WIDTH, latitudeAt, longitudeAt);
	let kept = keptOf(metres, toleranceM);
	for (let coarserM = toleranceM * 2; kept.length > MAX_POSITIONS; coarserM *= 2)
		kept = keptOf(metres, coarserM);
	return kept.map((n) => [rounded(latitudeAt(n)), rounded(longitudeAt(n))]);
}

/**
 * Douglas-Peucker: leaves out positions nearer than `toleranceM` to the line through the ones that stay. First and last
 * always stay. Without recursion, so that a day of driving can't exhaust the stack.
 */
export function simplifyLine(
	positions: readonly Position[],
	toleranceM: number = ROUTE_TOLERANCE_M
): Position[] {
	const metres = onLocalMetres(
		positions.length,
		(n) => positions[n]![0],
		(n) => positions[n]![1]
	);
	return keptOf(metres, toleranceM).map((n) => positions[n]!);
}

/** Which points of a line stay, in order. */
function keptOf(metres: Float64Array, toleranceM: number): number[] {
	const length = metres.length / 2;
	const end = length - 1;
	const isKept = new Uint8Array(length);
	if (length > 0) isKept[end] = 1;
	const spans: number[] = [];
	for (let first = 0; first < end; first += WINDOW) {
		isKept[first] = 1;
		spans.push(first, Math.min(first + WINDOW, end));
	}
	while (spans.length > 0) {
		const last = spans.pop()!;
		const first = spans.pop()!;
		let farthest = 0;
		let farthestM = toleranceM;
		for (let index = first + 1; index < last; index += 1) {
			const awayM = metresFromSegment(metres, index, first, last);
			if (awayM <= farthestM) continue;
			farthest = index;
			farthestM = awayM;
		}
		if (farthest === 0) continue;
		isKept[farthest] = 1;
		spans.push(first, farthest, farthest, last);
	}
	const kept: number[] = [];
	for (let index = 0; index < length; index += 1) if (isKept[index] === 1) kept.push(index);
	return kept;
}

/** Interleaved east and north in metres from the first position; the antimeridian is no edge here. */
function onLocalMetres(
	length: number,
	latitudeAt: (n: number) => number,
	longitudeAt: (n: number) => number
): Float64Array {
	const metres = new Float64Array(length * 2);
	let east = 0;
	let north = 0;
	for (let index = 1; index < length; index += 1) {
		const fromLatitude = latitudeAt(index - 1);
		const latitude = latitudeAt(index);
		const perDegree = metresPerDegree((fromLatitude + latitude) / 2);
		east += longitudeStep(longitudeAt(index - 1), longitudeAt(index)) * perDegree.longitude;
		north += (latitude - fromLatitude) * perDegree.latitude;
		metres[index * 2] = east;
		metres[index * 2 + 1] = north;
	}
	return metres;
}

function metresFromSegment(metres: Float64Array, index: number, from: number, to: number): number {
	const fromEast = metres[from * 2]!;
	const fromNorth = metres[from * 2 + 1]!;
	const alongEast = metres[to * 2]! - fromEast;
	const alongNorth = metres[to * 2 + 1]! - fromNorth;
	const east = metres[index * 2]! - fromEast;
	const north = metres[index * 2 + 1]! - fromNorth;
	const lengthSq = alongEast * alongEast + alongNorth * alongNorth;
	const share =
		lengthSq === 0
			? 0
			: Math.max(0, Math.min(1, (east * alongEast + north * alongNorth) / lengthSq));
	const awayEast = east - share * alongEast;
	const awayNorth = north - share * alongNorth;
	// Math.hypot guards against overflow, which metres never meet, and is many times slower.
	return Math.sqrt(awayEast * awayEast + awayNorth * awayNorth);
}

function rounded(degrees: number): number {
	return Math.round(degrees * DECIMALS) / DECIMALS;
}
