import { routeStretches } from '@outlay/domain/route-line';
import {
	measureTrace,
	type PathPoint,
	type TraceFill,
	type TracePause
} from '@outlay/domain/trace-distance';
import { fixOfRow } from '@outlay/domain/trace-fix';
import type { FixRow, Position, TripGap } from '@outlay/domain/trip';

export interface MeasuredTrip {
	distanceM: number;
	/** The truth lies between these in nine cases of ten. */
	lowM: number;
	highM: number;
	method: string;
	gaps: TripGap[];
	stretches: Position[][];
}

/** What the trip worker does: distance, interval, gaps and the line others see. */
export function measureTrip(
	fixes: readonly FixRow[],
	pauses: readonly TracePause[],
	fills: readonly TraceFill[] = []
): MeasuredTrip {
	const { distanceM, lowM, highM, method, gaps, path } = measureTrace(fixes.map(fixOfRow), {
		pauses,
		fills
	});
	return { distanceM, lowM, highM, method, gaps, stretches: routeStretches(path, gaps) };
}

/** The measured line with its times. */
export function tripPath(fixes: readonly FixRow[], pauses: readonly TracePause[]): PathPoint[] {
	return measureTrace(fixes.map(fixOfRow), { pauses }).path;
}
