import { longitudeStep, metresPerDegree } from './geodesic.ts';
import type { PathPoint } from './trace-distance.ts';
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
	const stretches: Position[][] = [];
	let stretch: Position[] = [];
	let nextGap = 0;
	for (const [timeMs, latitude, longitude] of path) {
		const gap = gaps[nextGap];
		if (gap && timeMs >= gap.toMs && stretch.length > 0) {
			stretches.push(stretch);
			stretch = [];
			nextGap += 1;
		}
		stretch.push([latitude, longitude]);
	}
	if (stretch.length > 0) stretches.push(stretch);
	return stretches.map((positions) => simplifyToFit(positions, toleranceM).map(rounded));
}

/**
 * Douglas-Peucker: leaves out positions nearer than `toleranceM` to the line through the ones that stay. First and last
 * always stay. Without recursion, so that a day of driving can't exhaust the stack.
 */
export function simplifyLine(
	positions: readonly Position[],
	toleranceM: number = ROUTE_TOLERANCE_M
): Position[] {
	if (positions.length < 3) return [...positions];
	const points = onLocalMetres(positions);
	const end = positions.length - 1;
	const isKept = new Uint8Array(positions.length);
	isKept[end] = 1;
	const spans: [number, number][] = [];
	for (let first = 0; first < end; first += WINDOW) {
		isKept[first] = 1;
		spans.push([first, Math.min(first + WINDOW, end)]);
	}
	for (let span = spans.pop(); span; span = spans.pop()) {
		const [first, last] = span;
		let farthest = 0;
		let farthestM = toleranceM;
		for (let index = first + 1; index < last; index += 1) {
			const awayM = metresFromSegment(points, index, first, last);
			if (awayM > farthestM) [farthest, farthestM] = [index, awayM];
		}
		if (farthest === 0) continue;
		isKept[farthest] = 1;
		spans.push([first, farthest], [farthest, last]);
	}
	return positions.filter((_, index) => isKept[index] === 1);
}

function simplifyToFit(positions: readonly Position[], toleranceM: number): Position[] {
	let line = simplifyLine(positions, toleranceM);
	for (let coarserM = toleranceM * 2; line.length > MAX_POSITIONS; coarserM *= 2) {
		line = simplifyLine(positions, coarserM);
	}
	return line;
}

/** Interleaved east and north in metres from the first position; the antimeridian is no edge here. */
function onLocalMetres(positions: readonly Position[]): Float64Array {
	const metres = new Float64Array(positions.length * 2);
	let east = 0;
	let north = 0;
	for (let index = 1; index < positions.length; index += 1) {
		const [fromLatitude, fromLongitude] = positions[index - 1]!;
		const [latitude, longitude] = positions[index]!;
		const perDegree = metresPerDegree((fromLatitude + latitude) / 2);
		east += longitudeStep(fromLongitude, longitude) * perDegree.longitude;
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

function rounded([latitude, longitude]: Position): Position {
	return [Math.round(latitude * DECIMALS) / DECIMALS, Math.round(longitude * DECIMALS) / DECIMALS];
}
