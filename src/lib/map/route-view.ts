import {
	control,
	latLngBounds,
	map as createMap,
	tileLayer,
	type LatLngTuple,
	type LeafletMouseEvent,
	type Map,
	type TileLayer
} from 'leaflet';
import 'leaflet/dist/leaflet.css';
import type { Position } from '@outlay/domain/trip';
import { BaseLayer, FINE_COAST_ZOOM, type SheetColours } from './base-layer.ts';
import { createGapChips, type GapChip } from './gap-chips.ts';
import { createPlaceLabels } from './place-labels.ts';
import { RegionLayer } from './region-layer.ts';
import type { RegionColours } from './region-paint.ts';
import { RegionTiles, type RegionMap } from './region-tiles.ts';
import { createRouteParts, unroll, type DrawnRoute } from './route-parts.ts';
import { loadCoasts, loadWorld } from './world-outline.ts';

export interface RouteViewOptions {
	/** False for a picture of a route: it can't be moved and lets the page scroll. */
	isInteractive: boolean;
	/** The person took hold of the map. */
	onhold: () => void;
	/** The person pressed a place. */
	onpress: (position: Position) => void;
}

/** The map behind `RouteMap.svelte`; loaded when a map is first seen, with Leaflet. */
export interface RouteView {
	/** `part`: what to look at when the person has not chosen; empty for all of the route. */
	draw(route: DrawnRoute, isFollowing: boolean, part?: readonly Position[]): void;
	zoomBy(steps: 1 | -1): void;
	/** What lies in the middle. */
	middle(): Position;
	/** Draws with the maps of these regions; ones that can't be read are passed over. */
	showRegions(maps: readonly RegionMap[]): void;
	/** Draws with the company's online map pictures beneath, or without; `credit` names whose they are. */
	showOnlineTiles(credit: string | null): void;
	destroy(): void;
}

/** Before there is anything to show: the Nordic countries. */
const START_VIEW: { centre: LatLngTuple; zoom: number } = { centre: [61, 14], zoom: 4 };
const FOLLOW_ZOOM = 15;
const MAX_FIT_ZOOM = 16;
const FIT_PADDING_PX = 32;
const CREDIT_PX = 24;

