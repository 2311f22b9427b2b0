import type { VectorTile } from '@mapbox/vector-tile';
import { kindOf } from './region-paint.ts';

/** Somewhere with a name to write on the map. */
export interface NamedPlace {
	name: string;
	latitude: number;
	longitude: number;
	/** 0 for the greatest; the smaller give way. */
	rank: number;
	/** The least zoom at which it is worth its room. */
	fromZoom: number;
}

const RANKS: Readonly<Record<string, { rank: number; fromZoom: number }>> = {
	country: { rank: 0, fromZoom: 4 },
	region: { rank: 1, fromZoom: 6 },
	city: { rank: 1, fromZoom: 6 },
	town: { rank: 2, fromZoom: 8 },
	village: { rank: 3, fromZoom: 11 },
	suburb: { rank: 4, fromZoom: 12 },
	hamlet: { rank: 5, fromZoom: 13 },
	neighbourhood: { rank: 5, fromZoom: 14 },
	locality: { rank: 6, fromZoom: 14 }
};

/** Names in a tile, with their places. `z`, `x` and `y` are the tile's own. */
export function placesIn(tile: VectorTile, z: number, x: number, y: number): NamedPlace[] {
	const layer = tile.layers['places'] ?? tile.layers['place'];
	const places: NamedPlace[] = [];
	for (let index = 0; index < (layer?.length ?? 0); index += 1) {
		const feature = layer!.feature(index);
		const { name } = feature.properties;
		const { kind, detail } = kindOf(feature);
		const known = RANKS[detail] ?? RANKS[kind];
		const [point] = feature.loadGeometry()[0] ?? [];
		if (typeof name !== 'string' || known === undefined || point === undefined) continue;
		// A place in the margin belongs to the neighbouring tile, which has it too.
		if (point.x < 0 || point.y < 0 || point.x >= feature.extent || point.y >= feature.extent)
			continue;
		places.push({
			name,
			...known,
			...toDegrees((x + point.x / feature.extent) / 2 ** z, (y + point.y / feature.extent) / 2 ** z)
		});
	}
	return places;
}

/** From the square of Web Mercator to WGS-84 degrees. */
function toDegrees(squareX: number, squareY: number): { latitude: number; longitude: number } {
	return {
		latitude: (Math.atan(Math.sinh(Math.PI * (1 - 2 * squareY))) * 180) / Math.PI,
		longitude: squareX * 360 - 180
	};
}
