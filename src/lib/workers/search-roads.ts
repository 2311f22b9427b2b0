import type { FoundWay } from '@outlay/domain/regions';
import { decodeRoadNetwork } from '@outlay/domain/roads/road-network';
import { RoadRouter } from '@outlay/domain/roads/road-router';
import type { Position } from '@outlay/domain/trip';

export interface RoadPack {
	name: string;
	version: string;
	file: Blob;
}

/** Packs made ready; null for one that is damaged. */
const routers = new Map<string, Promise<RoadRouter | null>>();

/** What the road worker does: the ways through places over the first pack that knows them all. */
export async function searchRoads(
	packs: readonly RoadPack[],
	places: readonly Position[]
): Promise<{ ways: FoundWay[]; source: string } | null> {
	for (const pack of packs) {
		const router = await routerOf(pack);
		const found = router?.alternatives(places);
		if (router && found?.ok) {
			return {
				ways: found.value.map(({ preference, distanceM, durationS, line }) => ({
					preference,
					distanceM,
					durationS,
					line
				})),
				source: router.source
			};
		}
	}
	return null;
}

function routerOf({ name, version, file }: RoadPack): Promise<RoadRouter | null> {
	const key = `${name} ${version}`;
	const known = routers.get(key);
	if (known !== undefined) return known;
	const opening = file.arrayBuffer().then((bytes) => {
		const network = decodeRoadNetwork(bytes);
		return network.ok ? new RoadRouter(network.value) : null;
	});
	routers.set(key, opening);
	return opening;
}
