import fc from 'fast-check';
import geographiclib from 'geographiclib-geodesic';
import { describe, expect, it } from 'vitest';
import { geodesicM, longitudeStep, metresPerDegree } from '@outlay/domain/geodesic';

const karney = geographiclib.Geodesic.WGS84;

/** Karney's own arithmetic is good to a few nanometres. */
const KARNEY_M = 5e-9;

function fromKarney(latitude: number, longitude: number, azimuth: number, stepM: number) {
	const end = karney.Direct(latitude, longitude, azimuth, stepM);
	const toLongitude = ((end.lon2! + 540) % 360) - 180;
	const exactM = karney.Inverse(latitude, longitude, end.lat2!, toLongitude).s12!;
	return { exactM, ourM: geodesicM(latitude, longitude, end.lat2!, toLongitude) };
}

const degrees = (size: number) => fc.double({ min: -size, max: size, noNaN: true });

describe('geodesicM', () => {
	it('agrees with Karney within 1e-9 below 1 km, everywhere', () => {
		fc.assert(
			fc.property(
				degrees(90),
				degrees(180),
				degrees(180),
				fc.double({ min: 0, max: 1000, noNaN: true }),
				(latitude, longitude, azimuth, stepM) => {
					const { exactM, ourM } = fromKarney(latitude, longitude, azimuth, stepM);
					expect(Math.abs(ourM - exactM)).toBeLessThanOrEqual(exactM * 1e-9 + KARNEY_M);
				}
			),
			{ numRuns: 3000 }
		);
	});

	it('agrees within 1e-6 over the length of a long gap', () => {
		fc.assert(
			fc.property(
				degrees(90),
				degrees(180),
				degrees(180),
				fc.double({ min: 1000, max: 2_000_000, noNaN: true }),
				(latitude, longitude, azimuth, stepM) => {
					const { exactM, ourM } = fromKarney(latitude, longitude, azimuth, stepM);
					expect(Math.abs(ourM / exactM - 1)).toBeLessThan(1e-6);
				}
			),
			{ numRuns: 1000 }
		);
	});

	it('is the same both ways, zero for one place, and never NaN', () => {
		fc.assert(
			fc.property(
				degrees(90),
				degrees(180),
				degrees(90),
				degrees(180),
				(latitude, longitude, toLatitude, toLongitude) => {
					const there = geodesicM(latitude, longitude, toLatitude, toLongitude);
					const back = geodesicM(toLatitude, toLongitude, latitude, longitude);
					expect(there).toBeGreaterThanOrEqual(0);
					// On the far side of the Earth the arc sine leaves half the digits.
					expect(Math.abs(there - back)).toBeLessThanOrEqual(there * 1e-7);
					expect(geodesicM(latitude, longitude, latitude, longitude)).toBe(0);
				}
			)
		);
	});

	it.each([
		['across the antimeridian', [-17, 179.9999, -17, -179.9999]],
		['over the north pole', [89.9999, 0, 89.9999, 180]],
		['beside the south pole', [-89.99999, -170, -89.99999, 170]],
		['on the antimeridian written twice', [60, 180, 60, -180]]
	] as const)('is exact %s', (_, [latitude, longitude, toLatitude, toLongitude]) => {
		const exactM = karney.Inverse(latitude, longitude, toLatitude, toLongitude).s12!;
		expect(Math.abs(geodesicM(latitude, longitude, toLatitude, toLongitude) - exactM)).toBeLessThan(
			exactM * 1e-9 + KARNEY_M
		);
	});
});

describe('metresPerDegree', () => {
	it('is the slope of geodesicM', () => {
		for (const latitude of [-80, -33, 0, 12, 57.7, 71]) {
			const perDegree = metresPerDegree(latitude);
			expect(geodesicM(latitude - 5e-5, 10, latitude + 5e-5, 10) / 1e-4).toBeCloseTo(
				perDegree.latitude,
				2
			);
			expect(geodesicM(latitude, 10, latitude, 10.0001) / 1e-4).toBeCloseTo(perDegree.longitude, 2);
		}
	});
});

describe('longitudeStep', () => {
	it('takes the shorter way round', () => {
		expect(longitudeStep(179, -179)).toBe(2);
		expect(longitudeStep(-179, 179)).toBe(-2);
		expect(longitudeStep(10, 12)).toBe(2);
	});
});
