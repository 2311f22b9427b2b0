import type { FoundWay } from '@outlay/domain/regions';
import type { Position } from '@outlay/domain/trip';

/** A routing service the company chose. Positions of its people go there, which is why there is none by default. */
export interface RoutingService {
	kind: 'osrm' | 'valhalla' | 'graphhopper';
	/** Without a slash at the end. */
	url: string;
}

/** It did not answer in time, or not as it should. */
export class RoutingUnavailable extends Error {
	readonly code = 'routing.unavailable';

	constructor(cause?: unknown) {
		super('The routing service gave no usable answer.', { cause });
		this.name = 'RoutingUnavailable';
	}
}

const WITHIN_MS = 8_000;
const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * The ways by car through places, the fastest first; empty when there is none. Throws `RoutingUnavailable`.
 *
 * Speaks OSRM's HTTP API 5 (`/route/v1/driving`), Valhalla's `/route` and GraphHopper's `/route`.
 */
export async function askRouting(
	service: RoutingService,
	places: readonly Position[]
): Promise<FoundWay[]> {
	const question = QUESTIONS[service.kind](service.url, places);
	let answer: unknown;
	try {
		const response = await fetch(question.url, {
			...question.init,
			redirect: 'error',
			signal: AbortSignal.timeout(WITHIN_MS)
		});
		// A place without a road is an answer with a status of its own in all three.
		if (response.status >= 500) throw new RoutingUnavailable();
		answer = JSON.parse(await readText(response));
	} catch (error) {
		throw error instanceof RoutingUnavailable ? error : new RoutingUnavailable(error);
	}
	return READERS[service.kind](answer);
}

const QUESTIONS: Record<
	RoutingService['kind'],
	(url: string, places: readonly Position[]) => { url: string; init?: RequestInit }
> = {
	osrm: (url, places) => ({
		url:
			`${url}/route/v1/driving/${places.map(([latitude, longitude]) => `${longitude},${latitude}`).join(';')}` +
			`?overview=full&geometries=geojson&alternatives=${places.length === 2}`
	}),
	valhalla: (url, places) => ({
		url: `${url}/route`,
		init: {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({
				locations: places.map(([lat, lon]) => ({ lat, lon })),
				costing: 'auto',
				units: 'kilometers',
				directions_type: 'none'
			})
		}
	}),
	graphhopper: (url, places) => ({
		url:
			`${url}/route?profile=car&points_encoded=false&instructions=false&` +
			places.map(([latitude, longitude]) => `point=${latitude},${longitude}`).join('&')
	})
};

const READERS: Record<RoutingService['kind'], (answer: unknown) => FoundWay[]> = {
	osrm: (answer) =>
		listOf(answer, 'routes').map((route) =>
			way(numberIn(route, 'distance'), numberIn(route, 'duration'), pairsIn(route, 'geometry'))
		),
	valhalla(answer) {
		const trip = memberOf(answer, 'trip');
		const summary = memberOf(trip, 'summary');
		if (summary === undefined) return [];
		const line = listOf(trip, 'legs').flatMap((leg) => decodePolyline6(memberOf(leg, 'shape')));
		return [way(numberIn(summary, 'length') * 1000, numberIn(summary, 'time'), line)];
	},
	graphhopper: (answer) =>
		listOf(answer, 'paths').map((path) =>
			way(numberIn(path, 'distance'), numberIn(path, 'time') / 1000, pairsIn(path, 'points'))
		)
};

function way(distanceM: number, durationS: number, line: Position[]): FoundWay {
	if (!(distanceM >= 0 && distanceM < 2e7) || !(durationS >= 0)) throw new RoutingUnavailable();
	return { preference: 'fastest', distanceM, durationS, line };
}

function memberOf(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null
		? (value as Record<string, unknown>)[name]
		: undefined;
}

function listOf(value: unknown, name: string): unknown[] {
	const list = memberOf(value, name);
	return Array.isArray(list) ? list : [];
}

function numberIn(value: unknown, name: string): number {
	const number = memberOf(value, name);
	return typeof number === 'number' ? number : NaN;
}

/** GeoJSON names longitude first. */
function pairsIn(value: unknown, name: string): Position[] {
	return listOf(memberOf(value, name), 'coordinates').flatMap((pair): Position[] => {
		if (!Array.isArray(pair)) return [];
		const [longitude, latitude] = pair as unknown[];
		return typeof longitude === 'number' && typeof latitude === 'number'
			? [[latitude, longitude]]
			: [];
	});
}

/** Google's encoded polyline format with six decimals, as Valhalla writes it. */
function decodePolyline6(text: unknown): Position[] {
	if (typeof text !== 'string') return [];
	const values: number[] = [];
	let value = 0;
	let shift = 0;
	for (const letter of text) {
		const bits = letter.charCodeAt(0) - 63;
		value |= (bits & 31) << shift;
		shift += 5;
		if (bits < 32) {
			values.push(value & 1 ? ~(value >> 1) : value >> 1);
			value = shift = 0;
		}
	}
	const line: Position[] = [];
	let latitude = 0;
	let longitude = 0;
	for (let at = 0; at + 1 < values.length; at += 2) {
		latitude += values[at]!;
		longitude += values[at + 1]!;
		line.push([latitude / 1e6, longitude / 1e6]);
	}
	return line;
}

async function readText(response: Response): Promise<string> {
	const parts: Uint8Array[] = [];
	let byteLength = 0;
	for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
		byteLength += part.byteLength;
		if (byteLength > LONGEST_ANSWER_BYTES) throw new RoutingUnavailable();
		parts.push(part);
	}
	return Buffer.concat(parts).toString('utf8');
}
