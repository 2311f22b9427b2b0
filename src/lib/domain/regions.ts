import type { Position } from './trip.ts';

/** A file of a region that the company's server offers for keeping on the device. */
export interface RegionFile {
	/** Address below `/_outlay/regions/`. */
	file: string;
	byteLength: number;
	/** Changes with the content. */
	version: string;
}

/** What a company's server offers beside the map that is in the app. */
export interface RegionOffer {
	regions: { name: string; map: RegionFile | null; roads: RegionFile | null }[];
	/** Whether the server asks a routing service for distances by road. */
	hasRouting: boolean;
	/** Whom to credit for map pictures fetched through the server; null where it offers none. */
	tilesCredit: string | null;
}

/** A way by road, whoever found it. */
export interface FoundWay {
	preference: 'fastest' | 'shortest';
	distanceM: number;
	durationS: number;
	line: Position[];
}

/** The most places a distance is asked for at once: a start, six legs, and the way back. */
export const MOST_PLACES = 14;

/** Two to `MOST_PLACES` positions in WGS-84 degrees out of foreign JSON, or null. */
export function readPlaces(value: unknown): Position[] | null {
	if (!Array.isArray(value) || value.length < 2 || value.length > MOST_PLACES) return null;
	const places: Position[] = [];
	for (const place of value as unknown[]) {
		if (!Array.isArray(place) || place.length !== 2) return null;
		const [latitude, longitude] = place as unknown[];
		if (typeof latitude !== 'number' || !(Math.abs(latitude) <= 90)) return null;
		if (typeof longitude !== 'number' || !(Math.abs(longitude) <= 180)) return null;
		places.push([latitude, longitude]);
	}
	return places;
}
