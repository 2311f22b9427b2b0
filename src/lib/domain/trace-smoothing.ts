import { emptySmooth, smoothLeg, type SmoothMotion } from './kalman-smoother.ts';
import type { Track } from './trace-track.ts';

/** A fix that is farther from the smoothed line, in standard deviations, is an outlier and counts less. */
const OUTLIER = 4;
/** Doppler speed of a phone, in m/s. */
const SPEED_NOISE_MPS = 0.5;
/** The device's speed is believed when it makes the same way as the positions, within 3 %, … */
const SPEED_TOLERANCE = 0.03;
/** … over at least 500 m driven faster than 18 km/h, where noise adds little to a line, … */
const SPEED_PROOF_M = 500;
const SPEED_PROOF_MPS = 5;
/** … between fixes no farther apart than this. */
const SPEED_PROOF_S = 5;

/**
 * Moves the points of each unbroken drive to the most likely line and gives them velocities.
 *
 * First from the places alone. Then, where a fix stands far off that line, with less weight for it: Huber's weights,
 * so that one bad fix pulls no farther than one at four standard deviations. Then with the speed the device measured,
 * if over the whole trace it agrees with the way the positions made: many Androids report 0 or a speed of long ago,
 * and iPhones lag. A single speed that contradicts the line is passed over.
 */
export function smoothTrack(track: Track): void {
	const drives = drivesOf(track);
	const smooth = emptySmooth(track.length);
	for (const [first, last] of drives) smoothRobustly(track, first, last, smooth);
	const isSpeedTrue = speedAgrees(track, drives, smooth);
	for (const [first, last] of drives) {
		if (isSpeedTrue && addSpeeds(track, first, last, smooth)) smoothLeg(track, first, last, smooth);
		const [x, y, z] = [track.x[first]!, track.y[first]!, track.z[first]!];
		for (let at = first; at <= last; at += 1) {
			track.x[at] = x + smooth.x[at]!;
			track.y[at] = y + smooth.y[at]!;
			track.z[at] = z + smooth.z[at]!;
			track.velocityX[at] = smooth.velocityX[at]!;
			track.velocityY[at] = smooth.velocityY[at]!;
			track.velocityZ[at] = smooth.velocityZ[at]!;
		}
	}
}

/** First and last point of each run of points that were driven and watched. */
function drivesOf(track: Track): [number, number][] {
	const drives: [number, number][] = [];
	for (let at = 1; at < track.length; at += 1) {
		if (track.link[at] !== 'drive') continue;
		const open = drives.at(-1);
		if (open?.[1] === at - 1) open[1] = at;
		else drives.push([at - 1, at]);
	}
	return drives;
}

function smoothRobustly(track: Track, first: number, last: number, smooth: SmoothMotion): void {
	smoothLeg(track, first, last, smooth);
	const [x, y, z] = [track.x[first]!, track.y[first]!, track.z[first]!];
	let hasOutlier = false;
	for (let at = first; at <= last; at += 1) {
		const offX = track.x[at]! - x - smooth.x[at]!;
		const offY = track.y[at]! - y - smooth.y[at]!;
		const offZ = track.z[at]! - z - smooth.z[at]!;
		// Two directions: a fix lies on the ground.
		const offSq = (offX * offX + offY * offY + offZ * offZ) / 2;
		const boundSq = OUTLIER ** 2 * track.placeVariance[at]!;
		if (offSq <= boundSq) continue;
		track.placeVariance[at]! *= Math.sqrt(offSq / boundSq);
		hasOutlier = true;
	}
	if (hasOutlier) smoothLeg(track, first, last, smooth);
}

function speedAgrees(
	track: Track,
	drives: readonly (readonly [number, number])[],
	smooth: SmoothMotion
): boolean {
	let bySpeedM = 0;
	let byPlaceM = 0;
	for (const [first, last] of drives) {
		const startMs = track.timeMs[first]!;
		for (let at = first + 1; at <= last; at += 1) {
			const seconds =
				(track.timeMs[at]! - startMs) / 1000 - (track.timeMs[at - 1]! - startMs) / 1000;
			if (seconds > SPEED_PROOF_S || track.isStill[at - 1] === 1 || track.isStill[at] === 1)
				continue;
			const stepM = size(
				smooth.x[at]! - smooth.x[at - 1]!,
				smooth.y[at]! - smooth.y[at - 1]!,
				smooth.z[at]! - smooth.z[at - 1]!
			);
			const spedM = ((track.speedMps[at - 1]! + track.speedMps[at]!) / 2) * seconds;
			if (stepM < SPEED_PROOF_MPS * seconds || Number.isNaN(spedM)) continue;
			bySpeedM += spedM;
			byPlaceM += stepM;
		}
	}
	return byPlaceM >= SPEED_PROOF_M && Math.abs(bySpeedM / byPlaceM - 1) <= SPEED_TOLERANCE;
}

/** Gives the track the device's speeds in the direction of the smoothed line; false when there is none to give. */
function addSpeeds(track: Track, first: number, last: number, smooth: SmoothMotion): boolean {
	let hasSpeed = false;
	for (let at = first; at <= last; at += 1) {
		const speed = track.speedMps[at]!;
		if (track.isStill[at] === 1 || !(speed > 0)) continue;
		const along = size(smooth.velocityX[at]!, smooth.velocityY[at]!, smooth.velocityZ[at]!);
		// Below walking pace the direction is a guess.
		if (along < 1 || Math.abs(speed - along) > Math.max(1.5, along / 4)) continue;
		track.velocityX[at] = (smooth.velocityX[at]! / along) * speed;
		track.velocityY[at] = (smooth.velocityY[at]! / along) * speed;
		track.velocityZ[at] = (smooth.velocityZ[at]! / along) * speed;
		track.velocityVariance[at] = SPEED_NOISE_MPS ** 2;
		hasSpeed = true;
	}
	return hasSpeed;
}

/** Four times as fast as Math.hypot, which guards against sizes no vehicle has. */
function size(x: number, y: number, z: number): number {
	return Math.sqrt(x * x + y * y + z * z);
}
