import { odometerDistance } from './odometer.ts';
import type { RouteBody, RouteGap } from './route.ts';
import type { TraceFill } from './trace-distance.ts';
import { gapCause } from './trip-events.ts';
import type { MileageBody } from './transaction.ts';
import {
	MOST_DISTANCE_M,
	type DistanceBy,
	type FixRow,
	type GapFill,
	type Position,
	type TripBody,
	type TripGap
} from './trip.ts';

/** A stopped trip as it was measured, with its line. */
export interface MeasuredLine {
	distanceM: number;
	lowM: number;
	highM: number;
	method: string;
	gaps: readonly TripGap[];
	/** One more than gaps. */
	stretches: Position[][];
}

/** The fixes that count: in order of time, each once, without what the person trimmed away. */
export function countedFixes(
	fixes: readonly FixRow[],
	{ countedFromMs, countedToMs }: Pick<TripBody, 'countedFromMs' | 'countedToMs'>
): FixRow[] {
	const fromMs = countedFromMs ?? -Infinity;
	const toMs = countedToMs ?? Infinity;
	return fixes
		.filter(([timeMs]) => timeMs >= fromMs && timeMs <= toMs)
		.sort(([a], [b]) => a - b)
		.filter((fix, n, sorted) => n === 0 || !isSameFix(fix, sorted[n - 1]!));
}

/**
 * Whether all fixes a stopped trip says it has are among these: on another device of the person they come after the
 * trip, a chunk at a time. At Stop it names how many were recorded; once it was measured, how many of them count.
 */
export function areFixesHere(
	fixes: readonly FixRow[],
	trip: Pick<TripBody, 'fixCount' | 'fixesSha256' | 'countedFromMs' | 'countedToMs'>
): boolean {
	const here = trip.fixesSha256 === null ? fixes : countedFixes(fixes, trip);
	return here.length >= trip.fixCount;
}

/** What the answers to gaps mean to the measuring. An accepted straight line changes nothing. */
export function fillsOf(fills: readonly GapFill[]): TraceFill[] {
	return fills
		.filter(({ by }) => by !== 'straight')
		.map(({ fromMs, toMs, distanceM, by }) => ({
			fromMs,
			toMs,
			distanceM,
			isByRoad: by !== 'via'
		}));
}

/** Distance and interval of a trip by what the person lets count; whole metres. */
export function countedDistance(
	body: Pick<TripBody, 'distanceBy' | 'odometerStartM' | 'odometerEndM'>,
	measured: Pick<MeasuredLine, 'distanceM' | 'lowM' | 'highM'>
): { distanceM: number; lowM: number; highM: number } {
	const byOdometer =
		body.distanceBy === 'odometer'
			? odometerDistance(body.odometerStartM, body.odometerEndM)
			: null;
	const { distanceM, lowM, highM } = byOdometer ?? measured;
	return {
		distanceM: Math.round(distanceM),
		lowM: Math.round(lowM),
		highM: Math.round(highM)
	};
}

/** The members of a draft that say where its distance comes from. */
export type TripDistance = Pick<
	MileageBody,
	'distanceLowM' | 'distanceHighM' | 'distanceText' | 'distanceSource' | 'distanceMethod'
> & { distanceM: number };

/** What a draft says of the distance of its trip. */
export function distanceOfTrip(trip: {
	distanceM: number;
	lowM: number | null;
	highM: number | null;
	method: string | null;
	distanceBy: DistanceBy;
}): TripDistance {
	return {
		distanceM: trip.distanceM,
		distanceLowM: trip.lowM,
		distanceHighM: trip.highM === null ? null : Math.min(trip.highM, MOST_DISTANCE_M),
		distanceText: '',
		distanceSource: trip.distanceBy === 'odometer' ? ('odometer' as const) : ('recorded' as const),
		distanceMethod: trip.method ?? ''
	};
}

/** What others see of a stopped trip. */
export function routeOf(tripId: string, body: TripBody, measured: MeasuredLine): RouteBody {
	const { startedAtMs, stoppedAtMs, countedFromMs, countedToMs } = body;
	const odometer = odometerDistance(body.odometerStartM, body.odometerEndM);
	return {
		tripId,
		stretches: measured.stretches,
		gaps: measured.gaps.map((gap) => routeGapOf(gap, body)),
		startedAtMs: Math.max(startedAtMs, countedFromMs ?? 0),
		stoppedAtMs: Math.min(stoppedAtMs ?? startedAtMs, countedToMs ?? Infinity),
		...countedDistance(body, measured),
		method: measured.method,
		distanceBy: body.distanceBy,
		trackM: Math.round(measured.distanceM),
		odometerM: odometer?.distanceM ?? null,
		odometerReason: body.odometerReason,
		recordedBy: body.recordedBy,
		isStartBlurred: false,
		isEndBlurred: false
	};
}

function routeGapOf(gap: TripGap, body: TripBody): RouteGap {
	const fill = body.gapFills.find(({ fromMs, toMs }) => fromMs === gap.fromMs && toMs === gap.toMs);
	if (fill) {
		const { by, distanceM, line, source } = fill;
		return { ...gap, by, distanceM: Math.max(distanceM, gap.straightM), line, source };
	}
	const by = gapCause(gap, body.events) === 'paused' ? 'paused' : 'unanswered';
	return { ...gap, by, distanceM: gap.straightM, line: [], source: '' };
}

function isSameFix(a: FixRow, b: FixRow): boolean {
	return a.every((figure, n) => figure === b[n]);
}
