import { ok, refuse, type Result } from '../refusal.ts';
import type { Position } from '../trip.ts';
import { eachPosition, RoadFinder, type RoadPoint } from './nearest-road.ts';
import { NodeQueue } from './node-queue.ts';
import { chordVector, roadGraphOf, type RoadGraph } from './road-graph.ts';
import { BACKWARD, FERRY, FORWARD, type RoadNetwork } from './road-network.ts';

export type RoadPreference = 'fastest' | 'shortest';

export interface RoadRoute {
	preference: RoadPreference;
	/** Driven metres along the roads; ferries are left out, and so is the way from a position to its road. */
	distanceM: number;
	ferryM: number;
	/** At the roads' usual speeds. */
	durationS: number;
	/** The line to draw, as `[latitude, longitude]`. */
	line: Position[];
}

const NONE = 0xffffffff;

/**
 * Ways through one road network. Searches with A* (Hart, Nilsson, Raphael 1968) over typed arrays that stay between
 * searches; the estimate is the straight chord, at the network's greatest speed for the fastest way, so it never says
 * too much and the way found is the best one. Turn restrictions are not known to it.
 */
export class RoadRouter {
	readonly source: string;
	readonly #graph: RoadGraph;
	readonly #finder: RoadFinder;
	readonly #queue = new NodeQueue();
	readonly #cost: Float64Array;
	/** The arc that led to a node, or NONE where a search began. */
	readonly #arrivedBy: Uint32Array;
	/** The search that last touched a node: older figures count as unset, so nothing is cleared between searches. */
	readonly #touchedIn: Uint32Array;
	readonly #isSettledIn: Uint32Array;
	#search = 0;

	constructor(network: RoadNetwork) {
		this.source = network.source;
		this.#graph = roadGraphOf(network);
		this.#finder = new RoadFinder(network);
		const nodes = network.nodeLatitudeE7.length;
		this.#cost = new Float64Array(nodes);
		this.#arrivedBy = new Uint32Array(nodes);
		this.#touchedIn = new Uint32Array(nodes);
		this.#isSettledIn = new Uint32Array(nodes);
	}

	/**
	 * The way through two or more positions in their order. Refuses with `roads.too_few_places`, `roads.no_road_near`
	 * (with `place`, counted from 0) and `roads.no_way` (with the leg).
	 */
	through(places: readonly Position[], preference: RoadPreference): Result<RoadRoute> {
		if (places.length < 2) return refuse('roads.too_few_places');
		const points: RoadPoint[] = [];
		for (const [place, position] of places.entries()) {
			const point = this.#finder.nearest(position);
			if (point === null) return refuse('roads.no_road_near', undefined, { place });
			points.push(point);
		}
		const whole: RoadRoute = { preference, distanceM: 0, ferryM: 0, durationS: 0, line: [] };
		for (let leg = 0; leg + 1 < points.length; leg += 1) {
			const found = this.#between(points[leg]!, points[leg + 1]!, preference);
			if (found === null) return refuse('roads.no_way', undefined, { leg });
			whole.distanceM += found.distanceM;
			whole.ferryM += found.ferryM;
			whole.durationS += found.durationS;
			whole.line.push(...(leg === 0 ? found.line : found.line.slice(1)));
		}
		return ok(whole);
	}

	/** The fastest way and, where it differs by more than 1 % in length, the shortest. */
	alternatives(places: readonly Position[]): Result<RoadRoute[]> {
		const fastest = this.through(places, 'fastest');
		if (!fastest.ok) return fastest;
		const shortest = this.through(places, 'shortest');
		if (!shortest.ok) return ok([fastest.value]);
		const isOther = shortest.value.distanceM < fastest.value.distanceM * 0.99;
		return ok(isOther ? [fastest.value, shortest.value] : [fastest.value]);
	}

