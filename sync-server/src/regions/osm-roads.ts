import { geodesicM } from '@outlay/domain/geodesic';
import { simplifyLine } from '@outlay/domain/route-line';
import { BACKWARD, FERRY, FORWARD, type RoadNetwork } from '@outlay/domain/roads/road-network';
import type { Position } from '@outlay/domain/trip';

export interface OsmNode {
	type: 'node';
	id: number;
	/** WGS-84 degrees. */
	lat: number;
	lon: number;
}

export interface OsmWay {
	type: 'way';
	id: number;
	/** Ids of nodes, in order. */
	refs: number[];
	tags?: Record<string, string>;
}

/**
 * Speeds a car usually reaches, in km/h, by `highway` value; a way whose value is not here is no road for cars.
 * After the defaults of the OpenStreetMap wiki's routing pages, a little below the limits. Where `maxspeed` says less
 * or more, it counts.
 */
const USUAL_KMH: Readonly<Record<string, number>> = {
	motorway: 110,
	motorway_link: 60,
	trunk: 90,
	trunk_link: 50,
	primary: 70,
	primary_link: 45,
	secondary: 60,
	secondary_link: 40,
	tertiary: 50,
	tertiary_link: 35,
	unclassified: 45,
	residential: 30,
	living_street: 10,
	service: 15,
	road: 30,
	track: 12
};
const FERRY_KMH = 12;
/** How far the drawn line of a road may be from its real one; lengths come from the real one. */
const SHAPE_TOLERANCE_M = 4;
/** A group of roads that no car can reach from the others, such as those inside a works, is left out below this share. */
const LEAST_SHARE = 0.01;

interface Road {
	refs: number[];
	speedKmh: number;
	ways: number;
}

/** The road a way is for a car, or null when it is none. */
export function roadOf({ refs, tags = {} }: OsmWay): Road | null {
	const isFerry = tags['route'] === 'ferry';
	const usualKmh = isFerry ? FERRY_KMH : USUAL_KMH[tags['highway'] ?? ''];
	if (usualKmh === undefined || refs.length < 2 || tags['area'] === 'yes') return null;
	// A ferry carries cars only where it says so.
	const access =
		tags['motorcar'] ??
		tags['motor_vehicle'] ??
		tags['vehicle'] ??
		tags['access'] ??
		(isFerry ? 'no' : 'yes');
	if (['no', 'private', 'agricultural', 'forestry', 'delivery'].includes(access)) return null;
	const speedKmh = isFerry ? FERRY_KMH : (speedLimitKmh(tags['maxspeed']) ?? usualKmh);
	return { refs, speedKmh, ways: directionsOf(tags) | (isFerry ? FERRY : 0) };
}

/** Builds the network from two passes over the same file: first the ways, then the nodes that they use. */
export class RoadNetworkBuilder {
	readonly #roads: Road[] = [];
	/** By node: how many roads meet there; 2 or more, or a road's end, makes it a node of the network. */
	readonly #uses = new Map<number, number>();
	readonly #positions = new Map<number, Position>();

	addWay(way: OsmWay): void {
		const road = roadOf(way);
		if (road === null) return;
		this.#roads.push(road);
		road.refs.forEach((ref, index) => {
			const isEnd = index === 0 || index === road.refs.length - 1;
			this.#uses.set(ref, (this.#uses.get(ref) ?? 0) + (isEnd ? 2 : 1));
		});
	}

