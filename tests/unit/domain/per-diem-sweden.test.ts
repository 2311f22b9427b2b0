import type { RateTables } from '@outlay/domain/rate-on';
import { USUAL_CHOICES, type Meal } from '@outlay/domain/per-diem/claim';
import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { describe, expect, test } from 'vitest';
import { SHIPPED, aClaim, aWorkplace, withCompanyRate } from '../../support/per-diem-claims.ts';

/** Three whole days by the clock. */
function threeDays(year: string, freeMeals: readonly Meal[] = []) {
	return aClaim('SE', `${year}-05-06T08:00`, `${year}-05-08T19:01`, {
		days: [{ day: 2, freeMeals }]
	});
}
const BREAKFAST_TO_DINNER: Meal[] = ['breakfast', 'lunch', 'dinner'];

/** The shipped table with a country's amounts of kronor abroad, of which none are shipped. */
function withAbroad(place: string, amounts: { day: string; night?: string }): RateTables {
	const row = (kind: string, amount: string) =>
		withCompanyRate({ country: 'SE', kind, place, currency: 'SEK', amount }).company;
	const nights = amounts.night === undefined ? [] : row('per-diem.abroad-night', amounts.night);
	return {
		state: [...SHIPPED.state, ...row('per-diem.abroad', amounts.day), ...nights],
		company: []
	};
}