	#between(from: RoadPoint, to: RoadPoint, preference: RoadPreference): RoadRoute | null {
		const direct = this.#alongOneEdge(from, to, preference);
		const meeting = this.#reach(from, to, preference, direct?.cost ?? Infinity);
		if (meeting === null) return direct?.route ?? null;
		return this.#routeOf(from, to, meeting, preference);
	}

	/** From one point of a road to another of the same, where the direction allows it. */
	#alongOneEdge(
		from: RoadPoint,
		to: RoadPoint,
		preference: RoadPreference
	): { route: RoadRoute; cost: number } | null {
		if (from.edge !== to.edge) return null;
		const { network } = this.#graph;
		const way = to.share >= from.share ? FORWARD : BACKWARD;
		if (from.share !== to.share && (network.edgeWays[from.edge]! & way) === 0) return null;
		const route = this.#emptyRoute(preference);
		this.#addPart(route, from.edge, from.share, to.share);
		return { route, cost: this.#costOf(from.edge, Math.abs(to.share - from.share), preference) };
	}

	/** The node by which the target's road is best entered, or null when nothing is better than `limit`. */
	#reach(from: RoadPoint, to: RoadPoint, preference: RoadPreference, limit: number): number | null {
		const { network, arcStart, arcEdge, arcHead, nodeXyzM, fastestMps } = this.#graph;
		const search = (this.#search += 1);
		const queue = this.#queue;
		queue.clear();
		const [x, y, z] = chordVector(to.position[0], to.position[1]);
		const perMetre = preference === 'fastest' ? 1 / fastestMps : 1;
		const estimate = (node: number) =>
			Math.hypot(
				nodeXyzM[node * 3]! - x,
				nodeXyzM[node * 3 + 1]! - y,
				nodeXyzM[node * 3 + 2]! - z
			) * perMetre;
		const touch = (node: number, cost: number, arc: number) => {
			if (this.#touchedIn[node] === search && this.#cost[node]! <= cost) return;
			this.#touchedIn[node] = search;
			this.#cost[node] = cost;
			this.#arrivedBy[node] = arc;
			queue.push(node, cost + estimate(node));
		};

		const begin = (node: number, cost: number | null) => {
			if (cost !== null) touch(node, cost, NONE);
		};
		begin(network.edgeFrom[from.edge]!, this.#costAtEnd(from, 'first', true, preference));
		begin(network.edgeTo[from.edge]!, this.#costAtEnd(from, 'last', true, preference));

		const first = network.edgeFrom[to.edge]!;
		const last = network.edgeTo[to.edge]!;
		const byFirst = this.#costAtEnd(to, 'first', false, preference) ?? Infinity;
		const byLast = this.#costAtEnd(to, 'last', false, preference) ?? Infinity;

		let best = limit;
		let meeting: number | null = null;
		while (!queue.isEmpty && queue.leastCost < best) {
			const node = queue.pop();
			if (this.#isSettledIn[node] === search) continue;
			this.#isSettledIn[node] = search;
			const cost = this.#cost[node]!;
			const whole =
				cost + Math.min(node === first ? byFirst : Infinity, node === last ? byLast : Infinity);
			if (whole < best) {
				best = whole;
				meeting = node;
			}
			for (let arc = arcStart[node]!; arc < arcStart[node + 1]!; arc += 1) {
				const head = arcHead[arc]!;
				if (this.#isSettledIn[head] !== search) {
					touch(head, cost + this.#costOf(arcEdge[arc]!, 1, preference), arc);
				}
			}
		}
		return meeting;
	}

	#routeOf(from: RoadPoint, to: RoadPoint, meeting: number, preference: RoadPreference): RoadRoute {
		const { network, arcEdge } = this.#graph;
		const edges: { edge: number; isForward: boolean }[] = [];
		let node = meeting;
		for (let arc = this.#arrivedBy[node]!; arc !== NONE; arc = this.#arrivedBy[node]!) {
			const edge = arcEdge[arc]!;
			// A loop never shortens a way, so the two ends differ.
			const isForward = network.edgeTo[edge] === node;
			edges.push({ edge, isForward });
			node = isForward ? network.edgeFrom[edge]! : network.edgeTo[edge]!;
		}
		const route = this.#emptyRoute(preference);
		this.#addPart(route, from.edge, from.share, this.#endAt(from, node, true, preference));
		for (const { edge, isForward } of edges.reverse()) {
			this.#addPart(route, edge, isForward ? 0 : 1, isForward ? 1 : 0);
		}
		this.#addPart(route, to.edge, this.#endAt(to, meeting, false, preference), to.share);
		return route;
	}

	/** How far it is between a point of a road and one of the road's two nodes, or null where that is no way. */
	#costAtEnd(
		{ edge, share }: RoadPoint,
		end: 'first' | 'last',
		isLeaving: boolean,
		preference: RoadPreference
	): number | null {
		const part = end === 'first' ? share : 1 - share;
		// At the node itself no direction matters.
		if (part === 0) return 0;
		const needed = isLeaving === (end === 'last') ? FORWARD : BACKWARD;
		return this.#graph.network.edgeWays[edge]! & needed
			? this.#costOf(edge, part, preference)
			: null;
	}

	/** By which of its road's ends a point is best left for a node, or reached from it. */
	#endAt(point: RoadPoint, node: number, isLeaving: boolean, preference: RoadPreference): 0 | 1 {
		const { network } = this.#graph;
		const costBy = (end: 'first' | 'last', at: number) =>
			at === node ? (this.#costAtEnd(point, end, isLeaving, preference) ?? Infinity) : Infinity;
		const byFirst = costBy('first', network.edgeFrom[point.edge]!);
		const byLast = costBy('last', network.edgeTo[point.edge]!);
		return byLast < byFirst ? 1 : 0;
	}

	#costOf(edge: number, share: number, preference: RoadPreference): number {
		const { network } = this.#graph;
		const lengthM = network.edgeLengthM[edge]! * share;
		return preference === 'shortest' ? lengthM : (lengthM * 3.6) / network.edgeSpeedKmh[edge]!;
	}

	#emptyRoute(preference: RoadPreference): RoadRoute {
		return { preference, distanceM: 0, ferryM: 0, durationS: 0, line: [] };
	}

	/** Adds the part of an edge between two shares of it, drawn in the direction it is driven. */
	#addPart(route: RoadRoute, edge: number, fromShare: number, toShare: number): void {
		const { network } = this.#graph;
		const lengthM = network.edgeLengthM[edge]! * Math.abs(toShare - fromShare);
		if (network.edgeWays[edge]! & FERRY) route.ferryM += lengthM;
		else route.distanceM += lengthM;
		route.durationS += (lengthM * 3.6) / network.edgeSpeedKmh[edge]!;
		for (const position of lineOfPart(network, edge, fromShare, toShare)) {
			const last = route.line[route.line.length - 1];
			if (last === undefined || last[0] !== position[0] || last[1] !== position[1]) {
				route.line.push(position);
			}
		}
	}
}

