import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { describe, expect, test } from 'vitest';
import { SHIPPED, aClaim, withCompanyRate } from '../../support/per-diem-claims.ts';

/** Two whole days and six hours, 2025. */
const FROM = '2025-03-10T08:00';
const TO = '2025-03-12T14:00';

describe('Denmark', () => {
	test('day 2: 597.00 − 30 % lunch 179.10 = 417.90, DK 2025, unverified', () => {
		const found = perDiem(
			aClaim('DK', FROM, TO, { days: [{ day: 2, freeMeals: ['lunch'] }] }),
			SHIPPED
		);
		expect(found).toMatchObject({
			ok: true,
			value: {
				currency: 'DKK',
				hoursAre: 'elapsed',
				taxFreeMinor: 59_700 + 41_790 + 14_925,
				taxableMinor: 0,
				notPayableMinor: 17_910,
				verified: false,
				lines: [
					{ code: 'per_diem.food_day', amountMinor: 59_700 },
					{
						code: 'per_diem.food_day',
						amountMinor: 41_790,
						values: {
							day: 2,
							fullMinor: 59_700,
							lunchPercent: 30,
							lunchMinor: 17_910,
							year: '2025',
							country: 'DK'
						}
					},
					// Six of 24 hours: 24.875 an hour.
					{ amountMinor: 14_925, values: { hours: 6 } }
				]
			}
		});
	});

	test('a journey of 2024 stands on official pages until a meal takes part', () => {
		const days2024 = ['2024-03-10T08:00', '2024-03-12T08:00'] as const;
		expect(perDiem(aClaim('DK', ...days2024), SHIPPED)).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 2 * 57_400, verified: true }
		});
		const meals = { days: [{ day: 1, freeMeals: ['breakfast' as const] }] };
		expect(perDiem(aClaim('DK', ...days2024, meals), SHIPPED)).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 2 * 57_400 - 8_610, verified: false }
		});
	});

	// medarbejdere.au.dk: of 539 a day 80.85, 161.70, 161.70 and what is left 134.75.
	test('all meals free leave a quarter: 80.85, 161.70, 161.70 of 539', () => {
		const rate539 = withCompanyRate({ amount: '539.00' });
		const days = [
			{ day: 1, freeMeals: ['breakfast' as const, 'lunch' as const, 'dinner' as const] }
		];
		expect(
			perDiem(aClaim('DK', '2025-03-10T08:00', '2025-03-11T08:00', { days }), rate539)
		).toMatchObject({
			ok: true,
			value: {
				taxFreeMinor: 13_475,
				lines: [{ values: { breakfastMinor: 8_085, lunchMinor: 16_170, dinnerMinor: 16_170 } }]
			}
		});
	});

	test('a begun hour counts, and that is not from an official page', () => {
		const begun = perDiem(aClaim('DK', '2024-03-10T08:00', '2024-03-11T08:01'), SHIPPED);
		expect(begun).toMatchObject({
			ok: true,
			value: {
				lines: [{ verified: true }, { values: { hours: 1 }, amountMinor: 2_392, verified: false }]
			}
		});
		// The last hour of a second day is begun as well, though it pays as a whole one.
		const almost = perDiem(aClaim('DK', '2024-03-10T08:00', '2024-03-12T07:30'), SHIPPED);
		expect(almost.ok && almost.value.lines[1]).toMatchObject({
			values: { hours: 24 },
			amountMinor: 57_400,
			verified: false
		});
		const whole = perDiem(aClaim('DK', '2024-03-10T08:00', '2024-03-11T14:00'), SHIPPED);
		expect(whole.ok && whole.value.lines.map(({ source, verified }) => [source, verified])).toEqual(
			[
				['skat.dk, Skattefri rejsegodtgørelse (diæter)', true],
				['skat.dk, Skattefri rejsegodtgørelse (diæter); info.skat.dk oid=92441', true]
			]
		);
	});

	test('24 hours without a night away, whatever was done in it, give none', () => {
		const nights = (...lodging: ('none' | 'free')[]) =>
			perDiem(
				aClaim('DK', FROM, TO, { days: lodging.map((one, at) => ({ day: at + 1, lodging: one })) }),
				SHIPPED
			);
		// The third day has no night in it.
		expect(nights('none', 'none')).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.no_overnight', field: 'days' }
		});
		expect(nights('none', 'free')).toMatchObject({ ok: true, value: { lines: [{}, {}, {}] } });
	});

	test('a journey through several countries pays one rate, and names where each day was', () => {
		const claim = aClaim('DK', FROM, TO);
		// 22:30 in London is 23:30 in Copenhagen; of the first 24 hours 15.5 are in Denmark.
		claim.journey = {
			...claim.journey,
			arrivals: [
				{ at: '2025-03-10T22:30', timeZone: 'Europe/London', country: 'GB', place: 'GB-LONDON' },
				{ at: '2025-03-12T02:00', timeZone: 'Europe/Berlin', country: 'DE', place: null }
			]
		};
		const found = perDiem(claim, SHIPPED);
		expect(found.ok && found.value.lines.map(({ values }) => values['country'])).toEqual([
			'DK',
			'GB',
			'DE'
		]);
		expect(found).toMatchObject({ ok: true, value: { taxFreeMinor: 2 * 59_700 + 14_925 } });
	});

	test('24 hours are elapsed: a day on the clock is 23 hours when the clock goes forward, 25 when back', () => {
		expect(perDiem(aClaim('DK', '2025-03-29T10:00', '2025-03-30T10:00'), SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.under_24_hours' }
		});
		expect(perDiem(aClaim('DK', '2025-10-25T10:00', '2025-10-26T10:00'), SHIPPED)).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 59_700 + 2_488 }
		});
	});

	test('a clock that shows a time twice is noticed, an offset says which', () => {
		const twice = perDiem(aClaim('DK', '2025-10-24T10:00', '2025-10-26T02:30'), SHIPPED);
		expect(twice.ok && twice.value.notices).toEqual([
			{
				code: 'per_diem.clock_changed',
				values: { at: '2025-10-26T02:30', timeZone: 'Europe/Copenhagen' }
			}
		]);
		const second = perDiem(aClaim('DK', '2025-10-24T10:00', '2025-10-26T02:30+01:00'), SHIPPED);
		expect(second.ok && [second.value.notices, second.value.days.at(-1)?.minutes]).toEqual([
			[],
			17 * 60 + 30
		]);
	});

	test('with food by receipts a quarter is left for small expenses, and free meals take nothing off', () => {
		const claim = aClaim('DK', FROM, '2025-03-12T08:00', {
			food: 'receipts',
			days: [{ day: 1, freeMeals: ['dinner'] }]
		});
		expect(perDiem(claim, SHIPPED)).toMatchObject({
			ok: true,
			value: {
				taxFreeMinor: 2 * 14_925,
				lines: [{ code: 'per_diem.small_expenses_day', values: { percent: 25 } }, {}]
			}
		});
	});

	test('lodging is decided day by day and needs the whole 24 hours', () => {
		const days = [
			{ day: 1, lodging: 'allowance' as const },
			{ day: 2, lodging: 'receipts' as const },
			{ day: 3, lodging: 'allowance' as const }
		];
		const found = perDiem(aClaim('DK', FROM, TO, { days }), SHIPPED);
		expect(
			found.ok && found.value.lines.filter(({ code }) => code === 'per_diem.lodging_night')
		).toMatchObject([{ amountMinor: 25_600, values: { day: 1 } }]);
	});

	test('tourist drivers have rates of their own, at home and abroad, and no quarter', () => {
		const claim = aClaim('DK', FROM, '2025-03-12T08:00', { traveller: 'tourist-driver' });
		claim.journey = {
			...claim.journey,
			arrivals: [{ at: '2025-03-11T06:00', timeZone: 'Europe/Berlin', country: 'DE', place: null }]
		};
		expect(perDiem(claim, SHIPPED)).toMatchObject({
			ok: true,
			value: { lines: [{ amountMinor: 7_500 }, { amountMinor: 15_000 }] }
		});
		expect(perDiem({ ...claim, food: 'receipts' }, SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.no_small_expenses' }
		});
		expect(perDiem({ ...claim, food: 'meal-allowance' }, SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.food_not_known_here' }
		});
	});

	test('a day can be changed to less, to more (which is not paid) or taken out', () => {
		const days = [
			{ day: 1, askedMinor: 30_000 },
			{ day: 2, askedMinor: 70_000 },
			{ day: 3, isRemoved: true }
		];
		const found = perDiem(aClaim('DK', FROM, TO, { days }), SHIPPED);
		expect(found).toMatchObject({
			ok: true,
			value: {
				taxFreeMinor: 30_000 + 59_700,
				notPayableMinor: 10_300,
				lines: [{}, {}, { code: 'per_diem.day_removed', amountMinor: 0 }],
				days: [
					{ taxFreeMinor: 30_000 },
					{ taxFreeMinor: 59_700, notPayableMinor: 10_300 },
					{ taxFreeMinor: 0 }
				]
			}
		});
	});

	test('a year without a rate is refused, and so is a day that is not there', () => {
		expect(perDiem(aClaim('DK', '2027-03-10T08:00', '2027-03-12T08:00'), SHIPPED)).toMatchObject({
			ok: false,
			refusal: {
				code: 'rate.missing',
				values: { day: '2027-03-10', country: 'DK', kind: 'per-diem.food' }
			}
		});
		for (const [day, code] of [
			[[{ day: 4 }], 'per_diem.day_outside_journey'],
			[[{ day: 1 }, { day: 1 }], 'per_diem.day_twice'],
			[[{ day: 1, askedMinor: 0.5 }], 'per_diem.amount_not_whole']
		] as const) {
			expect(perDiem(aClaim('DK', FROM, TO, { days: day }), SHIPPED)).toMatchObject({
				ok: false,
				refusal: { code }
			});
		}
	});

	test('New Year’s Eve is paid by each year’s rate', () => {
		expect(perDiem(aClaim('DK', '2024-12-31T10:00', '2025-01-02T10:00'), SHIPPED)).toMatchObject({
			ok: true,
			value: { lines: [{ amountMinor: 57_400 }, { amountMinor: 59_700 }] }
		});
	});
});