describe('Sweden', () => {
	// SKV A 2023:14 as quoted by lr-revision.se: 58, 102, 203 and 261 of 290; heypayday.se for 2023: 52 and 91 of 260.
	test.each([
		['2024', ['breakfast'], 58],
		['2024', ['lunch'], 102],
		['2024', ['dinner', 'lunch'], 203],
		['2024', BREAKFAST_TO_DINNER, 261],
		['2023', ['breakfast'], 52],
		['2023', ['dinner'], 91],
		['2026', ['breakfast'], 60],
		['2026', ['lunch'], 105],
		['2026', ['lunch', 'dinner'], 210],
		['2026', BREAKFAST_TO_DINNER, 270]
	] as const)('%s: free %s take %i kronor off the maximum', (year, meals, kronor) => {
		const found = perDiem(threeDays(year, meals), SHIPPED);
		expect(found.ok && found.value.lines[1]?.values['mealsMinor']).toBe(kronor * 100);
	});

	test('free meals cut what is tax-free, not what the employer pays, unless the company says so', () => {
		const claim = threeDays('2024', ['lunch', 'dinner']);
		expect(perDiem(claim, SHIPPED)).toMatchObject({
			ok: true,
			value: {
				currency: 'SEK',
				hoursAre: 'on-the-clock',
				taxFreeMinor: 3 * 29_000 - 20_300,
				taxableMinor: 20_300,
				notPayableMinor: 0,
				verified: false
			}
		});
		expect(perDiem(claim, SHIPPED, { ...USUAL_CHOICES, paysLessForFreeMeals: true })).toMatchObject(
			{
				ok: true,
				value: { taxFreeMinor: 3 * 29_000 - 20_300, taxableMinor: 0, notPayableMinor: 20_300 }
			}
		);
	});

	test.each([
		['2024-05-06T11:59', '2024-05-07T19:01', [29_000, 29_000]],
		['2024-05-06T12:00', '2024-05-07T19:00', [14_500, 14_500]],
		['2024-05-06T12:30', '2024-05-07T19:30', [14_500, 29_000]]
	])('from %s until %s', (from, to, amounts) => {
		const found = perDiem(aClaim('SE', from, to), SHIPPED);
		expect(found.ok && found.value.lines.map(({ amountMinor }) => amountMinor)).toEqual(amounts);
	});

	test('hours are on the clock, also when it is moved: away 00–06 is a night of five hours in March', () => {
		const claim = aClaim('SE', '2024-03-30T13:00', '2024-03-31T06:00', {
			days: [{ day: 1, lodging: 'allowance' }]
		});
		expect(perDiem(claim, SHIPPED)).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 3 * 14_500, days: [{ minutes: 11 * 60 }, { minutes: 5 * 60 }] }
		});
	});

	test('without a night, or not farther than 50 km from both, there is none', () => {
		expect(perDiem(aClaim('SE', '2024-05-06T08:00', '2024-05-07T05:59'), SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.no_overnight' }
		});
		const near = aWorkplace({ distanceFromWorkplaceM: 50_000 });
		expect(perDiem({ ...threeDays('2024'), workplace: near }, SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.too_near', values: { km: 50 } }
		});
	});

	test('food by receipts is not known here; a distance nobody knows is asked for; 50 km from home too', () => {
		const of = (change: Parameters<typeof aClaim>[3]) =>
			perDiem({ ...threeDays('2024'), ...change }, SHIPPED);
		expect(of({ food: 'receipts' })).toMatchObject({
			refusal: { code: 'per_diem.food_not_known_here' }
		});
		for (const unknown of [{ distanceFromHomeM: null }, { distanceFromWorkplaceM: null }]) {
			expect(of({ workplace: aWorkplace(unknown) })).toMatchObject({
				refusal: { code: 'per_diem.distance_missing' }
			});
		}
		expect(of({ workplace: aWorkplace({ distanceFromHomeM: 50_000 }) })).toMatchObject({
			refusal: { code: 'per_diem.too_near' }
		});
		const far = { distanceFromHomeM: 50_001, distanceFromWorkplaceM: 50_001 };
		expect(of({ workplace: aWorkplace(far) }).ok).toBe(true);
	});

	test('a day changed to less than the maximum is tax-free, to more is not paid, taken out asks for nothing', () => {
		const days = [
			{ day: 1, askedMinor: 20_000 },
			{ day: 2, askedMinor: 40_000 },
			{ day: 3, isRemoved: true }
		];
		expect(perDiem({ ...threeDays('2024'), days }, SHIPPED)).toMatchObject({
			value: { taxFreeMinor: 20_000 + 29_000, taxableMinor: 0, notPayableMinor: 11_000 }
		});
	});

	test('a day abroad is where one was longest after six, unless it ended before', () => {
		const tables = withAbroad('DE', { day: '1000.00' });
		const lastDay = (home: string, back: string) => {
			const at = (time: string) => ({ at: `2025-05-07T${time}`, timeZone: 'Europe/Stockholm' });
			const journey = {
				departure: { at: '2025-05-06T08:00', timeZone: 'Europe/Stockholm', country: 'SE' },
				arrivals: [
					{ at: '2025-05-06T09:00', timeZone: 'Europe/Berlin', country: 'DE', place: null },
					{ ...at(home), country: 'SE', place: null }
				],
				return: at(back)
			};
			const found = perDiem({ ...threeDays('2025'), journey, days: [] }, tables);
			return found.ok && found.value.lines[1]?.amountMinor;
		};
		// Eleven hours in Germany and nine in Sweden, of which five and nine are after six.
		expect(lastDay('11:00', '20:00')).toBe(29_000);
		expect(lastDay('13:01', '20:00')).toBe(100_000);
		expect(lastDay('04:00', '06:00')).toBe(50_000);
		expect(lastDay('04:00', '06:01')).toBe(14_500);
	});

	test('abroad a half day pays half of the country’s amount, and meals take their share of that', () => {
		const journey = {
			departure: { at: '2025-05-06T12:00', timeZone: 'Europe/Stockholm', country: 'SE' },
			arrivals: [{ at: '2025-05-06T13:00', timeZone: 'Europe/Berlin', country: 'DE', place: null }],
			return: { at: '2025-05-07T19:01', timeZone: 'Europe/Berlin' }
		};
		const days = [{ day: 1, freeMeals: ['dinner' as const] }];
		const found = perDiem(
			{ ...threeDays('2025'), journey, days },
			withAbroad('DE', { day: '1001.00' })
		);
		// 500.50 is 501 whole kronor, 35 % of that 175.35 are 175.
		expect(found.ok && found.value.lines).toMatchObject([
			{ code: 'per_diem.food_half_day', values: { fullMinor: 50_100, mealsMinor: 17_500 } },
			{ code: 'per_diem.food_day', amountMinor: 100_100 }
		]);
	});

	test('a night abroad without paid lodging pays the country’s own amount', () => {
		const journey = {
			departure: { at: '2025-05-06T08:00', timeZone: 'Europe/Stockholm', country: 'SE' },
			arrivals: [{ at: '2025-05-06T09:00', timeZone: 'Europe/Berlin', country: 'DE', place: null }],
			return: { at: '2025-05-07T20:00', timeZone: 'Europe/Stockholm' }
		};
		const days = [{ day: 1, lodging: 'allowance' as const }];
		const claim = { ...threeDays('2025'), journey, days };
		expect(perDiem(claim, withAbroad('DE', { day: '1000.00' }))).toMatchObject({
			refusal: { code: 'rate.missing', values: { kind: 'per-diem.abroad-night', place: 'DE' } }
		});
		const found = perDiem(claim, withAbroad('DE', { day: '1000.00', night: '500.00' }));
		expect(found.ok && found.value.lines).toMatchObject([
			{ code: 'per_diem.food_day', amountMinor: 100_000 },
			{ code: 'per_diem.lodging_night', amountMinor: 50_000, values: { country: 'DE' } },
			{ amountMinor: 100_000 }
		]);
	});

	test('a night above the state’s amount is income for the excess', () => {
		const claim = { ...threeDays('2024'), days: [{ day: 1, lodging: 'allowance' as const }] };
		const night = { country: 'SE', kind: 'per-diem.night', currency: 'SEK', amount: '200.00' };
		expect(perDiem(claim, withCompanyRate(night))).toMatchObject({
			value: { taxFreeMinor: 3 * 29_000 + 14_500, taxableMinor: 5_500 }
		});
	});

	test('what an agreement pays beyond the maximum is income', () => {
		const agreement = withCompanyRate({
			country: 'SE',
			kind: 'per-diem.day',
			currency: 'SEK',
			amount: '400.00'
		});
		expect(perDiem(threeDays('2024'), agreement)).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 3 * 29_000, taxableMinor: 3 * 11_000 }
		});
	});

	test('abroad the country stayed in longest between 06 and 24 counts, and its rate is missing until imported', () => {
		const days = threeDays('2024', ['breakfast']);
		const abroad = {
			...days,
			journey: {
				...days.journey,
				// 18:00 in Stockholm, the clock days are counted by.
				arrivals: [
					{ at: '2024-05-06T17:00', timeZone: 'Europe/London', country: 'GB', place: null }
				]
			}
		};
		expect(perDiem(abroad, SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'rate.missing', values: { day: '2024-05-07', place: 'GB' } }
		});
		const imported = withAbroad('GB', { day: '800.00' });
		expect(perDiem(abroad, imported)).toMatchObject({
			ok: true,
			// Breakfast abroad takes 15 % of 800.
			value: {
				lines: [
					{ values: { country: 'SE' } },
					{ values: { country: 'GB', mealsMinor: 12_000 } },
					{}
				]
			}
		});
	});

	/* Meals abroad take 15, 35 and 35 %, lunch with dinner 70 and all three 85 % (publitech.se on SKV A 2025:5). */
	test.each([
		[['breakfast'], 15, 15_000],
		[['lunch'], 35, 35_000],
		[['dinner'], 35, 35_000],
		[['lunch', 'dinner'], 70, 70_000],
		[['breakfast', 'lunch', 'dinner'], 85, 85_000]
	] as const)('abroad %s takes %d %% of 1,000', (freeMeals, percent, mealsMinor) => {
		const journey = {
			departure: { at: '2025-05-06T08:00', timeZone: 'Europe/Stockholm', country: 'SE' },
			arrivals: [{ at: '2025-05-06T09:00', timeZone: 'Europe/Berlin', country: 'DE', place: null }],
			return: { at: '2025-05-08T20:00', timeZone: 'Europe/Stockholm' }
		};
		const claim = { ...threeDays('2025', []), journey, days: [{ day: 2, freeMeals }] };
		const found = perDiem(claim, withAbroad('DE', { day: '1000.00' }));
		expect(found.ok && found.value.lines[1]?.values).toMatchObject({ percent, mealsMinor });
		expect(found.ok && found.value.days[1]).toMatchObject({
			taxFreeMinor: 100_000 - mealsMinor,
			taxableMinor: mealsMinor
		});
	});
});