export function createRouteView(container: HTMLElement, options: RouteViewOptions): RouteView {
	const { isInteractive } = options;
	const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
	const map = createMap(container, {
		zoomControl: false,
		attributionControl: false,
		fadeAnimation: false,
		zoomAnimation: !isCalm,
		inertia: !isCalm,
		minZoom: 3,
		maxZoom: 18,
		zoomSnap: 0.5,
		worldCopyJump: false,
		dragging: isInteractive,
		keyboard: isInteractive,
		scrollWheelZoom: isInteractive,
		doubleClickZoom: isInteractive,
		boxZoom: isInteractive,
		touchZoom: isInteractive
	}).setView(START_VIEW.centre, START_VIEW.zoom);
	control.attribution({ prefix: false, position: 'bottomleft' }).addTo(map);
	control.scale({ imperial: false, position: 'bottomleft' }).addTo(map);
	// What is drawn is told in words by the page.
	map.getPane('mapPane')?.setAttribute('aria-hidden', 'true');

	const base = new BaseLayer(coloursOf(container)).addTo(map);
	const parts = createRouteParts();
	parts.layer.addTo(map);
	const gapChips = createGapChips();
	gapChips.layer.addTo(map);
	let chips: readonly GapChip[] = [];
	map.on('moveend zoomend', () => gapChips.write(map, chips));
	let drawn: { route: DrawnRoute; isFollowing: boolean; part: readonly Position[] } | null = null;
	/** The person chose what to look at: new positions no longer move the map, unless it follows. */
	let isHeld = false;
	let isDestroyed = false;

	function look(animate: boolean): void {
		const { x: widthPx, y: heightPx } = map.getSize();
		if (!drawn || widthPx === 0 || heightPx === 0) return;
		const { route, isFollowing, part } = drawn;
		if (isFollowing && route.live) {
			const zoom = isHeld ? map.getZoom() : Math.max(map.getZoom(), FOLLOW_ZOOM);
			map.setView(route.live.position, zoom, { animate });
		} else if (!isHeld) {
			const places = unroll(part.length > 0 ? [part] : route.stretches).flat();
			if (route.live) places.push(route.live.position);
			if (places.length === 0) return;
			const padding = Math.min(FIT_PADDING_PX, widthPx / 6, heightPx / 6);
			map.fitBounds(latLngBounds(places), {
				paddingTopLeft: [padding, padding],
				// Scale and credit stand at the bottom.
				paddingBottomRight: [padding, padding + Math.min(CREDIT_PX, heightPx / 12)],
				maxZoom: MAX_FIT_ZOOM,
				animate: false
			});
		}
		measureGrid();
	}

	/** The grid stays true to size when the person goes elsewhere. */
	let gridLatitude = Number.NaN;
	function measureGrid(): void {
		const { lat } = map.getCenter();
		if (Math.abs(lat - gridLatitude) < 0.5) return;
		gridLatitude = lat;
		base.show({ gridLatitude });
	}

	function hold(): void {
		isHeld = true;
		options.onhold();
	}
	map.on('dragstart', hold);
	map.on('click', ({ latlng }: LeafletMouseEvent) => {
		const { lat, lng } = latlng.wrap();
		// What is being put on the map stays where it is pressed.
		isHeld = true;
		options.onpress([lat, lng]);
	});
	map.on('moveend', measureGrid);
	let isZooming = false;
	map.on('zoomanim', () => (isZooming = true));
	map.on('zoomend', () => (isZooming = false));
	const keepZoom = () => {
		isHeld = true;
	};
	const pressed = ({ key }: KeyboardEvent) => {
		if (key.startsWith('Arrow')) hold();
		else if ('+-=_'.includes(key)) keepZoom();
	};
	container.addEventListener('wheel', keepZoom, { passive: true });
	container.addEventListener('dblclick', keepZoom);
	container.addEventListener('keydown', pressed);

	let regions: RegionLayer | null = null;
	let online: TileLayer | null = null;
	/** Regions are opened one set after another: only the newest set is shown. */
	let regionSet = 0;
	const labels = createPlaceLabels();
	labels.layer.addTo(map);
	let isWriting = false;
	/** Tiles come one by one; the names are written once a frame. */
	const writeLabels = () => {
		if (isWriting) return;
		isWriting = true;
		requestAnimationFrame(() => {
			isWriting = false;
			if (!isDestroyed) labels.write(map, regions?.placesAt(Math.round(map.getZoom())) ?? []);
		});
	};
	map.on('moveend zoomend', writeLabels);

	const resizes = new ResizeObserver(() => {
		map.invalidateSize({ pan: false, animate: false });
		look(false);
	});
	resizes.observe(container);

	const recolour = () => {
		base.show({ colours: coloursOf(container) });
		regions?.recolour(regionColoursOf(container));
	};
	const themes = new MutationObserver(recolour);
	themes.observe(document.documentElement, { attributeFilter: ['data-theme', 'class'] });
	const darkness = matchMedia('(prefers-color-scheme: dark)');
	darkness.addEventListener('change', recolour);

	/** What isn't on this device yet stays away: the route stands on the plain sheet. */
	function loadInto<T>(loading: Promise<T>, show: (loaded: T) => void): void {
		loading.then(
			(loaded) => {
				if (!isDestroyed) show(loaded);
			},
			() => undefined
		);
	}
	loadInto(loadWorld(), (world) => base.show({ world }));
	let hasCoasts = false;
	function lookCloser(): void {
		if (hasCoasts || map.getZoom() < FINE_COAST_ZOOM) return;
		hasCoasts = true;
		loadInto(loadCoasts(), (coasts) => base.show({ coasts }));
	}
	map.on('zoomend', lookCloser);

	return {
		draw(route, isFollowing, part = []) {
			// Asked to follow, the map may move again.
			if (isFollowing && drawn && !drawn.isFollowing) isHeld = false;
			drawn = { route, isFollowing, part };
			chips = parts.draw(route);
			look(!isCalm);
			gapChips.write(map, chips);
		},
		middle() {
			const { lat, lng } = map.getCenter().wrap();
			return [lat, lng];
		},
		zoomBy(steps) {
			isHeld = true;
			zoomWhole(map, steps, !isCalm);
		},
		showRegions(maps) {
			const set = (regionSet += 1);
			void Promise.all(maps.map((one) => RegionTiles.open(one))).then((opened) => {
				if (isDestroyed || set !== regionSet) return;
				regions?.remove();
				const readable = opened.filter((one) => one !== null);
				regions =
					readable.length === 0
						? null
						: new RegionLayer(readable, regionColoursOf(container), writeLabels).addTo(map);
				writeLabels();
			});
		},
		showOnlineTiles(credit) {
			online?.remove();
			online =
				credit === null
					? null
					: tileLayer('/_outlay/tiles/{z}/{x}/{y}', { attribution: credit, zIndex: 0 }).addTo(map);
			// What is kept on the device lies above.
			regions?.bringToFront();
		},
		destroy() {
			isDestroyed = true;
			resizes.disconnect();
			themes.disconnect();
			darkness.removeEventListener('change', recolour);
			// Leaflet ends a zoom by a timer of its own and throws when the map is gone by then.
			map.off();
			if (isZooming) map.once('moveend', () => map.remove());
			else map.remove();
		}
	};
}

/** A fitted map may stand between two steps; a press goes to the next whole one. */
function zoomWhole(map: Map, steps: 1 | -1, animate: boolean): void {
	const zoom = map.getZoom();
	map.setZoom(steps > 0 ? Math.floor(zoom) + 1 : Math.ceil(zoom) - 1, { animate });
}

function coloursOf(element: HTMLElement): SheetColours {
	const colour = colourReader(element);
	return {
		water: colour('water'),
		land: colour('land'),
		grid: colour('grid'),
		label: colour('label')
	};
}

function regionColoursOf(element: HTMLElement): RegionColours {
	const colour = colourReader(element);
	return {
		water: colour('water'),
		land: colour('land'),
		wood: colour('wood'),
		town: colour('town'),
		road: colour('road'),
		motorway: colour('motorway'),
		label: colour('label')
	};
}

function colourReader(element: HTMLElement): (name: string) => string {
	const styles = getComputedStyle(element);
	return (name) => styles.getPropertyValue(`--o-map-${name}`).trim();
}
