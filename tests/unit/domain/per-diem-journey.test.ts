import { importRates } from '@outlay/domain/dated-rates';
import type { Journey, Meal, PerDiemClaim } from '@outlay/domain/per-diem/claim';
import { perDiem, travelDaysOf } from '@outlay/domain/per-diem/per-diem';
import { STATE_PER_DIEM_RATES } from '@outlay/domain/rates/per-diem';
import { describe, expect, test } from 'vitest';
import { SHIPPED, aClaim, within, withCompanyRate } from '../../support/per-diem-claims.ts';

describe('travelDaysOf', () => {
	test('24 elapsed hours each in Denmark, calendar days in Sweden, with the country stayed in longest', () => {
		const journey: Journey = {
			departure: { at: '2025-10-25T10:00', timeZone: 'Europe/Copenhagen', country: 'DK' },
			arrivals: [
				// 23:00 in Copenhagen.
				{ at: '2025-10-25T17:00', timeZone: 'America/New_York', country: 'US', place: null }
			],
			return: { at: '2025-10-27T09:00', timeZone: 'Europe/Copenhagen' }
		};
		expect(travelDaysOf({ scheme: 'DK', journey })).toMatchObject({
			ok: true,
			value: [
				// The clock goes back in between: 24 hours later it shows 09:00.
				{ day: 1, from: '2025-10-25T10:00', to: '2025-10-26T09:00', minutes: 1440, country: 'DK' },
				{ day: 2, from: '2025-10-26T09:00', to: '2025-10-27T09:00', minutes: 1440, country: 'US' }
			]
		});
		expect(travelDaysOf({ scheme: 'SE', journey })).toMatchObject({
			ok: true,
			value: [
				{ date: '2025-10-25', minutes: 14 * 60 },
				{ date: '2025-10-26', minutes: 25 * 60 },
				{ date: '2025-10-27', minutes: 9 * 60 }
			]
		});
	});

	test('a flight to the east arrives later by the clock than it took', () => {
		const journey: Journey = {
			departure: { at: '2025-06-02T10:00', timeZone: 'Europe/Copenhagen', country: 'DK' },
			arrivals: [{ at: '2025-06-03T04:00', timeZone: 'Asia/Tokyo', country: 'JP', place: null }],
			return: { at: '2025-06-03T17:00', timeZone: 'Asia/Tokyo' }
		};
		// 24 hours to the minute, though the clock shows 31.
		expect(travelDaysOf({ scheme: 'DK', journey })).toMatchObject({
			ok: true,
			value: [{ minutes: 1440, country: 'JP' }]
		});
	});

	test.each([
		[
			{ departure: { at: '2025-06-02 10:00', timeZone: 'Europe/Oslo', country: 'NO' } },
			'per_diem.time_unreadable'
		],
		[
			{ departure: { at: '2025-06-31T10:00', timeZone: 'Europe/Oslo', country: 'NO' } },
			'per_diem.time_unreadable'
		],
		[
			{ departure: { at: '2025-06-02T10:00', timeZone: 'Mars/Olympus', country: 'NO' } },
			'per_diem.time_unreadable'
		],
		[
			{ departure: { at: '2025-06-02T10:00+05:00', timeZone: 'Europe/Oslo', country: 'NO' } },
			'per_diem.time_unreadable'
		],
		[
			{ return: { at: '2025-06-02T10:00', timeZone: 'Europe/Oslo' } },
			'per_diem.return_before_departure'
		],
		[{ return: { at: '2026-06-02T10:00', timeZone: 'Europe/Oslo' } }, 'per_diem.journey_too_long'],
		[
			{
				arrivals: [{ at: '2025-06-02T09:00', timeZone: 'Europe/Oslo', country: 'SE', place: null }]
			},
			'per_diem.arrivals_out_of_order'
		],
		[
			{
				arrivals: [{ at: '2025-06-03T10:01', timeZone: 'Europe/Oslo', country: 'SE', place: null }]
			},
			'per_diem.arrivals_out_of_order'
		],
		[
			{
				arrivals: [
					{ at: '2025-06-02T12:00', timeZone: 'Europe/Oslo', country: 'SE', place: null },
					// An hour earlier than it looks.
					{ at: '2025-06-02T12:30', timeZone: 'Europe/Helsinki', country: 'FI', place: null }
				]
			},
			'per_diem.arrivals_out_of_order'
		],
		[
			{ arrivals: [{ at: 'noon', timeZone: 'Europe/Oslo', country: 'SE', place: null }] },
			'per_diem.time_unreadable'
		],
		[{ return: { at: '2025-06-03T24:00', timeZone: 'Europe/Oslo' } }, 'per_diem.time_unreadable'],
		[{ return: { at: '2025-12-09T09:01', timeZone: 'Europe/Oslo' } }, 'per_diem.journey_too_long']
	] as [Partial<Journey>, string][])('refuses %o', (change, code) => {
		const journey = { ...within('NO', '2025-06-02T10:00', '2025-06-03T10:00'), ...change };
		expect(travelDaysOf({ scheme: 'NO', journey })).toMatchObject({ ok: false, refusal: { code } });
	});
});

