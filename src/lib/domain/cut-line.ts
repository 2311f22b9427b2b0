import { simplifyLine } from './route-line.ts';
import type { PathPoint } from './trace-distance.ts';
import type { Position, TripGap } from './trip.ts';

/**
 * A part of a recorded line as the map draws it, from point `first` to point `end`: one stretch more than there are gaps
 * in it, so that what nobody recorded isn't drawn as if it had been.
 */
export function cutLine(
	path: readonly PathPoint[],
	gaps: readonly TripGap[],
	first: number,
	end: number
): { stretches: Position[][]; gaps: TripGap[] } {
	const stretches: Position[][] = [];
	const inside: TripGap[] = [];
	let start = first;
	for (const gap of [...gaps].sort((a, b) => a.fromMs - b.fromMs)) {
		const middleMs = (gap.fromMs + gap.toMs) / 2;
		const after = path.findIndex(([timeMs]) => timeMs > middleMs);
		if (after <= start || after > end) continue;
		stretches.push(lineOf(path, start, after - 1));
		inside.push(gap);
		start = after;
	}
	return { stretches: [...stretches, lineOf(path, start, end)], gaps: inside };
}

function lineOf(path: readonly PathPoint[], first: number, end: number): Position[] {
	return simplifyLine(
		path.slice(first, end + 1).map(([, latitude, longitude]): Position => [latitude, longitude])
	);
}
