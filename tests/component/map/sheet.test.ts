import { describe, expect, it } from 'vitest';
import { clipRing } from '#lib/map/clip.ts';
import { squareWidthM, toSquare } from '#lib/map/mercator.ts';
import { metricGrid, roundStepM } from '#lib/map/metric-grid.ts';
import { unroll } from '#lib/map/route-parts.ts';
import { loadCoasts, loadWorld, projectRing } from '#lib/map/world-outline.ts';

describe('clipRing', () => {
	const box = { left: 0, top: 0, right: 10, bottom: 10 };

	it('keeps what is inside and cuts at the edges', () => {
		expect([...Array.from(clipRing([2, 2, 8, 2, 8, 8, 2, 8], box))]).toEqual([
			2, 2, 8, 2, 8, 8, 2, 8
		]);
		const area = (points: ArrayLike<number>) => {
			let sum = 0;
			for (let index = 0; index < points.length; index += 2) {
				const next = (index + 2) % points.length;
				sum += points[index]! * points[next + 1]! - points[next]! * points[index + 1]!;
			}
			return Math.abs(sum) / 2;
		};
		expect(area(clipRing([5, 5, 15, 5, 15, 15, 5, 15], box))).toBe(25);
		expect(area(clipRing([-100, -100, 100, -100, 100, 100, -100, 100], box))).toBe(100);
		expect(clipRing([20, 20, 30, 20, 30, 30], box)).toHaveLength(0);
	});
});

describe('metricGrid', () => {
	it('takes steps of 1, 2 or 5', () => {
		expect([0.3, 1, 1.2, 3, 7, 18, 30, 70, 4000].map(roundStepM)).toEqual([
			1, 1, 2, 5, 10, 20, 50, 100, 5000
		]);
	});

	it('is true to size where the person is', () => {
		for (const zoom of [8, 12, 16]) {
			const worldPx = 256 * 2 ** zoom;
			const { stepM, step } = metricGrid(57, worldPx);
			expect(step * squareWidthM(57)).toBeCloseTo(stepM, 6);
			expect(step * worldPx).toBeGreaterThanOrEqual(56);
			expect(step * worldPx).toBeLessThan(56 * 2.6);
		}
	});
});

describe('projectRing', () => {
	it('draws what lies over the antimeridian at both edges', () => {
		const ring = projectRing([
			[170, 10],
			[-170, 10],
			[-170, -10],
			[170, -10],
			[170, 10]
		]);
		expect(ring.map(({ left, right }) => [left, right].map((x) => Math.round(x * 36)))).toEqual([
			[35, 37],
			[-1, 1]
		]);
	});

	it('closes a ring round the South Pole along the edge', () => {
		const ring = projectRing([
			[-180, -70],
			[-90, -70],
			[0, -70],
			[90, -70],
			[180, -70]
		]);
		expect(ring[0]!.bottom).toBe(1);
		expect(ring[0]!.left).toBe(0);
		expect(ring[0]!.right).toBe(1);
	});
});

describe('the world', () => {
	/** Even-odd, as it is filled. */
	function isLand(
		rings: Awaited<ReturnType<typeof loadCoasts>>,
		latitude: number,
		longitude: number
	) {
		const [x, y] = toSquare(latitude, longitude);
		let isInside = false;
		for (const { points } of rings) {
			for (let index = 0; index < points.length; index += 2) {
				const next = (index + 2) % points.length;
				const [fromX, fromY] = [points[index]!, points[index + 1]!];
				const [toX, toY] = [points[next]!, points[next + 1]!];
				const isCrossing = fromY > y !== toY > y;
				if (isCrossing && x < fromX + ((y - fromY) / (toY - fromY)) * (toX - fromX)) {
					isInside = !isInside;
				}
			}
		}
		return isInside;
	}

	it('has land and water where they are, in both sizes', { timeout: 60_000 }, async () => {
		for (const rings of [(await loadWorld()).land, await loadCoasts()]) {
			expect(isLand(rings, 55.33, 10.4), 'Funen').toBe(true);
			expect(isLand(rings, 56.5, 4), 'North Sea').toBe(false);
			expect(isLand(rings, 67.5, -178), 'Chukotka, east of the antimeridian').toBe(true);
			expect(isLand(rings, -80, 100), 'Antarctica').toBe(true);
			expect(isLand(rings, 75, 0), 'Greenland Sea').toBe(false);
		}
	});
});

describe('unroll', () => {
	it('goes on past 180° instead of back round the world', () => {
		expect(
			unroll([
				[
					[-17, 179.9],
					[-17, -179.9]
				],
				[],
				[[-17, -179.8]]
			]).map((stretch) => stretch.map(([, longitude]) => Math.round(longitude * 10) / 10))
		).toEqual([[179.9, 180.1], [180.2]]);
	});
});
