import type { VectorTile, VectorTileFeature, VectorTileLayer } from '@mapbox/vector-tile';

/** Colours of a regional map, as the theme has them. */
export interface RegionColours {
	water: string;
	land: string;
	wood: string;
	town: string;
	road: string;
	motorway: string;
	label: string;
}

/** From the tile's own units to pixels of the canvas: `px = unit * scale - offset`. */
export interface TileFrame {
	sizePx: number;
	scale: number;
	offsetXPx: number;
	offsetYPx: number;
	/** The zoom that is drawn, which may be finer than the tile's. */
	zoom: number;
}

const AREA = 3;
const LINE = 2;

interface RoadLook {
	/** Names in `kind` and `kind_detail`, as Protomaps' basemap schema and its relatives have them. */
	kinds: ReadonlySet<string>;
	fromZoom: number;
	/** Width in pixels at zoom 12 and at zoom 16; in between and beyond it grows evenly. */
	widthPx: readonly [at12: number, at16: number];
	colour: 'road' | 'motorway' | 'label';
	opacity: number;
	dash?: readonly number[];
	hasCase: boolean;
}

/** From the least to the greatest, so that the greatest lie on top. */
const ROADS: readonly RoadLook[] = [
	{
		kinds: new Set(['rail']),
		fromZoom: 11,
		widthPx: [1, 2],
		colour: 'label',
		opacity: 0.35,
		dash: [6, 4],
		hasCase: false
	},
	{
		kinds: new Set(['path', 'footway', 'cycleway', 'track', 'steps', 'pedestrian']),
		fromZoom: 14,
		widthPx: [0.5, 1.5],
		colour: 'label',
		opacity: 0.28,
		dash: [3, 3],
		hasCase: false
	},
	{
		kinds: new Set(['minor_road', 'service', 'residential', 'unclassified', 'living_street']),
		fromZoom: 12,
		widthPx: [0.8, 6],
		colour: 'road',
		opacity: 1,
		hasCase: true
	},
	{
		kinds: new Set(['medium_road', 'tertiary', 'tertiary_link']),
		fromZoom: 10,
		widthPx: [1.8, 8],
		colour: 'road',
		opacity: 1,
		hasCase: true
	},
	{
		kinds: new Set([
			'major_road',
			'secondary',
			'primary',
			'trunk',
			'secondary_link',
			'primary_link'
		]),
		fromZoom: 7,
		widthPx: [3, 10],
		colour: 'road',
		opacity: 1,
		hasCase: true
	},
	{
		kinds: new Set(['highway', 'motorway', 'motorway_link']),
		fromZoom: 6,
		widthPx: [4, 12],
		colour: 'motorway',
		opacity: 1,
		hasCase: true
	}
];

const WOODS = new Set([
	'forest',
	'wood',
	'park',
	'nature_reserve',
	'national_park',
	'orchard',
	'vineyard',
	'meadow',
	'grassland',
	'farmland',
	'scrub',
	'cemetery',
	'golf_course',
	'pitch',
	'village_green'
]);
const FAINT_GREENS = new Set(['meadow', 'grassland', 'farmland', 'scrub', 'vineyard', 'orchard']);
const TOWNS = new Set([
	'residential',
	'urban_area',
	'commercial',
	'industrial',
	'retail',
	'hospital',
	'school',
	'university',
	'railway'
]);

/** Paints land, woods, towns, water, buildings and roads of a tile; labels are drawn by themselves. */
export function paintRegionTile(
	context: CanvasRenderingContext2D,
	tile: VectorTile,
	colours: RegionColours,
	frame: TileFrame
): void {
	context.fillStyle = colours.land;
	context.fillRect(0, 0, frame.sizePx, frame.sizePx);
	context.lineJoin = context.lineCap = 'round';
	for (const name of ['landcover', 'landuse']) {
		eachFeature(tile.layers[name], (feature, kind) => {
			if (feature.type !== AREA) return;
			const isWood = WOODS.has(kind);
			if (!isWood && !TOWNS.has(kind)) return;
			context.globalAlpha = FAINT_GREENS.has(kind) ? 0.45 : 1;
			fill(context, feature, isWood ? colours.wood : colours.town, frame);
		});
	}
	context.globalAlpha = 1;
	eachFeature(tile.layers['water'], (feature) => {
		if (feature.type === AREA) fill(context, feature, colours.water, frame);
		else if (feature.type === LINE) {
			stroke(context, [feature], colours.water, widthAt(frame.zoom, [1.2, 4]), frame);
		}
	});
	if (frame.zoom >= 14) {
		eachFeature(tile.layers['buildings'], (feature) => {
			if (feature.type === AREA) fill(context, feature, colours.town, frame);
		});
	}
	paintRoads(context, tile.layers['roads'] ?? tile.layers['transportation'], colours, frame);
	paintBorders(context, tile.layers['boundaries'], colours, frame);
}

