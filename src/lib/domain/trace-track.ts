import { chordM, type FixColumns } from './trace-fix.ts';
import { silenceIsGap } from './trace-gaps.ts';
import type { Stay } from './trace-stops.ts';

/**
 * How a point of a track is reached from the one before: driven and watched; over a gap; by staying in one place; by
 * staying there through a silence; over a pause.
 */
export type Link = 'drive' | 'gap' | 'stay' | 'silence' | 'pause';

/** The points a distance is counted between, in columns and in order of time. */
export interface Track {
	length: number;
	timeMs: Float64Array;
	/** Time of the fix before: where a silence begins. */
	sinceMs: Float64Array;
	/** Earth-centred metres. */
	x: Float64Array;
	y: Float64Array;
	z: Float64Array;
	/** Metres per second: as measured, and after smoothing the most likely. */
	velocityX: Float64Array;
	velocityY: Float64Array;
	velocityZ: Float64Array;
	/** Variance of a place and of a velocity in each direction, m² and m²/s²; infinite where none was measured. */
	placeVariance: Float64Array;
	velocityVariance: Float64Array;
	accuracyM: Float64Array;
	/** As the device gave it, NaN where it gave none. */
	speedMps: Float64Array;
	/** 1 where the phone stayed. */
	isStill: Uint8Array;
	/** Of the first point it says nothing. */
	link: Link[];
}

/**
 * The part of a fix's error that changes from fix to fix: the accuracy is a 68 % radius, 1.5 standard deviations per
 * direction (Rayleigh), and most of it is a slow drift, the same in neighbouring fixes, that adds nothing to a length.
 */
const NOISE_OF_ACCURACY = 0.2;
/** Noise of a good receiver. */
const LEAST_NOISE_M = 2;
/** The middle of a stay is known to about half a car's length. */
const STOP_NOISE_M = 3;
/** Standing is known to about this, in m/s. */
const STANDING_NOISE_MPS = 0.1;

export function emptyTrack(capacity: number): Track {
	const column = () => new Float64Array(capacity);
	return {
		length: 0,
		timeMs: column(),
		sinceMs: column(),
		x: column(),
		y: column(),
		z: column(),
		velocityX: column(),
		velocityY: column(),
		velocityZ: column(),
		placeVariance: column(),
		velocityVariance: column().fill(Infinity),
		accuracyM: column(),
		speedMps: column(),
		isStill: new Uint8Array(capacity),
		link: []
	};
}

/**
 * Appends fixes between which nobody paused: each stay becomes one place with the times of arrival, of departure and
 * of the end of each silence in between; every other fix is a point of its own.
 */
export function appendToTrack(track: Track, fixes: FixColumns, stays: readonly Stay[]): void {
	let nextStay = 0;
	for (let at = 0; at < fixes.length; at += 1) {
		const stay = stays[nextStay];
		const link = at === 0 ? 'pause' : linkBetween(fixes, at - 1, at);
		if (stay?.first === at) {
			appendStay(track, fixes, stay, link);
			at = stay.last;
			nextStay += 1;
		} else {
			appendFix(track, fixes, at, link);
		}
	}
}

function linkBetween(fixes: FixColumns, from: number, to: number): Link {
	const silenceMs = fixes.timeMs[to]! - fixes.timeMs[from]!;
	return silenceIsGap(silenceMs, chordM(fixes, from, to)) ? 'gap' : 'drive';
}

function appendStay(track: Track, fixes: FixColumns, stay: Stay, link: Link): void {
	appendStill(track, fixes, stay, stay.first, link);
	for (let at = stay.first + 1; at <= stay.last; at += 1) {
		if (linkBetween(fixes, at - 1, at) === 'drive') continue;
		const before = track.length - 1;
		const isSameSilence =
			track.link[before] === 'silence' && track.timeMs[before] === fixes.timeMs[at - 1];
		if (isSameSilence) track.timeMs[before] = fixes.timeMs[at]!;
		else appendStill(track, fixes, stay, at, 'silence');
	}
	if (track.timeMs[track.length - 1]! < fixes.timeMs[stay.last]!) {
		appendStill(track, fixes, stay, stay.last, 'stay');
	}
}

function appendStill(track: Track, fixes: FixColumns, stay: Stay, at: number, link: Link): void {
	appendFix(track, fixes, at, link);
	const to = track.length - 1;
	[track.x[to], track.y[to], track.z[to]] = stay.place;
	track.placeVariance[to] = STOP_NOISE_M ** 2;
	track.velocityVariance[to] = STANDING_NOISE_MPS ** 2;
	track.isStill[to] = 1;
}

function appendFix(track: Track, fixes: FixColumns, at: number, link: Link): void {
	const to = track.length;
	track.timeMs[to] = fixes.timeMs[at]!;
	track.sinceMs[to] = at > 0 ? fixes.timeMs[at - 1]! : (track.timeMs[to - 1] ?? fixes.timeMs[at]!);
	track.x[to] = fixes.x[at]!;
	track.y[to] = fixes.y[at]!;
	track.z[to] = fixes.z[at]!;
	track.accuracyM[to] = fixes.accuracyM[at]!;
	track.placeVariance[to] = Math.max(LEAST_NOISE_M, NOISE_OF_ACCURACY * fixes.accuracyM[at]!) ** 2;
	track.speedMps[to] = fixes.speedMps[at]!;
	track.link.push(link);
	track.length += 1;
}
