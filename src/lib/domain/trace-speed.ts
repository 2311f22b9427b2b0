import { chordM, type FixColumns } from './trace-fix.ts';

/** 270 km/h: no road vehicle. */
export const MAX_SPEED_MPS = 75;
/** What any vehicle may do, however slow the rest of the trace is: 36 km/h. */
const LEAST_USUAL_MPS = 10;
/** A drive that nothing watched closely: 90 km/h. */
const UNKNOWN_USUAL_MPS = 25;
/** Good fixes, and close enough for the way between them to be about straight. */
const GOOD_ACCURACY_M = 30;
const CLOSE_S = 35;

/**
 * How fast this journey usually goes, in m/s: nine tenths of the way that good fixes watched closely were driven at
 * most this fast. By distance, not by time, so that an hour of parking doesn't make every drive an exception.
 */
export function usualSpeed(fixes: FixColumns): number {
	// Tenths of a metre per second are fine enough, and need no sorting.
	const byTenth = new Float64Array(MAX_SPEED_MPS * 10 + 1);
	let sumM = 0;
	for (let at = 1; at < fixes.length; at += 1) {
		const seconds = (fixes.timeMs[at]! - fixes.timeMs[at - 1]!) / 1000;
		if (seconds > CLOSE_S) continue;
		if (Math.max(fixes.accuracyM[at - 1]!, fixes.accuracyM[at]!) > GOOD_ACCURACY_M) continue;
		const stepM = chordM(fixes, at - 1, at);
		if (stepM > MAX_SPEED_MPS * seconds) continue;
		byTenth[Math.floor((stepM / seconds) * 10)]! += stepM;
		sumM += stepM;
	}
	if (sumM === 0) return UNKNOWN_USUAL_MPS;
	let yetM = 0;
	let tenth = 0;
	while (yetM < 0.9 * sumM && tenth < byTenth.length) yetM += byTenth[tenth++]!;
	return Math.max(LEAST_USUAL_MPS, tenth / 10);
}

/** Steps in which a vehicle surely moved: 18 km/h, seen every few seconds, and in all half a kilometre of them. */
const MOVING_MPS = 5;
const SEEN_S = 5;
const PROOF_M = 500;
/** iPhones show up to a fifth less than they drive. */
const ROUGHLY = 0.25;

/**
 * Whether the device measures speed at all: where it moved, its speeds roughly make the way of the positions. Many
 * Androids always report 0, which says nothing about standing.
 */
export function measuresSpeed(fixes: FixColumns): boolean {
	let bySpeedM = 0;
	let byPlaceM = 0;
	for (let at = 1; at < fixes.length; at += 1) {
		const seconds = (fixes.timeMs[at]! - fixes.timeMs[at - 1]!) / 1000;
		const stepM = chordM(fixes, at - 1, at);
		if (seconds > SEEN_S || stepM < MOVING_MPS * seconds) continue;
		const speed = (fixes.speedMps[at - 1]! + fixes.speedMps[at]!) / 2;
		if (Number.isNaN(speed)) continue;
		bySpeedM += speed * seconds;
		byPlaceM += stepM;
	}
	return byPlaceM >= PROOF_M && Math.abs(bySpeedM / byPlaceM - 1) <= ROUGHLY;
}
