import { geodesicM } from './geodesic.ts';
import { areLegsOf } from './mileage/distance-source.ts';
import { wayMark, type EndPoint } from './mileage/way.ts';
import type { RouteBody, RouteGap } from './route.ts';
import type { MileageBody } from './transaction.ts';
import type { Position } from './trip.ts';

/** A place the person keeps to themselves. */
export interface Home {
	/** Stable: it decides where the circle lies around the home. */
	id: string;
	latitude: number;
	longitude: number;
	/** How far around it lines end, as the person chose: see `HOME_RADII_M`. */
	radiusM: number;
}

/**
 * No line of a route is drawn nearer to a home than this share of the chosen radius at least, inside a circle of that
 * radius whose middle is not the home: ends of many trips must not point to it.
 */
const LEAST_AWAY = 0.4;
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

/**
 * A drive as others may see it: a point that was read or put on the map beside a home becomes that place of the person's
 * own book, whose position never travels. Legs that were measured for the way stay measured for it.
 */
export function withoutHomePoints(drive: MileageBody, homes: readonly Home[]): MileageBody {
	const hidden = (point: EndPoint | null): EndPoint | null => {
		if (point === null || 'placeId' in point) return point;
		const { latitude, longitude } = point;
		const home = homes.find((one) => isInside([latitude, longitude], circleAround(one)));
		return home ? { kind: 'own-place', placeId: home.id } : point;
	};
	const shown = {
		...drive,
		fromPoint: hidden(drive.fromPoint),
		toPoint: hidden(drive.toPoint),
		vias: drive.vias.map((via) => ({ ...via, point: hidden(via.point) }))
	};
	return areLegsOf(drive.legs, drive.wayMark, drive)
		? { ...shown, wayMark: wayMark(shown) }
		: shown;
}

interface Line {
	stretches: Position[][];
	gaps: RouteGap[];
	isCut: boolean;
}

function withoutStart(
	stretches: readonly Position[][],
	gaps: readonly RouteGap[],
	circles: readonly Circle[]
): Line {
	const first = stretches[0]?.[0];
	const circle = first && circles.find((one) => isInside(first, one));
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

interface Circle {
	middle: Position;
	radiusM: number;
}

/** Its middle is moved from the home by up to what keeps `LEAST_AWAY` around it, always the same way. */
function circleAround({ id, latitude, longitude, radiusM }: Home): Circle {
	const seed = hashOf(id);
	const angle = ((seed % 3600) / 3600) * 2 * Math.PI;
	const awayM = (0.3 + (0.7 * ((seed >>> 12) % 1000)) / 1000) * radiusM * (1 - LEAST_AWAY);
	const perLongitude = METRES_PER_DEGREE * Math.max(0.01, Math.cos((latitude * Math.PI) / 180));
	return {
		middle: [
			latitude + (awayM * Math.sin(angle)) / METRES_PER_DEGREE,
			longitude + (awayM * Math.cos(angle)) / perLongitude
		],
		radiusM
	};
}

/** FNV-1a; spreads ids that look alike. */
function hashOf(text: string): number {
	let hash = 0x811c9dc5;
	for (let at = 0; at < text.length; at += 1) {
		hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
	}
	return hash >>> 0;
}

function edgeBetween(inside: Position, outside: Position, circle: Circle): Position {
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

function isInside([latitude, longitude]: Position, { middle, radiusM }: Circle): boolean {
	return geodesicM(latitude, longitude, middle[0], middle[1]) < radiusM;
}

function reversed(stretches: readonly Position[][]): Position[][] {
	return stretches.map((stretch) => [...stretch].reverse()).reverse();
}
