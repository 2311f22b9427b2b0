import { geodesicM } from './geodesic.ts';
import type { RouteBody, RouteGap } from './route.ts';
import type { Position } from './trip.ts';

/** A place the person keeps to themselves. */
export interface Home {
	/** Stable: it decides where the circle lies around the home. */
	id: string;
	latitude: number;
	longitude: number;
}

/** No line of a route is drawn nearer to a home than this at least, … */
const LEAST_AWAY_M = 200;
/** … inside a circle of this size, whose middle is not the home: ends of many trips must not point to it. */
const CIRCLE_M = 500;
const METRES_PER_DEGREE = 111_320;
/** Halvings of a line of kilometres until the edge is known to a metre. */
const HALVINGS = 16;

/**
 * A route whose line begins or ends at the edge of a circle around a home, where it began or ended inside one. Distance,
 * times and interval stay as they are. A route that never leaves the circle has no line.
 */
export function blurHome(route: RouteBody, homes: readonly Home[]): RouteBody {
	const circles = homes.map(circleAround);
	const start = withoutStart(route.stretches, route.gaps, circles);
	const turned = withoutStart(reversed(start.stretches), [...start.gaps].reverse(), circles);
	return {
		...route,
		stretches: reversed(turned.stretches),
		gaps: [...turned.gaps].reverse(),
		isStartBlurred: start.isCut,
		isEndBlurred: turned.isCut
	};
}

interface Line {
	stretches: Position[][];
	gaps: RouteGap[];
	isCut: boolean;
}

function withoutStart(
	stretches: readonly Position[][],
	gaps: readonly RouteGap[],
	circles: readonly Position[]
): Line {
	const first = stretches[0]?.[0];
	const circle = first && circles.find((middle) => isInside(first, middle));
	if (!circle) return { stretches: [...stretches], gaps: [...gaps], isCut: false };
	for (const [n, stretch] of stretches.entries()) {
		const outside = stretch.findIndex((position) => !isInside(position, circle));
		if (outside === -1) continue;
		const rest = stretch.slice(outside);
		const before = stretch[outside - 1];
		const edge = before ? [edgeBetween(before, rest[0]!, circle)] : [];
		return {
			stretches: [[...edge, ...rest], ...stretches.slice(n + 1)],
			gaps: gaps.slice(n),
			isCut: true
		};
	}
	return { stretches: [], gaps: [], isCut: true };
}

/** The middle of the circle: moved from the home by up to what keeps `LEAST_AWAY_M` around it, always the same way. */
function circleAround({ id, latitude, longitude }: Home): Position {
	const seed = hashOf(id);
	const angle = ((seed % 3600) / 3600) * 2 * Math.PI;
	const awayM = (0.3 + (0.7 * ((seed >>> 12) % 1000)) / 1000) * (CIRCLE_M - LEAST_AWAY_M);
	const perLongitude = METRES_PER_DEGREE * Math.max(0.01, Math.cos((latitude * Math.PI) / 180));
	return [
		latitude + (awayM * Math.sin(angle)) / METRES_PER_DEGREE,
		longitude + (awayM * Math.cos(angle)) / perLongitude
	];
}

/** FNV-1a; spreads ids that look alike. */
function hashOf(text: string): number {
	let hash = 0x811c9dc5;
	for (let at = 0; at < text.length; at += 1) {
		hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
	}
	return hash >>> 0;
}

function edgeBetween(inside: Position, outside: Position, circle: Position): Position {
	let [low, high] = [0, 1];
	const at = (share: number): Position => [
		inside[0] + (outside[0] - inside[0]) * share,
		inside[1] + (outside[1] - inside[1]) * share
	];
	for (let n = 0; n < HALVINGS; n += 1) {
		const share = (low + high) / 2;
		if (isInside(at(share), circle)) low = share;
		else high = share;
	}
	return at(high).map((degrees) => Math.round(degrees * 1e5) / 1e5) as Position;
}

function isInside([latitude, longitude]: Position, circle: Position): boolean {
	return geodesicM(latitude, longitude, circle[0], circle[1]) < CIRCLE_M;
}

function reversed(stretches: readonly Position[][]): Position[][] {
	return stretches.map((stretch) => [...stretch].reverse()).reverse();
}