describe('times and places', () => {
	const daysOf = (change: Partial<Journey>) => {
		const journey = { ...within('NO', '2025-06-02T10:00', '2025-06-03T10:00'), ...change };
		const found = travelDaysOf({ scheme: 'NO', journey });
		return found.ok ? found.value.map(({ country }) => country) : found.refusal.code;
	};
	const at = (time: string, country: string) => ({
		at: `2025-06-02T${time}`,
		timeZone: 'Europe/Oslo',
		country,
		place: null
	});

	test('of two countries stayed in equally long the later counts, and stays in one are added', () => {
		expect(daysOf({ arrivals: [at('22:00', 'SE')] })).toEqual(['SE']);
		expect(daysOf({ arrivals: [at('22:01', 'SE')] })).toEqual(['NO']);
		const backAndForth = [at('15:00', 'SE'), at('22:00', 'NO'), at('23:00', 'DK')];
		// Norway 5 + 1 hours, Sweden 7, Denmark 11.
		expect(daysOf({ arrivals: backAndForth })).toEqual(['DK']);
		expect(daysOf({ arrivals: [at('16:00', 'SE'), at('23:59', 'NO')] })).toEqual(['NO']);
	});

	test('an arrival may be the moment of departure or of return', () => {
		expect(daysOf({ arrivals: [at('10:00', 'SE')] })).toEqual(['SE']);
		expect(daysOf({ arrivals: [{ ...at('10:00', 'SE'), at: '2025-06-03T10:00' }] })).toEqual([
			'NO'
		]);
	});

	test('190 days are the longest', () => {
		const found = daysOf({ return: { at: '2025-12-09T09:00', timeZone: 'Europe/Oslo' } });
		expect(found).toHaveLength(190);
	});

	test('a time the clock skipped is taken forward, and noticed', () => {
		const skipped = perDiem(aClaim('DK', '2025-03-28T02:30', '2025-03-30T02:30'), SHIPPED);
		expect(skipped.ok && [skipped.value.notices, skipped.value.days.at(-1)?.to]).toEqual([
			[
				{
					code: 'per_diem.clock_changed',
					values: { at: '2025-03-30T02:30', timeZone: 'Europe/Copenhagen' }
				}
			],
			'2025-03-30T03:30'
		]);
	});

	test.each([
		[{ day: 0 }, 'per_diem.day_outside_journey'],
		[{ day: 1.5 }, 'per_diem.day_outside_journey'],
		[{ day: 3 }, 'per_diem.day_outside_journey'],
		[{ day: 2, askedMinor: -1 }, 'per_diem.amount_not_whole']
	])('%j is refused with %s', (facts, code) => {
		const claim = aClaim('DK', '2025-03-10T13:00', '2025-03-12T13:00', { days: [facts] });
		expect(perDiem(claim, SHIPPED)).toMatchObject({ ok: false, refusal: { code, field: 'days' } });
	});

	test('a day may be changed to nothing', () => {
		const days = [{ day: 1, askedMinor: 0 }];
		const claim = aClaim('DK', '2025-03-10T13:00', '2025-03-11T13:00', { days });
		expect(perDiem(claim, SHIPPED)).toMatchObject({
			value: { taxFreeMinor: 0, notPayableMinor: 0, lines: [{ values: { askedMinor: 0 } }] }
		});
	});
});

