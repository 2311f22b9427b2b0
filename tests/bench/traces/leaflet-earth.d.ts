declare module 'leaflet/src/geo/crs/CRS.Earth.js' {
	interface LatLng {
		lat: number;
		lng: number;
	}
	export const Earth: { distance(from: LatLng, to: LatLng): number };
}
