import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geodesicM, longitudeStep, metresPerDegree } from '@outlay/domain/geodesic';
import { routeStretches, simplifyLine } from '@outlay/domain/route-line';
import type { PathPoint } from '@outlay/domain/trace-distance';
import type { Position } from '@outlay/domain/trip';

/** Metres from a position to the nearest piece of a line, on the plane around it. */
function awayM(position: Position, line: readonly Position[]): number {
	const perDegree = metresPerDegree(position[0]);
	const plane = line.map(([latitude, longitude]) => [
		longitudeStep(position[1], longitude) * perDegree.longitude,
		(latitude - position[0]) * perDegree.latitude
	]);
	let nearestM = Infinity;
	for (let index = 1; index < plane.length; index += 1) {
		const [x, y] = plane[index - 1] as [number, number];
		const [toX, toY] = plane[index] as [number, number];
		const lengthSq = (toX - x) ** 2 + (toY - y) ** 2;
		const share =
			lengthSq === 0 ? 0 : Math.max(0, Math.min(1, -(x * (toX - x) + y * (toY - y)) / lengthSq));
		nearestM = Math.min(nearestM, Math.hypot(x + share * (toX - x), y + share * (toY - y)));
	}
	return nearestM;
}

describe('simplifyLine', () => {
	it('keeps first and last, only positions that were there, and stays within the tolerance', () => {
		const position = fc.tuple(
			fc.double({ min: 55, max: 55.02, noNaN: true }),
			fc.double({ min: 10, max: 10.02, noNaN: true })
		);
		fc.assert(
			fc.property(fc.array(position, { minLength: 2, maxLength: 120 }), (positions) => {
				const line = simplifyLine(positions, 50);
				expect(line[0]).toEqual(positions[0]);
				expect(line.at(-1)).toEqual(positions.at(-1));
				let at = 0;
				for (const kept of line) {
					at = positions.indexOf(kept, at);
					expect(at).toBeGreaterThanOrEqual(0);
				}
				for (const each of positions) expect(awayM(each, line)).toBeLessThan(50.1);
			})
		);
	});

	it('leaves a straight road as two positions, also over the antimeridian', () => {
		const road: Position[] = Array.from({ length: 500 }, (_, index) => {
			const longitude = 179.99 + index * 5e-5;
			return [0, longitude > 180 ? longitude - 360 : longitude];
		});
		expect(simplifyLine(road, 8)).toEqual([road[0], road.at(-1)]);
	});

	it('gives short lines back as they are', () => {
		expect(simplifyLine([])).toEqual([]);
		expect(simplifyLine([[55, 10]])).toEqual([[55, 10]]);
	});

	it('takes a day of fixes in which every other one must stay', () => {
		const zigzag: Position[] = Array.from({ length: 86_400 }, (_, index) => [
			55 + index * 1e-5,
			10 + (index % 2) * 0.001
		]);
		expect(simplifyLine(zigzag, 8).length).toBeGreaterThan(80_000);
	});
});

describe('routeStretches', () => {
	const path: PathPoint[] = [
		[0, 55.1234567, 10.7654321],
		[1000, 55.124, 10.766],
		[61_000, 55.13, 10.77],
		[62_000, 55.131, 10.78]
	];

	it('splits at gaps and rounds to 5 decimals, without times', () => {
		expect(routeStretches(path, [{ fromMs: 1000, toMs: 61_000, straightM: 700 }])).toEqual([
			[
				[55.12346, 10.76543],
				[55.124, 10.766]
			],
			[
				[55.13, 10.77],
				[55.131, 10.78]
			]
		]);
	});

	it('is empty for an empty path', () => {
		expect(routeStretches([], [])).toEqual([]);
	});

	it('rounds by less than a metre and a half', () => {
		const [[start] = []] = routeStretches(path, []);
		expect(geodesicM(start![0], start![1], path[0]![1], path[0]![2])).toBeLessThan(1.5);
	});

	it('never gives a stretch more positions than a route document takes', () => {
		const zigzag: PathPoint[] = Array.from({ length: 24_000 }, (_, index) => [
			index * 1000,
			55 + index * 1e-4,
			10 + (index % 2) * 0.0003
		]);
		const [stretch] = routeStretches(zigzag, []);
		expect(stretch!.length).toBeLessThanOrEqual(20_000);
		expect(stretch!.length).toBeGreaterThan(1);
	});
});
