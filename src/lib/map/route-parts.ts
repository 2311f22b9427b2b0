import {
	circle,
	divIcon,
	layerGroup,
	marker,
	polyline,
	type LatLngTuple,
	type LayerGroup
} from 'leaflet';
import type { SpeedPart } from '@outlay/domain/speed-line';
import type { Position } from '@outlay/domain/trip';
import type { GapChip } from './gap-chips.ts';

/** What of a route is drawn; looks come from classes, so that they follow the theme. */
export interface DrawnRoute {
	stretches: readonly (readonly Position[])[];
	/** Words at each gap, one less than stretches; '' where nothing is to be said. */
	gapWords: readonly string[];
	/** How long each gap lasted: of words that would touch, those of the longer gap stay. */
	gapLengthsMs: readonly number[];
	/** What is drawn across each gap between its ends: a way by road, places that were passed, or nothing. */
	gapLines: readonly (readonly Position[])[];
	/** Whether the person said how each gap was driven. */
	areGapsFilled: readonly boolean[];
	/** Places the person put on the map. */
	pins: readonly Position[];
	/** Parts of the line in the colour of their speed, for the driver; empty for the plain line. */
	speeds: readonly SpeedPart[];
	live: { position: Position; accuracyM: number } | null;
	/** A driven route ends in a stop; one that is being recorded doesn't yet. */
	isFinished: boolean;
}

/** Route, gaps, start, stop and the present place on a map. */
export interface RouteParts {
	readonly layer: LayerGroup;
	/** Gives the words that belong to the gaps; where they fit depends on the view. */
	draw(route: DrawnRoute): GapChip[];
}

const CASE_PX = 10;
const LINE_PX = 6;

export function createRouteParts(): RouteParts {
	const plain = { interactive: false, lineCap: 'round', lineJoin: 'round' } as const;
	const cases = polyline([], { ...plain, weight: CASE_PX, className: 'route-case' });
	const line = polyline([], { ...plain, weight: LINE_PX, className: 'route-line' });
	const gaps = polyline([], {
		...plain,
		weight: LINE_PX,
		// A length of nothing with round ends is a dot.
		dashArray: '0.1 12',
		className: 'route-gap'
	});
	const filled = polyline([], {
		...plain,
		weight: LINE_PX,
		dashArray: '10 12',
		className: 'route-filled'
	});
	const accuracy = circle([0, 0], { interactive: false, radius: 0, className: 'route-accuracy' });
	const start = badge('route-start', 20);
	const stop = badge('route-stop', 20);
	const here = badge('route-here', 28);
	const pinned = layerGroup();
	const coloured = layerGroup();
	const layer = layerGroup([cases, gaps, filled, line, coloured, pinned]);
	let shownSpeeds: readonly SpeedPart[] = [];

	function show(part: typeof here | typeof accuracy, at: LatLngTuple | undefined): void {
		if (at) part.setLatLng(at).addTo(layer);
		else layer.removeLayer(part);
	}

	return {
		layer,
		draw(route) {
			const { stretches, gapLines, areGapsFilled, pins, speeds, live, isFinished } = route;
			const unrolled = unroll(stretches);
			const silences = unrolled.slice(1).map((stretch, index): LatLngTuple[] => {
				const from = unrolled[index]!.at(-1)!;
				const between = (gapLines[index] ?? []).map((position) => beside(position, from[1]));
				return [from, ...between, stretch[0]!];
			});
			cases.setLatLngs([...unrolled, ...silences]);
			line.setLatLngs(unrolled.filter((stretch) => stretch.length > 1));
			gaps.setLatLngs(silences.filter((_, index) => areGapsFilled[index] !== true));
			filled.setLatLngs(silences.filter((_, index) => areGapsFilled[index] === true));

			if (speeds !== shownSpeeds) {
				shownSpeeds = speeds;
				coloured.clearLayers();
				for (const part of speeds) {
					const places = part.line.map((position) => beside(position, unrolled[0]?.[0]?.[1]));
					const className = `route-speed route-speed-${part.band}`;
					polyline(places, { ...plain, weight: LINE_PX, className }).addTo(coloured);
				}
			}
			pinned.clearLayers();
			for (const pin of pins) {
				badge('route-pin', 24).setLatLng(beside(pin, unrolled[0]?.[0]?.[1])).addTo(pinned);
			}
			const end = unrolled.at(-1)?.at(-1);
			show(start, unrolled[0]?.[0]);
			show(stop, isFinished ? end : undefined);
			const place = live && beside(live.position, end?.[1]);
			if (live) accuracy.setRadius(live.accuracyM);
			show(accuracy, place ?? undefined);
			show(here, place ?? undefined);
			accuracy.bringToBack();
			return chipsOf(silences, route);
		}
	};
}

function chipsOf(
	silences: readonly (readonly LatLngTuple[])[],
	{ gapWords, gapLengthsMs }: Pick<DrawnRoute, 'gapWords' | 'gapLengthsMs'>
): GapChip[] {
	return silences.flatMap((silence, index): GapChip[] => {
		const words = gapWords[index];
		const [from, to] = [silence[0], silence.at(-1)];
		if (!words || !from || !to) return [];
		return [{ words, at: middle(from, to), weight: gapLengthsMs[index] ?? 0 }];
	});
}

/** Lets longitudes run past 180°, so that a line over the antimeridian doesn't cross the whole map. */
export function unroll(stretches: readonly (readonly Position[])[]): LatLngTuple[][] {
	let before: number | undefined;
	return stretches
		.filter((stretch) => stretch.length > 0)
		.map((stretch) =>
			stretch.map((position): LatLngTuple => {
				const at = beside(position, before);
				before = at[1];
				return at;
			})
		);
}

/** The same place, in the turn of the world nearest to a longitude. */
function beside([latitude, longitude]: Position, before = longitude): LatLngTuple {
	return [latitude, longitude + Math.round((before - longitude) / 360) * 360];
}

function middle(from: LatLngTuple, to: LatLngTuple): LatLngTuple {
	return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
}

function badge(className: string, sizePx: number) {
	return marker([0, 0], {
		interactive: false,
		keyboard: false,
		icon: divIcon({ className, iconSize: [sizePx, sizePx] })
	});
}
