import type { FixColumns } from './trace-fix.ts';

/** How far a smoothed line may be off: receivers, the line between fixes, the reference's own error. */
const LINE_ERROR = 0.02;
/** And for each metre of accuracy the fixes have on average. */
const LINE_ERROR_PER_M = 0.0005;
/** Where a drive begins or ends is not known better, whatever accuracy the receiver claims. */
const LEAST_END_M = 12;
/** Accuracy is a 68 % radius: 1.5 standard deviations per direction (Rayleigh). */
const DEVIATIONS_IN_ACCURACY = 1.5;
/** One-sided 90 % of a normal distribution. */
const NINE_TENTHS = 1.28;
/** Even a straight road winds. */
const LEAST_DETOUR = 0.02;
/** Share of the room for detours that is used on average, … */
const ROOM_USED = 0.1;
/** … and how far beyond that one gap in ten goes. */
const ROOM_SPREAD = 0.35;
/** Nearer ends than this say nothing of the noise between them. */
const LEAST_STRAIGHT_M = 30;

/** A gap as the interval sees it. */
export interface GapSpan {
	seconds: number;
	straightM: number;
	/** Accuracy of the fixes at its two ends, squared and summed. */
	accuracySq: number;
	/** By how much a way by road that was assumed is longer than the straight line; null where none was. */
	assumedM: number | null;
}

/**
 * What the distance may be, with the straight gaps counted: the truth is meant to lie between in at least nine cases
 * of ten.
 *
 * The watched part is known to 2 %, plus 0.05 % for each metre of mean accuracy, plus the accuracy of both ends,
 * at least 12 m each.
 *
 * A gap's road is not shorter than the straight line, except that noisy ends lie apart by chance: on average by
 * `σ² / (2 s)`, and as much as their own noise. It is longer by at most what the journey's usual speed allows in that
 * time, `room = usual speed × time - straight`. Of 6,500 stretches of 12 s to 10 min cut out of drives and rides that
 * had been watched, half used less than a tenth of that room and nine in ten less than 0.45 of it, whatever their length
 * (except where they came back to their start, which no straight line can show); many gaps even out, so their spread adds
 * up as a root of squares.
 *
 * A gap that somebody filled is known better from above: places they passed leave less room, and a way by road only what
 * a road winds. From below a way by road says nothing, for it may not be the one taken.
 */
export function intervalOf(
	distanceM: number,
	gaps: readonly GapSpan[],
	fixes: FixColumns,
	usualMps: number
): { lowM: number; highM: number } {
	if (fixes.length === 0) return { lowM: 0, highM: 0 };
	let accuracySum = 0;
	for (let at = 0; at < fixes.length; at += 1) accuracySum += fixes.accuracyM[at]!;
	const meanAccuracyM = accuracySum / fixes.length;
	const [startM, stopM] = [fixes.accuracyM[0]!, fixes.accuracyM[fixes.length - 1]!];
	const endsM = Math.max(LEAST_END_M, startM) + Math.max(LEAST_END_M, stopM);
	const share = LINE_ERROR + LINE_ERROR_PER_M * meanAccuracyM;
	const lineM = distanceM === 0 ? 0 : share * distanceM + endsM;

	let roomM = 0;
	let roomSq = 0;
	let apartM = 0;
	let noiseSq = 0;
	let assumedSumM = 0;
	for (const { seconds, straightM, accuracySq, assumedM } of gaps) {
		const detourM = LEAST_DETOUR * straightM;
		const room = assumedM === null ? Math.max(detourM, usualMps * seconds - straightM) : detourM;
		assumedSumM += assumedM ?? 0;
		roomM += room;
		roomSq += room * room;
		const variance = accuracySq / DEVIATIONS_IN_ACCURACY ** 2;
		noiseSq += variance;
		apartM += variance / (2 * Math.max(LEAST_STRAIGHT_M, straightM));
	}
	return {
		lowM: Math.max(0, distanceM - assumedSumM - lineM - apartM - NINE_TENTHS * Math.sqrt(noiseSq)),
		highM: distanceM + lineM + ROOM_USED * roomM + ROOM_SPREAD * Math.sqrt(roomSq)
	};
}
