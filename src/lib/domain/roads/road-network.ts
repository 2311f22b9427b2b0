import { ok, refuse, type Result } from '../refusal.ts';

/**
 * Roads for cars as flat arrays, as a region pack holds them. Positions are integers in ten-millionths of a degree
 * (WGS-84), the unit of OpenStreetMap's own files.
 */
export interface RoadNetwork {
	/** Where the data comes from and when, shown beside every distance taken from it. */
	source: string;
	nodeLatitudeE7: Int32Array;
	nodeLongitudeE7: Int32Array;
	/** Of each edge: the nodes at its ends. */
	edgeFrom: Uint32Array;
	edgeTo: Uint32Array;
	/** Along the road's full geometry, in metres. */
	edgeLengthM: Float32Array;
	edgeSpeedKmh: Uint8Array;
	/** Sum of `FORWARD`, `BACKWARD` and `FERRY`. */
	edgeWays: Uint8Array;
	/** Where the inner positions of edge n begin in `shape…`; one more than there are edges. */
	shapeStart: Uint32Array;
	shapeLatitudeE7: Int32Array;
	shapeLongitudeE7: Int32Array;
}

/** The edge may be driven from its first node to its last, … */
export const FORWARD = 1;
/** … and the other way. */
export const BACKWARD = 2;
/** A ship carries the car: the metres are not driven. */
export const FERRY = 4;

const MAGIC = 0x4f524431; // "ORD1"
const HEADER_WORDS = 6;

/** A pack as bytes: a header, the source as UTF-8, then the arrays, little-endian, each beginning at a multiple of 4. */
export function encodeRoadNetwork(network: RoadNetwork): Uint8Array {
	const source = new TextEncoder().encode(network.source);
	const parts = arraysOf(network);
	const total =
		HEADER_WORDS * 4 +
		padded(source.byteLength) +
		parts.reduce((sum, part) => sum + padded(part.byteLength), 0);
	const bytes = new Uint8Array(total);
	const header = new DataView(bytes.buffer);
	[
		MAGIC,
		total,
		source.byteLength,
		network.nodeLatitudeE7.length,
		network.edgeFrom.length,
		network.shapeLatitudeE7.length
	].forEach((word, index) => header.setUint32(index * 4, word, true));
	bytes.set(source, HEADER_WORDS * 4);
	let offset = HEADER_WORDS * 4 + padded(source.byteLength);
	for (const part of parts) {
		bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
		offset += padded(part.byteLength);
	}
	return bytes;
}

/**
 * Reads a pack; the arrays are views into `bytes`, nothing is copied. Refuses with `roads.damaged` what is no pack,
 * is cut off, or points outside itself.
 */
export function decodeRoadNetwork(bytes: ArrayBuffer): Result<RoadNetwork> {
	if (bytes.byteLength < HEADER_WORDS * 4) return refuse('roads.damaged');
	const header = new DataView(bytes);
	const [magic, total, sourceLength, nodes, edges, shapes] = Array.from(
		{ length: HEADER_WORDS },
		(_, index) => header.getUint32(index * 4, true)
	) as [number, number, number, number, number, number];
	if (magic !== MAGIC || total !== bytes.byteLength) return refuse('roads.damaged');
	let offset = HEADER_WORDS * 4;
	const next = (byteLength: number) => {
		const at = offset;
		offset += padded(byteLength);
		return at;
	};
	const sourceAt = next(sourceLength);
	const wanted =
		HEADER_WORDS * 4 +
		padded(sourceLength) +
		4 * (2 * nodes + 3 * edges + (edges + 1) + 2 * shapes) +
		2 * padded(edges);
	if (wanted !== total) return refuse('roads.damaged');
	const network: RoadNetwork = {
		source: new TextDecoder().decode(new Uint8Array(bytes, sourceAt, sourceLength)),
		nodeLatitudeE7: new Int32Array(bytes, next(nodes * 4), nodes),
		nodeLongitudeE7: new Int32Array(bytes, next(nodes * 4), nodes),
		edgeFrom: new Uint32Array(bytes, next(edges * 4), edges),
		edgeTo: new Uint32Array(bytes, next(edges * 4), edges),
		edgeLengthM: new Float32Array(bytes, next(edges * 4), edges),
		edgeSpeedKmh: new Uint8Array(bytes, next(edges), edges),
		edgeWays: new Uint8Array(bytes, next(edges), edges),
		shapeStart: new Uint32Array(bytes, next((edges + 1) * 4), edges + 1),
		shapeLatitudeE7: new Int32Array(bytes, next(shapes * 4), shapes),
		shapeLongitudeE7: new Int32Array(bytes, next(shapes * 4), shapes)
	};
	return isSound(network) ? ok(network) : refuse('roads.damaged');
}

/** A flipped bit must not send the search outside its arrays, or round in circles. */
function isSound({
	nodeLatitudeE7,
	edgeFrom,
	edgeTo,
	edgeLengthM,
	edgeSpeedKmh,
	shapeStart,
	shapeLatitudeE7
}: RoadNetwork): boolean {
	const nodes = nodeLatitudeE7.length;
	for (let edge = 0; edge < edgeFrom.length; edge += 1) {
		if (edgeFrom[edge]! >= nodes || edgeTo[edge]! >= nodes) return false;
		// Also refuses NaN.
		if (!(edgeLengthM[edge]! >= 0 && edgeLengthM[edge]! < 1e7)) return false;
		if (edgeSpeedKmh[edge] === 0) return false;
		if (shapeStart[edge]! > shapeStart[edge + 1]!) return false;
	}
	return shapeStart[0] === 0 && shapeStart[edgeFrom.length] === shapeLatitudeE7.length;
}

/** In the order in which they stand in a pack. */
function arraysOf(network: RoadNetwork): ArrayBufferView[] {
	return [
		network.nodeLatitudeE7,
		network.nodeLongitudeE7,
		network.edgeFrom,
		network.edgeTo,
		network.edgeLengthM,
		network.edgeSpeedKmh,
		network.edgeWays,
		network.shapeStart,
		network.shapeLatitudeE7,
		network.shapeLongitudeE7
	];
}

function padded(byteLength: number): number {
	return Math.ceil(byteLength / 4) * 4;
}
