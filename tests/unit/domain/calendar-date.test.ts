import {
	daysApart,
	daysBetween,
	isDate,
	plusDays,
	plusMonths,
	weekdayOf
} from '@outlay/domain/calendar-date';
import { convert } from '@outlay/domain/conversion';
import { checkRates, importRates, rateOn } from '@outlay/domain/dated-rates';
import { parseDocumentId } from '@outlay/domain/identifiers';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { MILEAGE_RULES } from '@outlay/domain/rates/mileage-rules';
import { rateMileage } from '@outlay/domain/mileage/rate-mileage';
import { sixtyDays } from '@outlay/domain/sixty-days';
import { judgeSubmission } from '@outlay/domain/submission-rules';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { anExpense } from '../../support/documents.ts';

test.each(['2025-02-28', '2024-02-29', '2000-02-29', '2025-12-31', '0001-01-01'])(
	'%s is a day',
	(day) => {
		expect(isDate(day)).toBe(true);
	}
);

const NO_DATES = [
	'2025-02-30',
	'2025-02-29',
	'1900-02-29',
	'2025-04-31',
	'2025-13-01',
	'2025-00-10',
	'2025-01-00',
	'2025-1-1',
	'25-01-01',
	'2025-01-01T00:00',
	' 2025-01-01',
	''
];

test.each(NO_DATES)('«%s» is none', (text) => {
	expect(isDate(text)).toBe(false);
	expect(() => plusDays(text, 1)).toThrow(RangeError);
	expect(daysApart(text, '2025-01-01')).toBe(Infinity);
});

test('counts as Temporal does, over leap years and the ends of months', () => {
	const days = fc
		.integer({ min: 0, max: 400 * 366 })
		.map((n) => Temporal.PlainDate.from('1700-01-01').add({ days: n }).toString());
	fc.assert(
		fc.property(days, days, fc.integer({ min: -500, max: 500 }), (day, other, count) => {
			const date = Temporal.PlainDate.from(day);
			expect(isDate(day)).toBe(true);
			expect(weekdayOf(day)).toBe(date.dayOfWeek);
			expect(daysBetween(day, other)).toBe(date.until(other).days);
			expect(daysApart(day, other)).toBe(Math.abs(date.until(other).days));
			expect(plusDays(day, count)).toBe(date.add({ days: count }).toString());
			expect(plusMonths(day, count)).toBe(date.add({ months: count }).toString());
		})
	);
});

describe('a 30 February is refused wherever a day is asked for', () => {
	const never = '2025-02-30';

	test('rates', () => {
		const car = { country: 'DK', kind: 'mileage.tax-free.own-car' };
		expect(rateOn(STATE_MILEAGE_RATES, car, '2025-02-28').ok).toBe(true);
		expect(rateOn(STATE_MILEAGE_RATES, car, never)).toMatchObject({
			refusal: { code: 'rate.missing' }
		});
		const [row] = STATE_MILEAGE_RATES;
		if (row === undefined) throw new Error('no rates');
		for (const column of ['validFrom', 'validTo'] as const) {
			const wrong = [{ ...row, validFrom: '2025-01-01', validTo: null, [column]: never }];
			expect(importRates(JSON.stringify(wrong))).toMatchObject({
				refusal: { code: 'rates.row', values: { row: 1, column } }
			});
			expect(checkRates(wrong).map(({ fault }) => fault)).toEqual(['no-date']);
		}
	});

	test('conversions', () => {
		const rate = { base: 'EUR', quote: 'DKK', per: 1, amount: '7.46', source: 'test' };
		const rates = [{ ...rate, date: '2025-02-28' }];
		const from = { amountMinor: 100, currency: 'EUR' };
		const ore = { unit: 'minor', at: ['total'] } as const;
		expect(convert(from, 'DKK', '2025-02-28', rates, ore).ok).toBe(true);
		expect(convert(from, 'DKK', never, rates, ore)).toMatchObject({
			refusal: { code: 'exchange.missing' }
		});
	});

	test('the sixty days, drives, expenses and ids of settings', () => {
		const day = { personId: 'p', workplaces: ['A'], fromHome: true, toHome: true };
		expect(sixtyDays([{ ...day, day: never }])).toMatchObject({
			refusal: { code: 'workday.day_unreadable' }
		});
		const trip = {
			tripId: 't',
			personId: 'p',
			employerId: 'e',
			drivenOn: never,
			startedAt: '',
			country: 'DK',
			vehicle: 'own-car',
			fuel: 'petrol',
			distanceM: 1000,
			privateM: 0,
			commutingM: 0,
			additions: [],
			costs: []
		} as const;
		const { trips } = rateMileage({
			trips: [trip],
			rates: { state: STATE_MILEAGE_RATES, company: [] },
			rules: MILEAGE_RULES,
			excessIsSalary: false,
			exported: [],
			fuelReceipts: []
		});
		expect(trips[0]?.outcome).toMatchObject({ refusal: { code: 'mileage.date_missing' } });
		expect(judgeSubmission(anExpense({ spentOn: never }), [], '2026-11-22')).toMatchObject({
			refusal: { code: 'expense.date_missing' }
		});
		expect(parseDocumentId(`setting:company:${never}`)).toBeNull();
		expect(parseDocumentId('setting:company:2025-02-28')).not.toBeNull();
	});
});
