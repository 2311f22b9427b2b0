import type { Journey } from '@outlay/domain/per-diem/claim';
import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { describe, expect, test } from 'vitest';
import { SHIPPED, aClaim, aWorkplace } from '../../support/per-diem-claims.ts';

const amounts = (found: ReturnType<typeof perDiem>) =>
	found.ok ? found.value.lines.map(({ amountMinor }) => amountMinor) : found.refusal;

describe('Finland', () => {
	// kirjanpitopalvelumiettinen.fi for 2024: over 6 hours 24, over 10 hours 51, 2 and 6 hours after whole days.
	test.each([
		['2024-05-06T14:00', 'per_diem.too_short'],
		['2024-05-06T14:01', [2_400]],
		['2024-05-06T18:00', [2_400]],
		['2024-05-06T18:01', [5_100]],
		['2024-05-07T09:59', [5_100, 0]],
		['2024-05-07T10:00', [5_100, 2_400]],
		['2024-05-07T14:00', [5_100, 2_400]],
		['2024-05-07T14:01', [5_100, 5_100]]
	])('from 08:00 until %s', (to, expected) => {
		const found = amounts(perDiem(aClaim('FI', '2024-05-06T08:00', to), SHIPPED));
		expect(found).toMatchObject(typeof expected === 'string' ? { code: expected } : expected);
	});

	test('two free meals halve a full per diem, one a partial', () => {
		const claim = (meals: ('breakfast' | 'lunch' | 'dinner')[]) =>
			aClaim('FI', '2024-05-06T08:00', '2024-05-07T11:00', {
				days: [
					{ day: 1, freeMeals: meals },
					{ day: 2, freeMeals: meals }
				]
			});
		expect(amounts(perDiem(claim(['lunch']), SHIPPED))).toEqual([5_100, 1_200]);
		expect(perDiem(claim(['lunch', 'dinner']), SHIPPED)).toMatchObject({
			ok: true,
			value: {
				taxFreeMinor: 2_550 + 1_200,
				notPayableMinor: 2_550 + 1_200,
				hoursAre: 'elapsed',
				verified: false
			}
		});
	});

	test('over 15 km from where it began and over 5 km from both', () => {
		const at = (change: object) =>
			perDiem(
				aClaim('FI', '2024-05-06T08:00', '2024-05-06T20:00', { workplace: aWorkplace(change) }),
				SHIPPED
			);
		const tooNear = { ok: false, refusal: { code: 'per_diem.too_near' } };
		expect(at({ distanceFromHomeM: 15_000 })).toMatchObject(tooNear);
		expect(at({ distanceFromWorkplaceM: 5_000 })).toMatchObject(tooNear);
		expect(at({ distanceFromHomeM: 15_001, distanceFromWorkplaceM: 5_001 })).toMatchObject({
			ok: true
		});
		expect(at({ distanceFromHomeM: null })).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.distance_missing' }
		});
	});

	test('a night needs four hours between 21 and 07, and no paid lodging', () => {
		const night = (from: string, to: string, lodging: 'allowance' | 'receipts' = 'allowance') =>
			amounts(perDiem(aClaim('FI', from, to, { days: [{ day: 1, lodging }] }), SHIPPED));
		expect(night('2024-05-06T14:00', '2024-05-07T01:00')).toEqual([5_100, 1_600]);
		expect(night('2024-05-06T14:00', '2024-05-07T00:59')).toMatchObject({
			code: 'per_diem.night_where_none_is'
		});
		expect(night('2024-05-06T14:00', '2024-05-07T08:00', 'receipts')).toEqual([5_100]);
		// The early morning belongs to the night before.
		expect(night('2024-05-06T02:00', '2024-05-06T13:00')).toEqual([5_100, 1_600]);
	});

	describe('abroad', () => {
		const journey = (arrivals: Journey['arrivals'], to: string): Journey => ({
			departure: { at: '2026-05-04T08:00', timeZone: 'Europe/Helsinki', country: 'FI' },
			arrivals,
			return: { at: to, timeZone: 'Europe/Helsinki' }
		});
		const stockholm = {
			at: '2026-05-04T08:00',
			timeZone: 'Europe/Stockholm',
			country: 'SE',
			place: null
		};
		const copenhagen = {
			at: '2026-05-05T06:30',
			timeZone: 'Europe/Copenhagen',
			country: 'DK',
			place: null
		};
		const home = (at: string) => ({ at, timeZone: 'Europe/Helsinki', country: 'FI', place: null });
		const paid = (arrivals: Journey['arrivals'], to: string) =>
			amounts(perDiem({ ...aClaim('FI', '', ''), journey: journey(arrivals, to) }, SHIPPED));

		// taloushallintoliitto.fi for 2026: SE 70, DK 82, GB 84, London 89.
		test('each travel day pays the country it ends in, by arrivals in local time', () => {
			// Copenhagen at 06:30 is 07:30 in Helsinki, before the first 24 hours end at 08:00.
			expect(paid([stockholm, copenhagen, home('2026-05-06T10:00')], '2026-05-06T10:30')).toEqual([
				8_200, 8_200, 4_100
			]);
			// An hour later the first travel day ends in Sweden.
			expect(
				paid(
					[stockholm, { ...copenhagen, at: '2026-05-05T07:30' }, home('2026-05-06T19:00')],
					'2026-05-06T19:00'
				)
			).toEqual([7_000, 8_200, 8_200]);
		});

		test('a place with a rate of its own goes before its country', () => {
			const at = { at: '2026-05-04T12:00', timeZone: 'Europe/London', country: 'GB' };
			const until = '2026-05-05T09:00';
			expect(paid([{ ...at, place: 'GB-LONDON' }], until)).toEqual([8_900, 0]);
			expect(paid([{ ...at, place: 'GB-LEEDS' }], until)).toEqual([8_400, 0]);
		});

		test('ten hours or less pay as at home; a country without a rate is missing', () => {
			expect(paid([stockholm, home('2026-05-04T17:00')], '2026-05-04T18:00')).toEqual([2_500]);
			expect(paid([stockholm, home('2026-05-04T17:00')], '2026-05-04T18:01')).toEqual([7_000]);
			expect(paid([{ ...stockholm, country: 'IT' }], '2026-05-05T08:00')).toMatchObject({
				code: 'rate.missing',
				values: { country: 'FI', kind: 'per-diem.abroad', place: 'IT' }
			});
		});
	});

	test('a meal allowance pays one or two meals where no per diem is due, and only there', () => {
		const claim = (to: string, boughtMeals: ('lunch' | 'dinner')[]) =>
			aClaim('FI', '2024-05-06T08:00', to, {
				food: 'meal-allowance',
				days: [{ day: 1, boughtMeals }]
			});
		expect(amounts(perDiem(claim('2024-05-06T14:00', ['lunch']), SHIPPED))).toEqual([1_275]);
		expect(amounts(perDiem(claim('2024-05-06T14:00', ['lunch', 'dinner']), SHIPPED))).toEqual([
			2_550
		]);
		expect(amounts(perDiem(claim('2024-05-06T14:00', []), SHIPPED))).toMatchObject({
			code: 'per_diem.meals_missing'
		});
		expect(amounts(perDiem(claim('2024-05-06T15:00', ['lunch']), SHIPPED))).toMatchObject({
			code: 'per_diem.per_diem_instead'
		});
	});
});

test('the night ends at seven: four hours before it are a night away, a minute less is none', () => {
	const leaving = (at: string) =>
		perDiem(
			aClaim('FI', `2024-05-06T${at}`, '2024-05-06T20:00', {
				days: [{ day: 1, lodging: 'allowance' }]
			}),
			SHIPPED
		);
	expect(leaving('03:00').ok).toBe(true);
	expect(leaving('03:01')).toMatchObject({ refusal: { code: 'per_diem.night_where_none_is' } });
});