	addNode({ id, lat, lon }: OsmNode): void {
		if (this.#uses.has(id)) this.#positions.set(id, [lat, lon]);
	}

	/** `source` says where the data comes from and when, such as `© OpenStreetMap contributors, 2025-05-01`. */
	build(source: string): RoadNetwork {
		const edges = this.#roads.flatMap((road) => this.#edgesOf(road));
		return networkOf(withoutIslands(edges), this.#positions, source);
	}

	/** A road cut at every node where others meet it. Roads that leave the extract are cut where their nodes end. */
	#edgesOf(road: Road): Edge[] {
		const edges: Edge[] = [];
		let refs: number[] = [];
		const close = () => {
			if (refs.length > 1) edges.push(this.#edge(road, refs));
		};
		for (const ref of road.refs) {
			if (!this.#positions.has(ref)) {
				close();
				refs = [];
				continue;
			}
			refs.push(ref);
			if (refs.length > 1 && (this.#uses.get(ref) ?? 0) > 1) {
				close();
				refs = [ref];
			}
		}
		close();
		return edges;
	}

	#edge({ speedKmh, ways }: Road, refs: number[]): Edge {
		const line = refs.map((ref) => this.#positions.get(ref)!);
		let lengthM = 0;
		for (let n = 1; n < line.length; n += 1) {
			const [fromLatitude, fromLongitude] = line[n - 1]!;
			const [latitude, longitude] = line[n]!;
			lengthM += geodesicM(fromLatitude, fromLongitude, latitude, longitude);
		}
		return {
			from: refs[0]!,
			to: refs[refs.length - 1]!,
			lengthM,
			speedKmh,
			ways,
			shape: simplifyLine(line, SHAPE_TOLERANCE_M).slice(1, -1)
		};
	}
}

interface Edge {
	from: number;
	to: number;
	lengthM: number;
	speedKmh: number;
	ways: number;
	shape: Position[];
}

/** OpenStreetMap wiki, Key:oneway. Roundabouts and motorways are one-way unless they say otherwise. */
function directionsOf(tags: Readonly<Record<string, string>>): number {
	const oneway = tags['oneway'];
	if (oneway === '-1' || oneway === 'reverse') return BACKWARD;
	if (oneway === 'yes' || oneway === '1' || oneway === 'true') return FORWARD;
	const isUsuallyOneway =
		tags['junction'] === 'roundabout' ||
		tags['junction'] === 'circular' ||
		tags['highway'] === 'motorway';
	return isUsuallyOneway && oneway !== 'no' ? FORWARD : FORWARD | BACKWARD;
}

/** `80`, `50 mph`, `DE:urban`: only figures are read; null for what is none. */
function speedLimitKmh(text: string | undefined): number | null {
	const match = /^(\d{1,3})(?:\s*(mph))?$/.exec(text ?? '');
	if (match === null) return null;
	const kmh = Number(match[1]) * (match[2] === 'mph' ? 1.609344 : 1);
	return kmh >= 5 ? Math.min(200, Math.round(kmh)) : null;
}

/** A position beside a parking lot without a way out would otherwise have no way to anywhere. */
function withoutIslands(edges: readonly Edge[]): Edge[] {
	const parent = new Map<number, number>();
	const rootOf = (node: number): number => {
		let root = node;
		for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root))
			root = up;
		for (let at = node; at !== root;) {
			const up = parent.get(at) ?? root;
			parent.set(at, root);
			at = up;
		}
		return root;
	};
	for (const { from, to } of edges) parent.set(rootOf(from), rootOf(to));
	const sizes = new Map<number, number>();
	for (const { from } of edges) sizes.set(rootOf(from), (sizes.get(rootOf(from)) ?? 0) + 1);
	return edges.filter(({ from }) => (sizes.get(rootOf(from)) ?? 0) >= edges.length * LEAST_SHARE);
}

function networkOf(
	edges: readonly Edge[],
	positions: ReadonlyMap<number, Position>,
	source: string
): RoadNetwork {
	const numbers = new Map<number, number>();
	const numberOf = (ref: number) => {
		const known = numbers.get(ref);
		if (known !== undefined) return known;
		numbers.set(ref, numbers.size);
		return numbers.size - 1;
	};
	const edgeFrom = Uint32Array.from(edges, ({ from }) => numberOf(from));
	const edgeTo = Uint32Array.from(edges, ({ to }) => numberOf(to));
	const nodes = [...numbers.keys()].map((ref) => positions.get(ref)!);
	const shapeStart = new Uint32Array(edges.length + 1);
	edges.forEach(({ shape }, n) => (shapeStart[n + 1] = shapeStart[n]! + shape.length));
	const shapes = edges.flatMap(({ shape }) => shape);
	return {
		source,
		nodeLatitudeE7: Int32Array.from(nodes, ([latitude]) => Math.round(latitude * 1e7)),
		nodeLongitudeE7: Int32Array.from(nodes, ([, longitude]) => Math.round(longitude * 1e7)),
		edgeFrom,
		edgeTo,
		edgeLengthM: Float32Array.from(edges, ({ lengthM }) => lengthM),
		edgeSpeedKmh: Uint8Array.from(edges, ({ speedKmh }) => speedKmh),
		edgeWays: Uint8Array.from(edges, ({ ways }) => ways),
		shapeStart,
		shapeLatitudeE7: Int32Array.from(shapes, ([latitude]) => Math.round(latitude * 1e7)),
		shapeLongitudeE7: Int32Array.from(shapes, ([, longitude]) => Math.round(longitude * 1e7))
	};
}
