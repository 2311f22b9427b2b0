import { squareWidthM, toSquare } from './mercator.ts';

/** Squares of 1, 2 or 5 times a power of ten metres, with every fifth or tenth line stronger. */
export interface MetricGrid {
	stepM: number;
	/** Between two lines, on the square of Web Mercator. */
	step: number;
	/** A crossing of two strong lines. */
	origin: [x: number, y: number];
	/** Every so many lines one is strong. */
	strongEvery: number;
}

/** Smaller squares than this would only be noise. */
const MIN_STEP_PX = 56;

/**
 * A grid that is true to size at a latitude, for a sheet with few places on it. Elsewhere on the screen its squares
 * differ by what Web Mercator stretches: nothing to speak of at street level.
 */
export function metricGrid(latitude: number, worldPx: number): MetricGrid {
	const widthM = squareWidthM(latitude);
	const stepM = roundStepM((MIN_STEP_PX / worldPx) * widthM);
	return {
		stepM,
		step: stepM / widthM,
		origin: toSquare(latitude, 0),
		strongEvery: String(stepM).startsWith('2') ? 5 : String(stepM).startsWith('5') ? 2 : 10
	};
}

/** The next of 1, 2, 5, 10, 20 … metres. */
export function roundStepM(atLeastM: number): number {
	const power = 10 ** Math.floor(Math.log10(Math.max(1, atLeastM)));
	return [1, 2, 5, 10].map((figure) => figure * power).find((stepM) => stepM >= atLeastM) ?? power;
}
