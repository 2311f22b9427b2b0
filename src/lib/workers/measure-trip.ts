import { transfer } from 'comlink';
import { stretchesOfTable } from '@outlay/domain/route-line';
import {
	measureTable,
	type PathTable,
	type TraceFill,
	type TracePause
} from '@outlay/domain/trace-distance';
import type { FixTable } from '@outlay/domain/trace-fix';
import type { Position, TripGap } from '@outlay/domain/trip';

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
	fixes: FixTable,
	pauses: readonly TracePause[],
	fills: readonly TraceFill[] = []
): MeasuredTrip {
	const { distanceM, lowM, highM, method, gaps, path } = measureTable(fixes, { pauses, fills });
	return { distanceM, lowM, highM, method, gaps, stretches: stretchesOfTable(path, gaps) };
}

/** The measured line with its times, handed over without a copy, and what is missing in it. */
export function tripLine(
	fixes: FixTable,
	pauses: readonly TracePause[]
): { path: PathTable; gaps: TripGap[] } {
	const { path, gaps } = measureTable(fixes, { pauses });
	return transfer({ path, gaps }, [path.buffer]);
}