describe('meals an expense covers too', () => {
	const claim = aClaim('DK', '2025-03-10T13:00', '2025-03-12T13:00', {
		days: [
			{ day: 1, freeMeals: ['dinner'] },
			{ day: 2, isRemoved: true }
		],
		mealExpenses: [
			{ expenseId: 'marked', spentOn: '2025-03-10', meal: 'dinner' },
			{ expenseId: 'not marked', spentOn: '2025-03-11', meal: 'breakfast' },
			{ expenseId: 'day removed', spentOn: '2025-03-12', meal: 'breakfast' },
			{ expenseId: 'another day', spentOn: '2025-03-13', meal: 'lunch' },
			{ expenseId: 'which meal', spentOn: '2025-03-12', meal: null }
		]
	});

	test('are noticed where the per diem pays for them as well', () => {
		const found = perDiem(claim, SHIPPED);
		expect(found.ok && found.value.notices).toEqual([
			{
				code: 'per_diem.meal_paid_twice',
				values: { expenseId: 'not marked', date: '2025-03-11', day: 1, meal: 'breakfast' }
			}
		]);
	});

	const noticed = (change: Partial<PerDiemClaim>, meal: Meal | null, spentOn = '2024-05-06') => {
		const found = perDiem(
			{
				...aClaim('NO', '2024-05-06T08:00', '2024-05-07T12:00'),
				...change,
				mealExpenses: [{ expenseId: 'e', spentOn, meal }]
			},
			SHIPPED
		);
		return found.ok ? found.value.notices.map(({ code }) => code) : found.refusal.code;
	};

	test('not on a day that pays nothing: the hours left over are too few', () => {
		expect(noticed({}, 'lunch')).toEqual(['per_diem.meal_paid_twice']);
		expect(noticed({}, 'lunch', '2024-05-07')).toEqual([]);
		// Breakfast belongs to the first 24 hours, which end at eight.
		expect(noticed({}, 'breakfast', '2024-05-07')).toEqual(['per_diem.meal_paid_twice']);
		expect(noticed({}, null, '2024-05-07')).toEqual(['per_diem.meal_expense_same_day']);
		const later = aClaim('NO', '2024-05-06T04:00', '2024-05-07T09:30');
		expect(noticed(later, null, '2024-05-07')).toEqual([]);
	});

	test.each([
		['breakfast', '05:00', '05:01', '09:59', '10:00'],
		['lunch', '11:00', '11:01', '13:59', '14:00'],
		['dinner', '17:00', '17:01', '21:59', '22:00']
	] as const)('%s is eaten after %s', (meal, from, afterFrom, beforeTo, to) => {
		const until = (time: string) =>
			noticed(aClaim('DK', '2024-05-01T03:00', `2024-05-06T${time}`), meal);
		const since = (time: string) =>
			noticed(aClaim('DK', `2024-05-06T${time}`, '2024-05-08T12:00'), meal);
		expect([until(from), since(to)]).toEqual([[], []]);
		expect(until(afterFrom)).toEqual(['per_diem.meal_paid_twice']);
		expect(since(beforeTo)).toEqual(['per_diem.meal_paid_twice']);
	});

	test('where each meal is paid by itself, only one that was claimed', () => {
		const of = (scheme: 'NL' | 'FI', boughtMeals: Meal[]) =>
			aClaim(scheme, '2024-05-06T08:00', '2024-05-06T14:00', {
				days: [{ day: 1, boughtMeals }],
				food: scheme === 'FI' ? 'meal-allowance' : 'per-diem'
			});
		for (const scheme of ['NL', 'FI'] as const) {
			expect(noticed(of(scheme, ['lunch']), 'lunch')).toEqual(['per_diem.meal_paid_twice']);
			expect(noticed(of(scheme, ['breakfast']), 'lunch')).toEqual([]);
		}
		// Dinner is not paid: the journey ends before it.
		expect(noticed(of('NL', ['dinner']), 'dinner')).toEqual([]);
	});

	test('without saying which meal, the day is enough', () => {
		const found = perDiem({ ...claim, days: [] }, SHIPPED);
		expect(found.ok && found.value.notices.map(({ code }) => code)).toEqual([
			'per_diem.meal_paid_twice',
			'per_diem.meal_paid_twice',
			'per_diem.meal_paid_twice',
			'per_diem.meal_expense_same_day'
		]);
		const byReceipts = perDiem({ ...claim, food: 'receipts' }, SHIPPED);
		expect(byReceipts.ok && byReceipts.value.notices).toEqual([]);
	});
});

test('dates beside the journey that are no dates are refused', () => {
	const claim = aClaim('DK', '2025-03-10T13:00', '2025-03-12T13:00');
	const stay = { workplaceId: 'site-a', from: '2025-01-01', to: '2025-02-30' };
	for (const broken of [
		{ ...claim, workplace: { ...claim.workplace, stays: [stay] } },
		{ ...claim, workplace: { ...claim.workplace, absences: [{ ...stay, from: '' }] } },
		{ ...claim, mealExpenses: [{ expenseId: 'e', spentOn: '2025-3-1', meal: null }] }
	]) {
		expect(perDiem(broken, SHIPPED)).toMatchObject({
			ok: false,
			refusal: { code: 'per_diem.date_unreadable' }
		});
	}
});

test('a company’s rate in another currency than the state’s is refused', () => {
	const claim = aClaim('DK', '2025-03-10T13:00', '2025-03-12T13:00');
	expect(perDiem(claim, withCompanyRate({ currency: 'EUR' }))).toMatchObject({
		ok: false,
		refusal: { code: 'rate.currency' }
	});
});

describe('the shipped tables', () => {
	test('every row is well formed and none overlap', () => {
		expect(importRates(JSON.stringify(STATE_PER_DIEM_RATES))).toEqual({
			ok: true,
			value: STATE_PER_DIEM_RATES
		});
	});

	test('only Denmark 2023–24 and Norway 2024 call amounts official', () => {
		const official = STATE_PER_DIEM_RATES.filter(
			({ verified, unit }) => verified && unit !== 'percent' && unit !== 'count'
		);
		expect(
			[
				...new Set(official.map(({ country, validFrom }) => `${country} ${validFrom.slice(0, 4)}`))
			].sort()
		).toEqual(['DK 2023', 'DK 2024', 'NO 2024']);
	});
});
