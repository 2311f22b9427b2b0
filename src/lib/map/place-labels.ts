import { divIcon, layerGroup, marker, type LayerGroup, type Map } from 'leaflet';
import { LabelRoom, labelOf } from './label-room.ts';
import type { NamedPlace } from './region-places.ts';

const CHARACTER_PX = 7;
const LINE_PX = 22;
const MOST_LABELS = 60;

export interface PlaceLabels {
	readonly layer: LayerGroup;
	/** Writes what fits into the present view; of two names that would touch, the greater place's stays. */
	write(map: Map, places: readonly NamedPlace[]): void;
}

export function createPlaceLabels(): PlaceLabels {
	const layer = layerGroup();
	return {
		layer,
		write(map, places) {
			layer.clearLayers();
			const zoom = map.getZoom();
			const view = map.getBounds();
			const room = new LabelRoom();
			const wanted = places
				.filter(
					({ fromZoom, latitude, longitude }) =>
						fromZoom <= zoom && view.contains([latitude, longitude])
				)
				.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
			for (const { name, latitude, longitude, rank } of wanted) {
				if (room.takenCount >= MOST_LABELS) break;
				const { x, y } = map.latLngToContainerPoint([latitude, longitude]);
				const half = (name.length * CHARACTER_PX) / 2 + 4;
				const box = {
					left: x - half,
					right: x + half,
					top: y - LINE_PX / 2,
					bottom: y + LINE_PX / 2
				};
				if (!room.take(box)) continue;
				layer.addLayer(
					marker([latitude, longitude], {
						icon: divIcon({
							className: `place-label${rank <= 2 ? ' place-label-great' : ''}`,
							html: labelOf(name),
							iconSize: [0, 0]
						}),
						interactive: false,
						keyboard: false,
						zIndexOffset: -1000
					})
				);
			}
		}
	};
}