function paintRoads(
	context: CanvasRenderingContext2D,
	layer: VectorTileLayer | undefined,
	colours: RegionColours,
	frame: TileFrame
): void {
	const byLook = new Map<RoadLook, VectorTileFeature[]>();
	eachFeature(layer, (feature, kind, detail) => {
		if (feature.type !== LINE) return;
		const look =
			ROADS.find(({ kinds }) => kinds.has(detail)) ?? ROADS.find(({ kinds }) => kinds.has(kind));
		if (look === undefined || frame.zoom < look.fromZoom) return;
		const list = byLook.get(look);
		if (list === undefined) byLook.set(look, [feature]);
		else list.push(feature);
	});
	// All cases first: where two roads meet, the crossing stays open.
	for (const look of ROADS) {
		const features = byLook.get(look);
		if (features === undefined || !look.hasCase) continue;
		context.globalAlpha = 0.3;
		stroke(context, features, colours.label, widthAt(frame.zoom, look.widthPx) + 1.5, frame);
	}
	for (const look of ROADS) {
		const features = byLook.get(look);
		if (features === undefined) continue;
		context.globalAlpha = look.opacity;
		context.setLineDash(look.dash ? [...look.dash] : []);
		context.lineCap = look.dash ? 'butt' : 'round';
		stroke(context, features, colours[look.colour], widthAt(frame.zoom, look.widthPx), frame);
	}
	context.setLineDash([]);
	context.lineCap = 'round';
	context.globalAlpha = 1;
}

function paintBorders(
	context: CanvasRenderingContext2D,
	layer: VectorTileLayer | undefined,
	colours: RegionColours,
	frame: TileFrame
): void {
	const borders: VectorTileFeature[] = [];
	eachFeature(layer, (feature, kind) => {
		if (feature.type === LINE && kind === 'country') borders.push(feature);
	});
	context.globalAlpha = 0.4;
	context.setLineDash([5, 4]);
	stroke(context, borders, colours.label, 1.2, frame);
	context.setLineDash([]);
	context.globalAlpha = 1;
}

/** `kind` and `kind_detail` of Protomaps' schema; OpenMapTiles and Shortbread call the first `class` or `kind`. */
export function kindOf(feature: VectorTileFeature): { kind: string; detail: string } {
	const text = (name: string) => {
		const value = feature.properties[name];
		return typeof value === 'string' ? value : '';
	};
	return { kind: text('kind') || text('class'), detail: text('kind_detail') || text('subclass') };
}

function eachFeature(
	layer: VectorTileLayer | undefined,
	visit: (feature: VectorTileFeature, kind: string, detail: string) => void
): void {
	for (let index = 0; index < (layer?.length ?? 0); index += 1) {
		const feature = layer!.feature(index);
		const { kind, detail } = kindOf(feature);
		visit(feature, kind, detail);
	}
}

function fill(
	context: CanvasRenderingContext2D,
	feature: VectorTileFeature,
	colour: string,
	frame: TileFrame
): void {
	context.fillStyle = colour;
	context.beginPath();
	trace(context, feature, frame, true);
	context.fill('evenodd');
}

function stroke(
	context: CanvasRenderingContext2D,
	features: readonly VectorTileFeature[],
	colour: string,
	widthPx: number,
	frame: TileFrame
): void {
	context.strokeStyle = colour;
	context.lineWidth = widthPx;
	context.beginPath();
	for (const feature of features) trace(context, feature, frame, false);
	context.stroke();
}

function trace(
	context: CanvasRenderingContext2D,
	feature: VectorTileFeature,
	{ scale, offsetXPx, offsetYPx }: TileFrame,
	isClosed: boolean
): void {
	for (const ring of feature.loadGeometry()) {
		ring.forEach(({ x, y }, index) => {
			const px = x * scale - offsetXPx;
			const py = y * scale - offsetYPx;
			if (index === 0) context.moveTo(px, py);
			else context.lineTo(px, py);
		});
		if (isClosed) context.closePath();
	}
}

function widthAt(zoom: number, [at12, at16]: readonly [number, number]): number {
	const width = at12 * (at16 / at12) ** ((zoom - 12) / 4);
	return Math.max(0.5, Math.min(width, at16 * 1.6));
}
