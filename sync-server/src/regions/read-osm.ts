import { createOSMStream } from 'osm-pbf-parser-node';
import { RoadNetworkBuilder, type OsmNode, type OsmWay } from './osm-roads.ts';
import type { RoadNetwork } from '@outlay/domain/roads/road-network';

/**
 * Roads of an OpenStreetMap extract (`.osm.pbf`). The file is read twice: it begins with millions of nodes, and which
 * of them are part of a road is known only from the ways behind them. Throws what the parser throws for a damaged file.
 */
export async function readRoads(file: string): Promise<RoadNetwork> {
	const builder = new RoadNetworkBuilder();
	let dataOf = '';
	for await (const item of itemsOf(file)) {
		if (isWay(item)) builder.addWay(item);
		else if ('osmosis_replication_timestamp' in item) {
			dataOf = dayOf(item.osmosis_replication_timestamp);
		}
	}
	for await (const item of itemsOf(file)) {
		if (isNode(item)) builder.addNode(item);
	}
	return builder.build(`© OpenStreetMap contributors${dataOf}`);
}

function itemsOf(file: string): AsyncIterable<object> {
	return createOSMStream(file, {
		withInfo: false,
		withTags: { node: false, way: true, relation: false }
	}) as AsyncIterable<object>;
}

function isWay(item: object): item is OsmWay {
	return 'type' in item && item.type === 'way';
}

function isNode(item: object): item is OsmNode {
	return 'type' in item && item.type === 'node';
}

function dayOf(seconds: unknown): string {
	return typeof seconds === 'number' && seconds > 0
		? `, ${new Date(seconds * 1000).toISOString().slice(0, 10)}`
		: '';
}
