import { divIcon, layerGroup, marker, type LatLngTuple, type LayerGroup, type Map } from 'leaflet';
import { LabelRoom, labelOf } from './label-room.ts';

/** Words at a gap of a route. */
export interface GapChip {
	words: string;
	at: LatLngTuple;
	/** Of two that would touch, the heavier one stays. */
	weight: number;
}

export interface GapChips {
	readonly layer: LayerGroup;
	/** Writes what fits into the present view, each on the side of its gap where there is room. */
	write(map: Map, chips: readonly GapChip[]): void;
}

const CHARACTER_PX = 7;
const PADDING_PX = 20;
const HEIGHT_PX = 28;
/** From the gap to its words, as the style sheet has it. */
const OFFSET_PX = 12;

export function createGapChips(): GapChips {
	const layer = layerGroup();
	return {
		layer,
		write(map, chips) {
			layer.clearLayers();
			const widthPx = map.getSize().x;
			const room = new LabelRoom();
			for (const { words, at } of [...chips].sort((a, b) => b.weight - a.weight)) {
				const { x, y } = map.latLngToContainerPoint(at);
				const lengthPx = words.length * CHARACTER_PX + PADDING_PX;
				const isLeft = x + OFFSET_PX + lengthPx > widthPx;
				const left = isLeft ? x - OFFSET_PX - lengthPx : x + OFFSET_PX;
				const bottom = y - OFFSET_PX;
				const box = { left, right: left + lengthPx, top: bottom - HEIGHT_PX, bottom };
				if (!room.take(box)) continue;
				layer.addLayer(
					marker(at, {
						interactive: false,
						keyboard: false,
						icon: divIcon({
							className: `route-gap-words${isLeft ? ' is-left' : ''}`,
							html: labelOf(words),
							iconSize: [0, 0]
						})
					})
				);
			}
		}
	};
}
