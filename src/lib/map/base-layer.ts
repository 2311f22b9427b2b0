import { GridLayer, type Coords } from 'leaflet';
import { clipRing, isTouching, type Box, type Line } from './clip.ts';
import { metricGrid } from './metric-grid.ts';
import type { WorldOutline } from './world-outline.ts';

/** Colours of the sheet, as the theme has them. */
export interface SheetColours {
	water: string;
	land: string;
	grid: string;
	label: string;
}

/** From here on the finer coast is worth its size. */
export const FINE_COAST_ZOOM = 6;
/** Nearer than this even that coast is streets off, so water fades: a road never runs through the sea. */
const COAST_FADES_FROM_ZOOM = 11;
const COAST_GONE_AT_ZOOM = 14;
/** From here on a grid gives the sheet its measure. */
const GRID_FROM_ZOOM = 6;
/** Lines are drawn this far past the edge, so that no seam shows between tiles. */
const BLEED_PX = 8;

/** What lies under a route when no regional map is installed: land, water, borders and a metric grid. */
export class BaseLayer extends GridLayer {
	#world: WorldOutline | null = null;
	#coasts: Line[] | null = null;
	#colours: SheetColours;
	/** The grid is true to size here; it moves only when the person goes far north or south. */
	#gridLatitude = 56;

	constructor(colours: SheetColours) {
		super({ attribution: 'Natural Earth', keepBuffer: 3 });
		this.#colours = colours;
	}

	/** Draws again with what changed. */
	show(change: {
		world?: WorldOutline;
		coasts?: Line[];
		colours?: SheetColours;
		gridLatitude?: number;
	}): void {
		this.#world = change.world ?? this.#world;
		this.#coasts = change.coasts ?? this.#coasts;
		this.#colours = change.colours ?? this.#colours;
		this.#gridLatitude = change.gridLatitude ?? this.#gridLatitude;
		this.redraw();
	}

	protected override createTile(coords: Coords): HTMLElement {
		const canvas = document.createElement('canvas');
		const sizePx = this.getTileSize().x;
		const density = Math.min(3, window.devicePixelRatio || 1);
		canvas.width = canvas.height = Math.round(sizePx * density);
		const context = canvas.getContext('2d');
		if (!context) return canvas;
		context.scale(canvas.width / sizePx, canvas.height / sizePx);
		this.#draw(context, coords, sizePx);
		return canvas;
	}

	#draw(context: CanvasRenderingContext2D, { x, y, z }: Coords, sizePx: number): void {
		const { water, land, grid, label } = this.#colours;
		const count = 2 ** z;
		// East of the antimeridian the world begins again.
		const column = ((x % count) + count) % count;
		const bleed = BLEED_PX / sizePx;
		const box: Box = {
			left: (column - bleed) / count,
			top: (y - bleed) / count,
			right: (column + 1 + bleed) / count,
			bottom: (y + 1 + bleed) / count
		};
		const toTile = { scale: count * sizePx, left: column / count, top: y / count };
		const fade = (COAST_GONE_AT_ZOOM - z) / (COAST_GONE_AT_ZOOM - COAST_FADES_FROM_ZOOM);
		const rings = (z >= FINE_COAST_ZOOM ? this.#coasts : null) ?? this.#world?.land;
		const strength = Math.max(0, Math.min(1, fade));

		context.fillStyle = land;
		context.fillRect(0, 0, sizePx, sizePx);
		if (rings && strength > 0) {
			context.globalAlpha = strength;
			context.fillStyle = water;
			context.fillRect(0, 0, sizePx, sizePx);
			context.globalAlpha = 1;
			const coast = pathOf(rings, box, toTile);
			context.fillStyle = land;
			context.fill(coast, 'evenodd');
			context.strokeStyle = label;
			context.lineJoin = 'round';
			context.lineWidth = 1;
			context.globalAlpha = 0.22 * strength;
			context.stroke(coast);
			context.globalAlpha = 0.3 * strength;
			context.setLineDash([5, 4]);
			context.stroke(bordersOf(this.#world?.borders ?? [], box, toTile));
			context.setLineDash([]);
		}
		if (z >= GRID_FROM_ZOOM) {
			context.strokeStyle = grid;
			this.#drawGrid(context, toTile, sizePx);
		}
		context.globalAlpha = 1;
	}

	#drawGrid(context: CanvasRenderingContext2D, toTile: ToTile, sizePx: number): void {
		const { step, origin, strongEvery } = metricGrid(this.#gridLatitude, toTile.scale);
		const stepPx = step * toTile.scale;
		for (const axis of [0, 1] as const) {
			const startPx = (origin[axis] - (axis === 0 ? toTile.left : toTile.top)) * toTile.scale;
			const first = Math.ceil((-BLEED_PX - startPx) / stepPx);
			for (let n = first; startPx + n * stepPx <= sizePx + BLEED_PX; n += 1) {
				const isStrong = n % strongEvery === 0;
				const at = startPx + n * stepPx;
				context.globalAlpha = isStrong ? 1 : 0.7;
				context.lineWidth = isStrong ? 1.75 : 1;
				context.beginPath();
				context.moveTo(axis === 0 ? at : 0, axis === 0 ? 0 : at);
				context.lineTo(axis === 0 ? at : sizePx, axis === 0 ? sizePx : at);
				context.stroke();
			}
		}
	}
}

/** From the square of Web Mercator to pixels of a tile. */
interface ToTile {
	scale: number;
	left: number;
	top: number;
}

function pathOf(rings: readonly Line[], box: Box, { scale, left, top }: ToTile): Path2D {
	const path = new Path2D();
	for (const ring of rings) {
		if (!isTouching(ring, box)) continue;
		const points = clipRing(ring.points, box);
		for (let index = 0; index < points.length; index += 2) {
			const x = (points[index]! - left) * scale;
			const y = (points[index + 1]! - top) * scale;
			if (index === 0) path.moveTo(x, y);
			else path.lineTo(x, y);
		}
		if (points.length > 0) path.closePath();
	}
	return path;
}

function bordersOf(borders: readonly Line[], box: Box, { scale, left, top }: ToTile): Path2D {
	const path = new Path2D();
	for (const border of borders) {
		if (!isTouching(border, box)) continue;
		const { points } = border;
		for (let index = 2; index < points.length; index += 2) {
			const [fromX, fromY] = [points[index - 2]!, points[index - 1]!];
			const [x, y] = [points[index]!, points[index + 1]!];
			const piece = {
				left: Math.min(fromX, x),
				right: Math.max(fromX, x),
				top: Math.min(fromY, y),
				bottom: Math.max(fromY, y)
			};
			if (!isTouching(piece, box)) continue;
			path.moveTo((fromX - left) * scale, (fromY - top) * scale);
			path.lineTo((x - left) * scale, (y - top) * scale);
		}
	}
	return path;
}
