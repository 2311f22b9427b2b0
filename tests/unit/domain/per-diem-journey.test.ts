import { importRates } from '@outlay/domain/dated-rates';
import type { Journey } from '@outlay/domain/per-diem/claim';
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
		]
	] as [Partial<Journey>, string][])('refuses %o', (change, code) => {
		const journey = { ...within('NO', '2025-06-02T10:00', '2025-06-03T10:00'), ...change };
		expect(travelDaysOf({ scheme: 'NO', journey })).toMatchObject({ ok: false, refusal: { code } });
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
