import { GridLayer, type Coords, type DoneCallback } from 'leaflet';
import { paintRegionTile, type RegionColours } from './region-paint.ts';
import { placesIn, type NamedPlace } from './region-places.ts';
import type { RegionTiles } from './region-tiles.ts';

const TILE_UNITS = 4096;

/** Streets, water and woods of the regions kept on this device, over the sheet that is in the app. */
export class RegionLayer extends GridLayer {
	readonly #regions: readonly RegionTiles[];
	#colours: RegionColours;
	/** Named places of each tile that was drawn, for the labels above. */
	readonly #places = new Map<string, NamedPlace[]>();
	readonly #onplaces: () => void;

	constructor(regions: readonly RegionTiles[], colours: RegionColours, onplaces: () => void) {
		super({
			attribution: [...new Set(regions.map(({ credit }) => credit))].join(', '),
			keepBuffer: 3,
			className: 'region-tiles'
		});
		this.#regions = regions;
		this.#colours = colours;
		this.#onplaces = onplaces;
		this.on('tileunload', (event) => {
			const { coords } = event as unknown as { coords: Coords };
			this.#places.delete(keyOf(coords));
		});
	}

	recolour(colours: RegionColours): void {
		this.#colours = colours;
		this.redraw();
	}

	/** Places of the tiles that are drawn at a zoom; the same place once. */
	placesAt(zoom: number): NamedPlace[] {
		const found = new Map<string, NamedPlace>();
		for (const [key, places] of this.#places) {
			if (!key.startsWith(`${zoom}/`)) continue;
			for (const place of places) {
				found.set(
					`${place.name} ${place.latitude.toFixed(2)} ${place.longitude.toFixed(2)}`,
					place
				);
			}
		}
		return [...found.values()];
	}

	protected override createTile(coords: Coords, done: DoneCallback): HTMLElement {
		const canvas = document.createElement('canvas');
		const sizePx = this.getTileSize().x;
		const density = Math.min(3, window.devicePixelRatio || 1);
		canvas.width = canvas.height = Math.round(sizePx * density);
		void this.#draw(canvas, coords, sizePx).then(
			() => done(undefined, canvas),
			(error: unknown) => done(error instanceof Error ? error : new Error(String(error)), canvas)
		);
		return canvas;
	}

	async #draw(canvas: HTMLCanvasElement, coords: Coords, sizePx: number): Promise<void> {
		const context = canvas.getContext('2d');
		if (!context) return;
		const count = 2 ** coords.z;
		const x = ((coords.x % count) + count) % count;
		const places: NamedPlace[] = [];
		for (const region of this.#regions) {
			const found = await region.tileAt(coords.z, x, coords.y);
			if (found === null) continue;
			const steps = 2 ** (coords.z - found.zoom);
			context.setTransform(canvas.width / sizePx, 0, 0, canvas.width / sizePx, 0, 0);
			paintRegionTile(context, found.tile, this.#colours, {
				sizePx,
				scale: (sizePx * steps) / TILE_UNITS,
				offsetXPx: (x % steps) * sizePx,
				offsetYPx: (coords.y % steps) * sizePx,
				zoom: coords.z
			});
			places.push(
				...placesIn(found.tile, found.zoom, Math.floor(x / steps), Math.floor(coords.y / steps))
			);
		}
		if (places.length === 0) return;
		this.#places.set(keyOf(coords), places);
		this.#onplaces();
	}
}

function keyOf({ z, x, y }: Coords): string {
	return `${z}/${x}/${y}`;
}
