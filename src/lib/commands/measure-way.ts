import type { FoundWay } from '@outlay/domain/regions';
import { weakestSource, type Leg, type LegSource } from '@outlay/domain/mileage/distance-source';
import {
	companyDistances,
	knownDistance,
	learnDistances,
	type KnownDistance
} from '@outlay/domain/mileage/known-distance';
import { isShorterByEnough } from '@outlay/domain/mileage/way-choice';
import {
	endsOf,
	positionOf,
	wayMark,
	type PlaceBooks,
	type Way,
	type WayEnd
} from '@outlay/domain/mileage/way';
import type { VehicleType } from '@outlay/domain/mileage/vehicle';
import { refuse } from '@outlay/domain/refusal';
import { LONGEST_DETOUR, DETOUR_FACTOR } from '@outlay/domain/roads/straight-estimate';
import { settingOn } from '@outlay/domain/setting-on';
import type { Done } from './app.ts';
import { confirmedDrives } from './confirmed-drives.ts';
import { localDay, type DeedContext } from './context.ts';
import { measureByRoad, type RoadContext } from './measure-by-road.ts';
import type { MeasuredWay } from './ports.ts';

/** How many submissions and cases are looked at for distances the person has confirmed. */
const LEARNED_FROM = 300;

/** They go where no road is: only known pairs say how far. */
const ROADLESS: ReadonlySet<VehicleType> = new Set(['motor-boat', 'snowmobile']);

interface MeasuredLeg {
	fastestM: number;
	shortestM: number;
	lowM: number | null;
	highM: number | null;
	source: LegSource;
	method: string;
}

/**
 * The distance of a way, leg by leg: the company's figure for the pair, what one's own confirmed trips came to, roads
 * kept on this device, the company's routing service, else an estimate that must be confirmed. The fastest first, then
 * the shortest where it is shorter by enough. Works without network. Refuses with `place.missing` and, where nobody knows
 * the pair and one of them is only named, `place.unknown` (with the `place`).
 */
export async function measureWay(
	context: DeedContext,
	roads: RoadContext,
	way: Way,
	vehicle: VehicleType
): Promise<Done<MeasuredWay[]>> {
	const ends = endsOf(way);
	if (ends.some(({ name }) => name.trim() === '')) return refuse('place.missing');
	const [books, known] = await Promise.all([placeBooks(context), knownDistances(context)]);
	const drivenRoads = ROADLESS.has(vehicle) ? null : withPatience(roads);
	const legs: MeasuredLeg[] = [];
	for (let n = 1; n < ends.length; n += 1) {
		const measured = await measureLeg(ends[n - 1]!, ends[n]!, books, known, drivenRoads);
		if (!measured.ok) return measured;
		legs.push(measured.value);
	}
	const mark = wayMark(way);
	const fastest = sumOf(legs, 'fastest', mark);
	const shortest = sumOf(legs, 'shortest', mark);
	return {
		ok: true,
		value: isShorterByEnough(fastest.distanceM, shortest.distanceM)
			? [fastest, shortest]
			: [fastest]
	};
}

async function measureLeg(
	from: WayEnd,
	to: WayEnd,
	books: PlaceBooks,
	known: readonly KnownDistance[],
	roads: RoadContext | null
): Promise<Done<MeasuredLeg>> {
	const pair = knownDistance(known, from, to);
	if (pair !== null) {
		const { distanceM, lowM, highM } = pair;
		return {
			ok: true,
			value: {
				fastestM: distanceM,
				shortestM: distanceM,
				lowM,
				highM,
				source: 'known-pair',
				method: ''
			}
		};
	}
	const places = [from, to].map((end) => positionOf(end, books));
	const [start, stop] = places;
	if (!start || !stop || roads === null) {
		const place = start ? to.name : from.name;
		return refuse('place.unknown', undefined, { place });
	}
	const measured = await measureByRoad(roads, [start, stop]);
	const metres = measured.ways.map(({ distanceM }) => Math.round(distanceM));
	const fastestM = metres[fastestOf(measured.ways)] ?? 0;
	if (measured.by === 'estimate') {
		const straightM = fastestM / DETOUR_FACTOR;
		return {
			ok: true,
			value: {
				fastestM,
				shortestM: fastestM,
				lowM: Math.round(straightM),
				highM: Math.round(straightM * LONGEST_DETOUR),
				source: 'straight-estimate',
				method: ''
			}
		};
	}
	return {
		ok: true,
		value: {
			fastestM,
			shortestM: Math.min(...metres),
			lowM: null,
			highM: null,
			source: measured.by === 'pack' ? 'road-network' : 'routing-service',
			method: measured.source
		}
	};
}

/** A service that did not answer for one leg is not asked for the others: nobody waits for it twice. */
function withPatience(roads: RoadContext): RoadContext {
	let isSilent = false;
	const ways: RoadContext['routingDesk']['ways'] = async (places) => {
		const found = isSilent ? null : await roads.routingDesk.ways(places);
		isSilent = found === null;
		return found;
	};
	return { ...roads, routingDesk: { ways } };
}

function fastestOf(ways: readonly FoundWay[]): number {
	return Math.max(
		0,
		ways.findIndex(({ preference }) => preference === 'fastest')
	);
}

function sumOf(
	measured: readonly MeasuredLeg[],
	preference: MeasuredWay['preference'],
	mark: string
): MeasuredWay {
	const legs = measured.map(({ source, fastestM, shortestM }): Leg => ({
		distanceM: preference === 'fastest' ? fastestM : shortestM,
		source
	}));
	const sum = (figure: (leg: MeasuredLeg) => number) =>
		measured.reduce((total, leg) => total + figure(leg), 0);
	// Roads give no interval of their own, but the ways there are do.
	const lowM = sum(({ lowM, shortestM }) => lowM ?? shortestM);
	const highM = sum(({ highM, fastestM }) => highM ?? fastestM);
	const methods = [...new Set(measured.map(({ method }) => method).filter((one) => one !== ''))];
	return {
		preference,
		distanceM: legs.reduce((total, { distanceM }) => total + distanceM, 0),
		lowM: lowM === highM ? null : lowM,
		highM: lowM === highM ? null : highM,
		source: weakestSource(measured.map(({ source }) => source)),
		method: methods.join(', ').slice(0, 200),
		legs,
		mark
	};
}

async function placeBooks(context: DeedContext): Promise<PlaceBooks> {
	const profile = await context.documents.get('profile', `profile:${context.me.userId}`);
	const company = settingOn(await context.settings(), 'places', localDay(context.clock))?.body;
	return { own: profile?.document.body.places ?? [], company: company?.places ?? [] };
}

async function knownDistances(context: DeedContext): Promise<KnownDistance[]> {
	const [settings, drives] = await Promise.all([
		context.settings(),
		confirmedDrives(context, LEARNED_FROM)
	]);
	const company = settingOn(settings, 'places', localDay(context.clock))?.body;
	return [...companyDistances(company?.knownDistances ?? []), ...learnDistances(drives)];
}
