import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { routeOf } from '@outlay/domain/driven-route';
import { geodesicM } from '@outlay/domain/geodesic';
import { blurHome } from '@outlay/domain/home-blur';
import { measureTrace } from '@outlay/domain/trace-distance';
import type { Position } from '@outlay/domain/trip';
import { aTripBody } from '../../support/documents.ts';

const home = { id: 'home-1', latitude: 55.4, longitude: 10.4 };
const gap = { fromMs: 1000, toMs: 61_000, straightM: 900 };

/** A line north from the home, a point each 111 m. */
const north = (from: number, to: number): Position[] =>
	Array.from({ length: to - from }, (_, n) => [55.4 + (from + n) * 0.001, 10.4]);

function aRoute(stretches: Position[][]) {
	const gaps = stretches.slice(1).map((_, n) => ({ ...gap, fromMs: 1000 + n, toMs: 61_000 + n }));
	return routeOf('trip:w:1', aTripBody(), { ...measureTrace([]), gaps, stretches });
}

const away = ([latitude, longitude]: Position) =>
	geodesicM(latitude, longitude, home.latitude, home.longitude);

describe('a home is kept to oneself', () => {
	test('the line begins and ends at least 200 m from it; figures stay', () => {
		const there = aRoute([[...north(0, 30), ...north(0, 30).reverse()]]);
		const blurred = blurHome(there, [home]);
		expect(blurred).toMatchObject({ isStartBlurred: true, isEndBlurred: true });
		for (const position of blurred.stretches.flat()) {
			expect(away(position)).toBeGreaterThan(199);
		}
		expect(away(blurred.stretches[0]![0]!)).toBeLessThan(801);
		expect({ ...blurred, stretches: 0, isStartBlurred: 0, isEndBlurred: 0 }).toEqual({
			...there,
			stretches: 0,
			isStartBlurred: 0,
			isEndBlurred: 0
		});
	});

	test('only ends are cut: driving by a home tells nothing', () => {
		const by = aRoute([[...north(-30, 30)]]);
		expect(blurHome(by, [home])).toEqual(by);
		expect(blurHome(by, [])).toEqual(by);
	});

	test('whole stretches near home go with the gap behind them', () => {
		const route = aRoute([north(0, 2), north(2, 3), north(12, 20)]);
		const blurred = blurHome(route, [home]);
		expect(blurred.stretches).toEqual([north(12, 20)]);
		expect(blurred.gaps).toEqual([]);
		expect(blurred).toMatchObject({ isStartBlurred: true, isEndBlurred: false });
		expect(blurHome(aRoute([north(0, 2)]), [home]).stretches).toEqual([]);
	});

	test('the edge says little of where in the circle the home is, and is the same each day', () => {
		const first = blurHome(aRoute([north(0, 30)]), [home]).stretches[0]![0]!;
		expect(blurHome(aRoute([north(0, 30)]), [home]).stretches[0]![0]).toEqual(first);
		const others = Array.from({ length: 40 }, (_, n) =>
			away(blurHome(aRoute([north(0, 30)]), [{ ...home, id: `place-${n}` }]).stretches[0]![0]!)
		);
		expect(Math.max(...others) - Math.min(...others)).toBeGreaterThan(250);
	});

	test('wherever the home is and however the line goes, no end is near it, and gaps fit stretches', () => {
		const place = fc.record({
			latitude: fc.double({ min: -80, max: 80, noNaN: true }),
			longitude: fc.double({ min: -170, max: 170, noNaN: true })
		});
		const steps = fc.array(
			fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
			{
				minLength: 1,
				maxLength: 30
			}
		);
		fc.assert(
			fc.property(
				place,
				fc.array(steps, { minLength: 1, maxLength: 4 }),
				fc.string(),
				(at, walks, id) => {
					let { latitude, longitude } = at;
					const stretches = walks.map((walk) =>
						walk.map(([n, e]): Position => {
							latitude += n * 0.0005;
							longitude += e * 0.0005;
							return [latitude, longitude];
						})
					);
					const blurred = blurHome(aRoute(stretches), [{ id, ...at }]);
					if (blurred.stretches.length > 0) {
						expect(blurred.gaps).toHaveLength(blurred.stretches.length - 1);
					}
					const ends = [
						[blurred.isStartBlurred, blurred.stretches[0]?.[0]],
						[blurred.isEndBlurred, blurred.stretches.at(-1)?.at(-1)]
					] as const;
					for (const [isBlurred, end] of ends) {
						if (isBlurred && end) {
							expect(geodesicM(...end, at.latitude, at.longitude)).toBeGreaterThan(195);
						}
					}
				}
			)
		);
	});
});
