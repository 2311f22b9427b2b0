import { toPosition } from './cartesian.ts';
import { geodesicM } from './geodesic.ts';
import type { Track } from './trace-track.ts';

/** Mean radius of the Earth (IUGG), metres. */
const EARTH_M = 6_371_008.8;
/**
 * Gauss-Legendre on 0…1 with three points: how much each counts, and there the derivatives of the Hermite spline by the
 * line between its ends and by the velocities it leaves and arrives with.
 */
const GAUSS = [
	[0.5 - Math.sqrt(0.15), 5 / 18] as const,
	[0.5, 8 / 18] as const,
	[0.5 + Math.sqrt(0.15), 5 / 18] as const
].map(([u, weight]) => ({
	weight,
	line: 6 * u * (1 - u),
	leave: (1 - u) * (1 - 3 * u),
	arrive: u * (3 * u - 2)
}));
/** Between two fixes a vehicle turns round at most once: half a circle over the chord. */
const MOST_BEND = Math.PI / 2;

/**
 * Metres from one point of a track straight to another, on WGS-84. Below 1 km the chord is bent to the arc, `s = c (1 +
 * c² / 24 R²)`, which leaves out less than 1e-10; beyond, the geodesic.
 */
export function straightM(track: Track, from: number, to: number): number {
	const x = track.x[to]! - track.x[from]!;
	const y = track.y[to]! - track.y[from]!;
	const z = track.z[to]! - track.z[from]!;
	const chordSq = x * x + y * y + z * z;
	if (chordSq < 1e6) return Math.sqrt(chordSq) * (1 + chordSq / (24 * EARTH_M * EARTH_M));
	const [fromLatitude, fromLongitude] = toPosition(track.x[from]!, track.y[from]!, track.z[from]!);
	const [toLatitude, toLongitude] = toPosition(track.x[to]!, track.y[to]!, track.z[to]!);
	return geodesicM(fromLatitude, fromLongitude, toLatitude, toLongitude);
}

/**
 * Metres driven from the point before: along the curve that leaves and arrives with the smoothed velocities (a cubic
 * Hermite spline; its length by Gauss-Legendre quadrature). Fixes some seconds apart cut the corners otherwise.
 */
export function drivenM(track: Track, at: number): number {
	const from = at - 1;
	const lineM = straightM(track, from, at);
	if (lineM === 0) return 0;
	const seconds = (track.timeMs[at]! - track.timeMs[from]!) / 1000;
	const x = track.x[at]! - track.x[from]!;
	const y = track.y[at]! - track.y[from]!;
	const z = track.z[at]! - track.z[from]!;
	let arcM = 0;
	for (let n = 0; n < GAUSS.length; n += 1) {
		const { weight, line, leave, arrive } = GAUSS[n]!;
		const leaveS = leave * seconds;
		const arriveS = arrive * seconds;
		const dx = line * x + leaveS * track.velocityX[from]! + arriveS * track.velocityX[at]!;
		const dy = line * y + leaveS * track.velocityY[from]! + arriveS * track.velocityY[at]!;
		const dz = line * z + leaveS * track.velocityZ[from]! + arriveS * track.velocityZ[at]!;
		arcM += weight * Math.sqrt(dx * dx + dy * dy + dz * dz);
	}
	// Quadrature may come out a hair below the chord.
	return Math.min(Math.max(arcM, lineM), MOST_BEND * lineM);
}
