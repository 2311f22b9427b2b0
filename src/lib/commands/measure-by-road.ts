import type { FoundWay } from '@outlay/domain/regions';
import { estimateByRoad } from '@outlay/domain/roads/straight-estimate';
import type { Position } from '@outlay/domain/trip';
import { firstOf } from './context.ts';
import type { Regions, RoadSearch, RoutingDesk } from './ports.ts';

/** A distance through places, and who says so. */
export interface MeasuredByRoad {
	/** The fastest first. */
	ways: FoundWay[];
	/**
	 * `pack`: roads kept on this device; `service`: the company's routing service; `estimate`: straight lines times a
	 * factor, which the person must confirm.
	 */
	by: 'pack' | 'service' | 'estimate';
	/** Whose data it is, to be shown beside the distance; '' for an estimate. */
	source: string;
}

/** What knows roads: apart from the other deeds', since it never touches a document. */
export interface RoadContext {
	regions: Regions;
	roadSearch: RoadSearch;
	routingDesk: RoutingDesk;
}

/** Distances by road, best source first. Needs no network; without roads it is an estimate that says so. */
export async function measureByRoad(
	context: RoadContext,
	places: readonly Position[]
): Promise<MeasuredByRoad> {
	const packs = await firstOf(context.regions.roads);
	const here = packs.length === 0 ? null : await context.roadSearch.ways(packs, places);
	if (here !== null) return { ways: here.ways, by: 'pack', source: here.source };
	const asked = await context.routingDesk.ways(places);
	if (asked !== null) return { ways: asked, by: 'service', source: '' };
	return {
		ways: [
			{
				preference: 'fastest',
				distanceM: estimateByRoad(places),
				durationS: 0,
				line: [...places]
			}
		],
		by: 'estimate',
		source: ''
	};
}
