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

describe('Sweden', () => {
	// SKV A 2023:14 as quoted by lr-revision.se: 58, 102, 203 and 261 of 290; heypayday.se for 2023: 52 and 91 of 260.
	test.each([
		['2024', ['breakfast'], 58],
		['2024', ['lunch'], 102],
		['2024', ['dinner', 'lunch'], 203],
		['2024', BREAKFAST_TO_DINNER, 261],
		['2023', ['breakfast'], 52],
		['2023', ['dinner'], 91],
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
		['2024-05-06T12:00', '2024-05-07T19:00', [14_500, 14_500]]
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

	describe('long stays', () => {
		const claim = aClaim('SE', '2024-05-06T13:00', '2024-05-09T21:00');
		const at = (
			stays: { from: string; to: string; workplaceId?: string }[],
			absences: { from: string; to: string }[] = []
		) => {
			const workplace = aWorkplace({
				stays: stays.map((stay) => ({ workplaceId: 'site-a', ...stay })),
				absences
			});
			const found = perDiem({ ...claim, workplace }, SHIPPED);
			return found.ok ? found.value.lines.map(({ amountMinor }) => amountMinor / 100) : found;
		};

		test('after three months 70 % and no half days, after two years 50 %', () => {
			expect(at([{ from: '2024-02-07', to: '2024-05-03' }])).toEqual([145, 203, 203, 203]);
			expect(at([{ from: '2024-01-08', to: '2024-05-03' }])).toEqual([0, 203, 203, 203]);
			expect(at([{ from: '2022-04-04', to: '2024-05-03' }])).toEqual([0, 145, 145, 145]);
		});

		test('an agreement pays its own rate all along, only less of it is tax-free', () => {
			const agreement = withCompanyRate({
				country: 'SE',
				kind: 'per-diem.day',
				currency: 'SEK',
				amount: '400.00'
			});
			const workplace = aWorkplace({
				stays: [{ workplaceId: 'site-a', from: '2024-01-08', to: '2024-05-03' }]
			});
			expect(perDiem({ ...claim, workplace }, agreement)).toMatchObject({
				ok: true,
				value: { taxFreeMinor: 3 * 20_300, taxableMinor: 3 * 19_700 }
			});
		});

		test('meals of the 70 % day: 41, 71, 142, 183 of 203', () => {
			const workplace = aWorkplace({
				stays: [{ workplaceId: 'site-a', from: '2024-01-08', to: '2024-05-03' }]
			});
			const cutBy = (freeMeals: Meal[]) => {
				const found = perDiem({ ...claim, workplace, days: [{ day: 2, freeMeals }] }, SHIPPED);
				return found.ok && found.value.lines[1]?.values['mealsMinor'];
			};
			expect([
				cutBy(['breakfast']),
				cutBy(['lunch']),
				cutBy(['lunch', 'dinner']),
				cutBy(BREAKFAST_TO_DINNER)
			]).toEqual([4_100, 7_100, 14_200, 18_300]);
		});

		test('only four weeks of work elsewhere begin anew', () => {
			const before = { from: '2024-01-08', to: '2024-03-29' };
			const elsewhere = (to: string) => ({ workplaceId: 'site-b', from: '2024-04-01', to });
			expect(at([before, elsewhere('2024-04-26')])).toEqual([0, 203, 203, 203]);
			expect(at([before, elsewhere('2024-04-28')])).toEqual([145, 290, 290, 290]);
			// Five weeks at home are no work elsewhere.
			expect(at([before])).toEqual([0, 203, 203, 203]);
		});

		test('working days of holiday lengthen the three months', () => {
			const stay = [{ from: '2024-01-29', to: '2024-05-03' }];
			expect(at(stay)).toEqual([0, 203, 203, 203]);
			expect(at(stay, [{ from: '2024-03-04', to: '2024-03-17' }])).toEqual([145, 290, 290, 290]);
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
		const [row] = withCompanyRate({
			country: 'SE',
			kind: 'per-diem.abroad',
			place: 'GB',
			currency: 'SEK',
			amount: '800.00'
		}).company;
		const imported = { state: [...SHIPPED.state, ...(row ? [row] : [])], company: [] };
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
		const state = [
			...SHIPPED.state,
			...withCompanyRate({
				country: 'SE',
				kind: 'per-diem.abroad',
				place: 'DE',
				currency: 'SEK',
				amount: '1000.00'
			}).company
		];
		const found = perDiem(claim, { state, company: [] });
		expect(found.ok && found.value.lines[1]?.values).toMatchObject({ percent, mealsMinor });
		expect(found.ok && found.value.days[1]).toMatchObject({
			taxFreeMinor: 100_000 - mealsMinor,
			taxableMinor: mealsMinor
		});
	});
});
