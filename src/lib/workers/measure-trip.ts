import { routeStretches } from '@outlay/domain/route-line';
import { measureTrace, type TracePause } from '@outlay/domain/trace-distance';
import type { FixRow, Position, TripGap } from '@outlay/domain/trip';

export interface MeasuredTrip {
	distanceM: number;
	method: string;
	gaps: TripGap[];
	stretches: Position[][];
}

/** What the trip worker does: distance, gaps and the line others see. */
export function measureTrip(fixes: readonly FixRow[], pauses: readonly TracePause[]): MeasuredTrip {
	const { distanceM, method, gaps, path } = measureTrace(fixes, { pauses });
	return { distanceM, method, gaps, stretches: routeStretches(path, gaps) };
}
