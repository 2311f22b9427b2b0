import { chordM, type FixColumns } from './trace-fix.ts';
import { MAX_SPEED_MPS } from './trace-speed.ts';

/** How far back a fix may look for its forerunner: five minutes at one fix a second. */
const LOOK_BACK = 300;
/** A fix with this accuracy weighs half of a perfect one. */
const HALF_WEIGHT_M = 10;

/**
 * Which fixes belong to the journey: the chain of fixes with the greatest worth. Each fix adds its weight,
 * `10 m / (10 m + accuracy)`; each step that is faster than `usualMps` costs `speed / usualMps - 1`;
 * steps over 270 km/h are not taken. Both ends of a step may be off by their accuracy.
 *
 * Ghosts (a place remembered from hours ago, a Wi-Fi network that has moved, two cell towers taking turns) lie far
 * off; a filter that drops "too fast" steps one by one follows them there and then drops the truth. Here they lose
 * because the way there and back costs more than they weigh. Longest path over a directed graph by dynamic
 * programming; the look back ends as soon as no earlier chain can be better, which is at once for ordinary traces.
 */
export function reachableChain(fixes: FixColumns, usualMps: number): Int32Array {
	const { length } = fixes;
	const worth = new Float64Array(length);
	const before = new Int32Array(length).fill(-1);
	/** The end of the best chain that ends at or before each fix. */
	const bestYet = new Int32Array(length);

	for (let at = 0; at < length; at += 1) {
		let best = 0;
		const earliest = Math.max(0, at - LOOK_BACK);
		for (let from = at - 1; from >= earliest && worth[bestYet[from]!]! > best; from -= 1) {
			const reached = worth[from]! - stepCost(fixes, from, at, usualMps);
			if (reached > best) [best, before[at]] = [reached, from];
		}
		// A crowd of ghosts may hide the chain they interrupt.
		if (earliest > 0) {
			const from = bestYet[earliest - 1]!;
			const reached = worth[from]! - stepCost(fixes, from, at, usualMps);
			if (reached > best) [best, before[at]] = [reached, from];
		}
		worth[at] = best + HALF_WEIGHT_M / (HALF_WEIGHT_M + fixes.accuracyM[at]!);
		const yet = at === 0 ? at : bestYet[at - 1]!;
		bestYet[at] = worth[at]! > worth[yet]! ? at : yet;
	}

	const end = length === 0 ? -1 : bestYet[length - 1]!;
	let count = 0;
	for (let at = end; at >= 0; at = before[at]!) count += 1;
	const chain = new Int32Array(count);
	for (let at = end; at >= 0; at = before[at]!) chain[(count -= 1)] = at;
	return chain;
}

function stepCost(fixes: FixColumns, from: number, to: number, usualMps: number): number {
	const speed = leastSpeed(fixes, from, to);
	return speed > MAX_SPEED_MPS ? Infinity : Math.max(0, speed / usualMps - 1);
}

/** What a vehicle must drive at least to get from somewhere in one circle to somewhere in the other. */
function leastSpeed(fixes: FixColumns, from: number, to: number): number {
	const slackM = fixes.accuracyM[from]! + fixes.accuracyM[to]!;
	const seconds = (fixes.timeMs[to]! - fixes.timeMs[from]!) / 1000;
	return Math.max(0, chordM(fixes, from, to) - slackM) / seconds;
}
