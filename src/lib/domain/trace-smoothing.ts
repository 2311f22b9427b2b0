import { emptyLeg, smoothLeg, type Leg } from './kalman-smoother.ts';
import type { Track } from './trace-track.ts';

/** A fix that is farther from the smoothed line, in standard deviations, is an outlier and counts less. */
const OUTLIER = 4;
/** Standing is known to about this, in m/s. */
const STANDING_NOISE_MPS = 0.1;
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
	const drives = drivesOf(track).map(([first, last]) => {
		const leg = legOf(track, first, last);
		return { first, leg, smooth: smoothRobustly(leg) };
	});
	const isSpeedTrue = speedAgrees(track, drives);
	for (const drive of drives) {
		if (isSpeedTrue && addSpeeds(track, drive)) drive.smooth = smoothLeg(drive.leg);
		const { first, smooth } = drive;
		// Places are metres from the first fix, which keeps all their digits.
		const [x, y, z] = [track.x[first]!, track.y[first]!, track.z[first]!];
		for (let n = 0; n < smooth.length; n += 1) {
			track.x[first + n] = x + smooth.x[n]!;
			track.y[first + n] = y + smooth.y[n]!;
			track.z[first + n] = z + smooth.z[n]!;
			track.velocityX[first + n] = smooth.velocityX[n]!;
			track.velocityY[first + n] = smooth.velocityY[n]!;
			track.velocityZ[first + n] = smooth.velocityZ[n]!;
		}
	}
}

interface Drive {
	/** Where the leg begins in the track. */
	first: number;
	leg: Leg;
	smooth: Leg;
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

function legOf(track: Track, first: number, last: number): Leg {
	const leg = emptyLeg(last - first + 1);
	for (let n = 0; n < leg.length; n += 1) {
		const at = first + n;
		leg.seconds[n] = (track.timeMs[at]! - track.timeMs[first]!) / 1000;
		leg.x[n] = track.x[at]! - track.x[first]!;
		leg.y[n] = track.y[at]! - track.y[first]!;
		leg.z[n] = track.z[at]! - track.z[first]!;
		leg.placeVariance[n] = track.placeVariance[at]!;
		if (track.isStill[at] === 1) leg.velocityVariance[n] = STANDING_NOISE_MPS ** 2;
	}
	return leg;
}

function smoothRobustly(leg: Leg): Leg {
	const smooth = smoothLeg(leg);
	let hasOutlier = false;
	for (let n = 0; n < leg.length; n += 1) {
		const offX = leg.x[n]! - smooth.x[n]!;
		const offY = leg.y[n]! - smooth.y[n]!;
		const offZ = leg.z[n]! - smooth.z[n]!;
		// Two directions: a fix lies on the ground.
		const offSq = (offX * offX + offY * offY + offZ * offZ) / 2;
		const boundSq = OUTLIER ** 2 * leg.placeVariance[n]!;
		if (offSq <= boundSq) continue;
		leg.placeVariance[n]! *= Math.sqrt(offSq / boundSq);
		hasOutlier = true;
	}
	return hasOutlier ? smoothLeg(leg) : smooth;
}

function speedAgrees(track: Track, drives: readonly Drive[]): boolean {
	let bySpeedM = 0;
	let byPlaceM = 0;
	for (const { first, smooth } of drives) {
		for (let n = 1; n < smooth.length; n += 1) {
			const at = first + n;
			const seconds = smooth.seconds[n]! - smooth.seconds[n - 1]!;
			if (seconds > SPEED_PROOF_S || track.isStill[at - 1] === 1 || track.isStill[at] === 1)
				continue;
			const stepM = size(
				smooth.x[n]! - smooth.x[n - 1]!,
				smooth.y[n]! - smooth.y[n - 1]!,
				smooth.z[n]! - smooth.z[n - 1]!
			);
			const spedM = ((track.speedMps[at - 1]! + track.speedMps[at]!) / 2) * seconds;
			if (stepM < SPEED_PROOF_MPS * seconds || Number.isNaN(spedM)) continue;
			bySpeedM += spedM;
			byPlaceM += stepM;
		}
	}
	return byPlaceM >= SPEED_PROOF_M && Math.abs(bySpeedM / byPlaceM - 1) <= SPEED_TOLERANCE;
}

/** Gives the leg the device's speeds in the direction of the smoothed line; false when there is none to give. */
function addSpeeds(track: Track, { first, leg, smooth }: Drive): boolean {
	let hasSpeed = false;
	for (let n = 0; n < leg.length; n += 1) {
		const speed = track.speedMps[first + n]!;
		if (track.isStill[first + n] === 1 || !(speed > 0)) continue;
		const along = size(smooth.velocityX[n]!, smooth.velocityY[n]!, smooth.velocityZ[n]!);
		// Below walking pace the direction is a guess.
		if (along < 1 || Math.abs(speed - along) > Math.max(1.5, along / 4)) continue;
		leg.velocityX[n] = (smooth.velocityX[n]! / along) * speed;
		leg.velocityY[n] = (smooth.velocityY[n]! / along) * speed;
		leg.velocityZ[n] = (smooth.velocityZ[n]! / along) * speed;
		leg.velocityVariance[n] = SPEED_NOISE_MPS ** 2;
		hasSpeed = true;
	}
	return hasSpeed;
}

/** Four times as fast as Math.hypot, which guards against sizes no vehicle has. */
function size(x: number, y: number, z: number): number {
	return Math.sqrt(x * x + y * y + z * z);
}
