import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, GeometryObject, Polygon, Topology } from 'topojson-specification';
import type { Line } from './clip.ts';
import { toSquare } from './mercator.ts';

/** Natural Earth on the square of Web Mercator; chunks of the app, so no address outside is ever asked. */
export interface WorldOutline {
	/** Closed rings of land, lakes as rings of their own: filled even-odd. */
	land: Line[];
	borders: Line[];
}

let world: Promise<WorldOutline> | null = null;
let coasts: Promise<Line[]> | null = null;

/** Land and borders for maps of countries (1:50 million). */
export function loadWorld(): Promise<WorldOutline> {
	world ??= readWorld().catch((error: unknown) => {
		world = null;
		throw error;
	});
	return world;
}

/** Land for maps of a region (1:10 million), a few hundred metres off; larger, so only when the person looks closer. */
export function loadCoasts(): Promise<Line[]> {
	coasts ??= readCoasts().catch((error: unknown) => {
		coasts = null;
		throw error;
	});
	return coasts;
}

async function readWorld(): Promise<WorldOutline> {
	const { default: topology } = await import('world-atlas/countries-50m.json');
	const { countries, land } = topology.objects;
	const borders = mesh(topology, countries, (a, b) => a !== b);
	return {
		land: await ringsOf(topology, land),
		borders: borders.coordinates.flatMap((positions) => projectLine(positions))
	};
}

async function readCoasts(): Promise<Line[]> {
	const { default: topology } = await import('world-atlas/land-10m.json');
	return ringsOf(topology, topology.objects.land);
}

/** How long it may work before the screen gets its turn. */
const TURN_MS = 8;

/** 400,000 positions take a slow phone half a second, so the work is done in turns. */
async function ringsOf(topology: Topology, land: GeometryCollection): Promise<Line[]> {
	const rings: Line[] = [];
	let turnEndsAtMs = performance.now() + TURN_MS;
	for (const polygon of land.geometries.flatMap(polygonsOf)) {
		rings.push(...feature(topology, polygon).geometry.coordinates.flatMap(projectRing));
		if (performance.now() < turnEndsAtMs) continue;
		await new Promise((resolve) => setTimeout(resolve));
		turnEndsAtMs = performance.now() + TURN_MS;
	}
	return rings;
}

function polygonsOf(geometry: GeometryObject): Polygon[] {
	if (geometry.type === 'Polygon') return [geometry];
	if (geometry.type !== 'MultiPolygon') return [];
	return geometry.arcs.map((arcs) => ({ type: 'Polygon', arcs }));
}

/** A ring over the antimeridian is drawn twice, once at each edge; one round the South Pole goes down to the edge. */
export function projectRing(positions: readonly number[][]): Line[] {
	const points = unrolled(positions);
	const turns = Math.round((points.at(-2) ?? 0) - (points[0] ?? 0));
	if (turns !== 0) points.push(points.at(-2)!, 1, points[0]!, 1);
	return copiesOf(points);
}

function projectLine(positions: readonly number[][]): Line[] {
	return copiesOf(unrolled(positions));
}

/** On the square, x running past its edge instead of jumping to the other. */
function unrolled(positions: readonly number[][]): number[] {
	const points: number[] = [];
	let beforeX: number | undefined;
	for (const [longitude = 0, latitude = 0] of positions) {
		const [squareX, y] = toSquare(latitude, longitude);
		const x = squareX + Math.round((beforeX ?? squareX) - squareX);
		points.push(x, y);
		beforeX = x;
	}
	return points;
}

function copiesOf(points: readonly number[]): Line[] {
	const line = lineOf(points, 0);
	const copies = [line];
	if (line.left < 0) copies.push(lineOf(points, 1));
	if (line.right > 1) copies.push(lineOf(points, -1));
	return copies;
}

function lineOf(points: readonly number[], shift: number): Line {
	const line = {
		points: Float64Array.from(points, (figure, index) =>
			index % 2 === 0 ? figure + shift : figure
		),
		left: Infinity,
		top: Infinity,
		right: -Infinity,
		bottom: -Infinity
	};
	for (let index = 0; index < line.points.length; index += 2) {
		const x = line.points[index]!;
		const y = line.points[index + 1]!;
		line.left = Math.min(line.left, x);
		line.right = Math.max(line.right, x);
		line.top = Math.min(line.top, y);
		line.bottom = Math.max(line.bottom, y);
	}
	return line;
}
