import { metresPerDegree } from '../geodesic.ts';
import type { Position } from '../trip.ts';
import type { RoadNetwork } from './road-network.ts';

/** A position on a road. */
export interface RoadPoint {
	edge: number;
	/** Share of the edge's length from its first node, 0 to 1. */
	share: number;
	position: Position;
	/** From the position asked for, in metres. */
	awayM: number;
}

/** Cells of the grid in ten-millionths of a degree: about 550 m northwards. */
const CELL_E7 = 50_000;
/** Farther from any road than this a distance by road would be made up. */
export const FARTHEST_FROM_ROAD_M = 2_000;

/** Finds the road nearest to a position by a grid over all edges. */
export class RoadFinder {
	readonly #network: RoadNetwork;
	/** Edges that touch a cell, by the cell's number. */
	readonly #cells = new Map<number, number[]>();

	constructor(network: RoadNetwork) {
		this.#network = network;
		for (let edge = 0; edge < network.edgeFrom.length; edge += 1) this.#enter(edge);
	}

	/** The nearest point on a road that may be driven, or null when there is none within 2 km. */
	nearest([latitude, longitude]: Position): RoadPoint | null {
		const scale = metresPerDegree(latitude);
		const cellHeightM = (CELL_E7 / 1e7) * scale.latitude;
		const cellWidthM = Math.max(1, (CELL_E7 / 1e7) * scale.longitude);
		const farthestRing = Math.ceil(FARTHEST_FROM_ROAD_M / Math.min(cellHeightM, cellWidthM)) + 1;
		const row = cellOf(latitude * 1e7);
		const column = cellOf(longitude * 1e7);
		const seen = new Set<number>();
		let found: RoadPoint | null = null;
		for (let ring = 0; ring <= farthestRing; ring += 1) {
			// What lies in this ring is at least a ring less one away.
			if (found !== null && found.awayM < (ring - 1) * Math.min(cellHeightM, cellWidthM)) break;
			for (const [r, c] of cellsOfRing(row, column, ring)) {
				for (const edge of this.#cells.get(cellNumber(r, c)) ?? []) {
					if (seen.has(edge)) continue;
					seen.add(edge);
					const point = nearestOnEdge(this.#network, edge, [latitude, longitude], scale);
					if (found === null || point.awayM < found.awayM) found = point;
				}
			}
		}
		return found !== null && found.awayM <= FARTHEST_FROM_ROAD_M ? found : null;
	}

	#enter(edge: number): void {
		if ((this.#network.edgeWays[edge]! & 3) === 0) return;
		let lastRow = NaN;
		let lastColumn = NaN;
		eachPosition(this.#network, edge, (latitudeE7, longitudeE7) => {
			const row = cellOf(latitudeE7);
			const column = cellOf(longitudeE7);
			// A long straight piece passes cells that none of its positions lies in.
			const rows = Number.isNaN(lastRow)
				? [row, row]
				: [Math.min(row, lastRow), Math.max(row, lastRow)];
			const columns = Number.isNaN(lastColumn)
				? [column, column]
				: [Math.min(column, lastColumn), Math.max(column, lastColumn)];
			for (let r = rows[0]!; r <= rows[1]!; r += 1) {
				for (let c = columns[0]!; c <= columns[1]!; c += 1) this.#put(cellNumber(r, c), edge);
			}
			lastRow = row;
			lastColumn = column;
		});
	}

	#put(cell: number, edge: number): void {
		const edges = this.#cells.get(cell);
		if (edges === undefined) this.#cells.set(cell, [edge]);
		else if (edges[edges.length - 1] !== edge) edges.push(edge);
	}
}

/** Calls `visit` with the positions of an edge from its first node to its last. */
export function eachPosition(
	network: RoadNetwork,
	edge: number,
	visit: (latitudeE7: number, longitudeE7: number) => void
): void {
	const from = network.edgeFrom[edge]!;
	const to = network.edgeTo[edge]!;
	visit(network.nodeLatitudeE7[from]!, network.nodeLongitudeE7[from]!);
	for (let at = network.shapeStart[edge]!; at < network.shapeStart[edge + 1]!; at += 1) {
		visit(network.shapeLatitudeE7[at]!, network.shapeLongitudeE7[at]!);
	}
	visit(network.nodeLatitudeE7[to]!, network.nodeLongitudeE7[to]!);
}

function nearestOnEdge(
	network: RoadNetwork,
	edge: number,
	[latitude, longitude]: Position,
	scale: { latitude: number; longitude: number }
): RoadPoint {
	let bestAwayM = Infinity;
	let bestAlongM = 0;
	let best: Position = [latitude, longitude];
	let alongM = 0;
	let lastEast = NaN;
	let lastNorth = NaN;
	eachPosition(network, edge, (latitudeE7, longitudeE7) => {
		const east = (longitudeE7 / 1e7 - longitude) * scale.longitude;
		const north = (latitudeE7 / 1e7 - latitude) * scale.latitude;
		if (!Number.isNaN(lastEast)) {
			const stepEast = east - lastEast;
			const stepNorth = north - lastNorth;
			const lengthSq = stepEast * stepEast + stepNorth * stepNorth;
			const share =
				lengthSq === 0
					? 0
					: Math.max(0, Math.min(1, -(lastEast * stepEast + lastNorth * stepNorth) / lengthSq));
			const awayM = Math.hypot(lastEast + share * stepEast, lastNorth + share * stepNorth);
			if (awayM < bestAwayM) {
				bestAwayM = awayM;
				bestAlongM = alongM + share * Math.sqrt(lengthSq);
				best = [
					latitude + (lastNorth + share * stepNorth) / scale.latitude,
					longitude + (lastEast + share * stepEast) / scale.longitude
				];
			}
			alongM += Math.sqrt(lengthSq);
		}
		lastEast = east;
		lastNorth = north;
	});
	return {
		edge,
		share: shareOf(bestAlongM, alongM),
		position: best,
		awayM: bestAwayM
	};
}

/** So near to a node that a person means the crossing, whatever the direction of the road that was found. */
const AT_THE_NODE_M = 0.5;

function shareOf(alongM: number, lengthM: number): number {
	if (alongM < AT_THE_NODE_M) return 0;
	return lengthM - alongM < AT_THE_NODE_M ? 1 : alongM / lengthM;
}

function cellOf(valueE7: number): number {
	return Math.floor(valueE7 / CELL_E7);
}

/** 360° have 72,000 columns. */
function cellNumber(row: number, column: number): number {
	return row * 100_000 + column;
}

function* cellsOfRing(row: number, column: number, ring: number): Generator<[number, number]> {
	if (ring === 0) yield [row, column];
	for (let step = -ring; step < ring; step += 1) {
		yield [row - ring, column + step];
		yield [row + step, column + ring];
		yield [row + ring, column - step];
		yield [row - step, column - ring];
	}
}
