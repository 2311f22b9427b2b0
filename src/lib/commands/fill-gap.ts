import { geodesicM } from '@outlay/domain/geodesic';
import { refuse } from '@outlay/domain/refusal';
import { simplifyLine } from '@outlay/domain/route-line';
import { MOST_LINE, MOST_VIA, type GapFill, type Position } from '@outlay/domain/trip';
import type { TimeSpan } from '@outlay/domain/trip-events';
import type { Done, GapAnswer } from './app.ts';
import type { DeedContext } from './context.ts';
import { measureByRoad, type RoadContext } from './measure-by-road.ts';
import { drivenRoute, measureTrip } from './measure-trip.ts';

/**
 * Stores how a gap is filled and measures the trip anew. The gap is named by its times. Refusals: `trip.gap_gone` when
 * the trip has no such gap (any more), `trip.via_missing`, `trip.via_too_many`, `trip.no_road` where nobody knows the
 * roads there, and those of `measureTrip`.
 */
export async function fillGap(
	context: DeedContext,
	roads: RoadContext,
	tripId: string,
	gap: TimeSpan,
	answer: GapAnswer
): Promise<Done> {
	const ends = await endsOf(context, tripId, gap);
	if (ends === null) return refuse('trip.gap_gone');
	const filled = await fillOf(roads, gap, ends, answer);
	if (!filled.ok) return filled;
	const measured = await measureTrip(context, tripId, (body) => ({
		...body,
		distanceBy: 'track',
		gapFills: [...body.gapFills.filter((other) => !isSame(other, gap)), filled.value]
	}));
	return measured.ok ? { ok: true, value: undefined } : measured;
}

interface GapEnds {
	from: Position;
	to: Position;
	straightM: number;
}

async function endsOf(
	context: DeedContext,
	tripId: string,
	gap: TimeSpan
): Promise<GapEnds | null> {
	const route = await drivenRoute(context, tripId);
	const at = route?.gaps.findIndex((other) => isSame(other, gap)) ?? -1;
	const from = route?.stretches[at]?.at(-1);
	const to = route?.stretches[at + 1]?.[0];
	if (!from || !to) return null;
	return { from, to, straightM: route?.gaps[at]?.straightM ?? 0 };
}

async function fillOf(
	roads: RoadContext,
	{ fromMs, toMs }: TimeSpan,
	{ from, to, straightM }: GapEnds,
	answer: GapAnswer
): Promise<Done<GapFill>> {
	const times = { fromMs, toMs };
	if (answer.by === 'straight') {
		return {
			ok: true,
			value: { ...times, by: 'straight', distanceM: straightM, via: [], line: [], source: '' }
		};
	}
	const { via } = answer;
	if (via.length > MOST_VIA) return refuse('trip.via_too_many', undefined, { most: MOST_VIA });
	const places = [from, ...via, to];
	if (answer.by === 'via') {
		if (via.length === 0) return refuse('trip.via_missing');
		const distanceM = lengthOf(places);
		return {
			ok: true,
			value: { ...times, by: 'via', distanceM, via, line: via, source: '' }
		};
	}
	const found = await measureByRoad(roads, places);
	const [way] = found.ways;
	if (way === undefined || found.by === 'estimate') return refuse('trip.no_road');
	return {
		ok: true,
		value: {
			...times,
			by: found.by === 'pack' ? 'road-pack' : 'road-service',
			distanceM: Math.max(straightM, way.distanceM),
			via,
			line: lineThatFits(way.line).slice(1, -1),
			source: found.source.slice(0, 120)
		}
	};
}

/** Metres along straight lines through the places. */
function lengthOf(places: readonly Position[]): number {
	let metres = 0;
	for (const [n, [latitude, longitude]] of places.entries()) {
		const before = places[n - 1];
		if (before) metres += geodesicM(before[0], before[1], latitude, longitude);
	}
	return metres;
}

function lineThatFits(line: readonly Position[]): Position[] {
	let simple = simplifyLine(line);
	for (let coarserM = 16; simple.length > MOST_LINE; coarserM *= 2) {
		simple = simplifyLine(line, coarserM);
	}
	return simple;
}

function isSame(a: TimeSpan, b: TimeSpan): boolean {
	return a.fromMs === b.fromMs && a.toMs === b.toMs;
}