function lineOfPart(
	network: RoadNetwork,
	edge: number,
	fromShare: number,
	toShare: number
): Position[] {
	const positions: Position[] = [];
	eachPosition(network, edge, (latitudeE7, longitudeE7) => {
		positions.push([latitudeE7 / 1e7, longitudeE7 / 1e7]);
	});
	const low = Math.min(fromShare, toShare);
	const high = Math.max(fromShare, toShare);
	const cut = cutLine(positions, low, high);
	return fromShare <= toShare ? cut : cut.reverse();
}

/** The part of a line between two shares of its length; the line is short enough to measure on a plane. */
function cutLine(positions: readonly Position[], low: number, high: number): Position[] {
	const cos = Math.cos(((positions[0]?.[0] ?? 0) * Math.PI) / 180);
	const steps = positions
		.slice(1)
		.map(([latitude, longitude], n) =>
			Math.hypot(latitude - positions[n]![0], (longitude - positions[n]![1]) * cos)
		);
	const total = steps.reduce((sum, step) => sum + step, 0);
	const cut: Position[] = [];
	let along = 0;
	for (const [n, step] of steps.entries()) {
		const start = total === 0 ? 0 : along / total;
		const end = total === 0 ? 1 : (along + step) / total;
		along += step;
		if (end < low || start > high) continue;
		const at = (share: number): Position => {
			const part = end === start ? 0 : (share - start) / (end - start);
			const [fromLatitude, fromLongitude] = positions[n]!;
			const [latitude, longitude] = positions[n + 1]!;
			return [
				fromLatitude + (latitude - fromLatitude) * part,
				fromLongitude + (longitude - fromLongitude) * part
			];
		};
		if (cut.length === 0) cut.push(at(Math.max(low, start)));
		cut.push(at(Math.min(high, end)));
	}
	return cut;
}
