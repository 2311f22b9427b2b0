import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { routeOf } from '@outlay/domain/driven-route';
import { geodesicM } from '@outlay/domain/geodesic';
import { blurHome, withoutHomePoints } from '@outlay/domain/home-blur';
import { areLegsOf } from '@outlay/domain/mileage/distance-source';
import { wayMark } from '@outlay/domain/mileage/way';
import { measureTrace } from '@outlay/domain/trace-distance';
import type { Position } from '@outlay/domain/trip';
import { aMileage, aTripBody } from '../../support/documents.ts';

const home = { id: 'home-1', latitude: 55.4, longitude: 10.4, radiusM: 500 };
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

	test.each([250, 1000, 2000])('the person chooses how far: %d m', (radiusM) => {
		const there = aRoute([north(0, 60)]);
		const [start] = blurHome(there, [{ ...home, radiusM }]).stretches[0]!;
		expect(away(start!)).toBeGreaterThan(0.4 * radiusM - 1);
		expect(away(start!)).toBeLessThan(1.6 * radiusM + 1);
		const pinned = aMileage({
			fromPoint: { kind: 'pin', latitude: 55.4 + (0.35 * radiusM) / 111_320, longitude: 10.4 }
		});
		expect(withoutHomePoints(pinned, [{ ...home, radiusM }]).fromPoint).toEqual({
			kind: 'own-place',
			placeId: home.id
		});
		expect(withoutHomePoints(pinned, [{ ...home, radiusM: radiusM / 10 }])).toEqual(pinned);
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
					const blurred = blurHome(aRoute(stretches), [{ id, ...at, radiusM: 500 }]);
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

describe('a typed drive', () => {
	const beside = { kind: 'here', latitude: 55.4004, longitude: 10.4003 } as const;
	const yard = { kind: 'pin', latitude: 55.49, longitude: 9.47 } as const;
	const book = { kind: 'company-place', placeId: 'quay' } as const;
	const drive = aMileage({
		...{ fromPoint: beside, toPoint: yard, isReturn: true },
		vias: [
			{ id: 'a', name: 'Quay', point: book },
			{ id: 'b', name: 'Lunch', point: beside },
			{ id: 'c', name: 'Nowhere', point: null }
		]
	});

	test('names the home where a point was beside it, and keeps the other points', () => {
		const shown = withoutHomePoints(drive, [home]);
		const named = { kind: 'own-place', placeId: home.id };
		expect(shown.fromPoint).toEqual(named);
		expect(shown.toPoint).toEqual(yard);
		expect(shown.vias.map(({ point }) => point)).toEqual([book, named, null]);
		expect(JSON.stringify(shown)).not.toContain('55.4004');
		expect(withoutHomePoints(drive, [])).toEqual(drive);
	});

	test('keeps legs that were measured for its places, and none that were not', () => {
		const legs = Array.from({ length: 8 }, () => ({
			distanceM: 9_000,
			source: 'road-network' as const
		}));
		const measured = withoutHomePoints({ ...drive, legs, wayMark: wayMark(drive) }, [home]);
		expect(areLegsOf(measured.legs, measured.wayMark, measured)).toBe(true);
		const outdated = withoutHomePoints({ ...drive, legs, wayMark: 'outdated' }, [home]);
		expect(areLegsOf(outdated.legs, outdated.wayMark, outdated)).toBe(false);
	});
});
