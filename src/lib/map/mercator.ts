/** A place on the square of Web Mercator: x and y from 0 (north-west) to 1. */
export type SquarePoint = [x: number, y: number];

/** Where Web Mercator's square ends. */
const MAX_LATITUDE = 85.0511287798;
const EQUATOR_M = 2 * Math.PI * 6_378_137;

export function toSquare(latitude: number, longitude: number): SquarePoint {
	const bounded = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude));
	const sin = Math.sin((bounded * Math.PI) / 180);
	return [longitude / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

/** Metres that the whole square is wide at a latitude: how long a metre is drawn depends on where it lies. */
export function squareWidthM(latitude: number): number {
	return EQUATOR_M * Math.cos((latitude * Math.PI) / 180);
}
