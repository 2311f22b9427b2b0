import { routeStretches } from '@outlay/domain/route-line';
import { measureTrace, type TracePause } from '@outlay/domain/trace-distance';
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
export function measureTrip(fixes: readonly FixRow[], pauses: readonly TracePause[]): MeasuredTrip {
	const { distanceM, lowM, highM, method, gaps, path } = measureTrace(fixes.map(fixOfRow), {
		pauses
	});
	return { distanceM, lowM, highM, method, gaps, stretches: routeStretches(path, gaps) };
}
