import { BACKWARD, FORWARD, type RoadNetwork } from './road-network.ts';

const RADIANS = Math.PI / 180;
/** Mean radius of the WGS-84 ellipsoid less 0.6 %: a chord on it is never longer than a road on the ellipsoid. */
const LEAST_RADIUS_M = 6_335_000;

/** A network made ready for searching: who leads where, and straight distances that never say too much. */
export interface RoadGraph {
	network: RoadNetwork;
	/** Where the arcs out of node n begin in `arc…`; one more than there are nodes. */
	arcStart: Uint32Array;
	/** The edge of an arc, … */
	arcEdge: Uint32Array;
	/** … and the node it leads to. */
	arcHead: Uint32Array;
	/** Unit vectors of the nodes, times the least radius: x, y, z in metres, interleaved. */
	nodeXyzM: Float64Array;
	/** The greatest speed of any edge, in metres a second. */
	fastestMps: number;
}

export function roadGraphOf(network: RoadNetwork): RoadGraph {
	const { edgeFrom, edgeTo, edgeWays, edgeSpeedKmh, nodeLatitudeE7, nodeLongitudeE7 } = network;
	const nodes = nodeLatitudeE7.length;
	const arcStart = new Uint32Array(nodes + 1);
	let fastestKmh = 1;
	for (let edge = 0; edge < edgeFrom.length; edge += 1) {
		if (edgeWays[edge]! & FORWARD) arcStart[edgeFrom[edge]! + 1]! += 1;
		if (edgeWays[edge]! & BACKWARD) arcStart[edgeTo[edge]! + 1]! += 1;
		fastestKmh = Math.max(fastestKmh, edgeSpeedKmh[edge]!);
	}
	for (let node = 0; node < nodes; node += 1) arcStart[node + 1]! += arcStart[node]!;
	const next = arcStart.slice();
	const arcEdge = new Uint32Array(arcStart[nodes]!);
	const arcHead = new Uint32Array(arcStart[nodes]!);
	const add = (tail: number, head: number, edge: number) => {
		const at = next[tail]!++;
		arcEdge[at] = edge;
		arcHead[at] = head;
	};
	for (let edge = 0; edge < edgeFrom.length; edge += 1) {
		if (edgeWays[edge]! & FORWARD) add(edgeFrom[edge]!, edgeTo[edge]!, edge);
		if (edgeWays[edge]! & BACKWARD) add(edgeTo[edge]!, edgeFrom[edge]!, edge);
	}
	const nodeXyzM = new Float64Array(nodes * 3);
	for (let node = 0; node < nodes; node += 1) {
		const vector = chordVector(nodeLatitudeE7[node]! / 1e7, nodeLongitudeE7[node]! / 1e7);
		nodeXyzM.set(vector, node * 3);
	}
	return { network, arcStart, arcEdge, arcHead, nodeXyzM, fastestMps: fastestKmh / 3.6 };
}

/** A position on a sphere a little smaller than the Earth, in metres from its middle. */
export function chordVector(latitude: number, longitude: number): [number, number, number] {
	const cos = Math.cos(latitude * RADIANS) * LEAST_RADIUS_M;
	return [
		cos * Math.cos(longitude * RADIANS),
		cos * Math.sin(longitude * RADIANS),
		Math.sin(latitude * RADIANS) * LEAST_RADIUS_M
	];
}
