import {
	daysApart,
	daysBetween,
	isDate,
	plusDays,
	plusMonths,
	weekdayOf
} from '@outlay/domain/calendar-date';
import { convert } from '@outlay/domain/conversion';
import { checkRates, importRates } from '@outlay/domain/dated-rates';
import { rateOn } from '@outlay/domain/rate-on';
import { parseDocumentId } from '@outlay/domain/identifiers';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { MILEAGE_RULES } from '@outlay/domain/rates/mileage-rules';
import { rateMileage } from '@outlay/domain/mileage/rate-mileage';
import { sixtyDays } from '@outlay/domain/sixty-days';
import { judgeSubmission } from '@outlay/domain/submission-rules';
import fc from 'fast-check';
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

test('counts as a calendar laid out day by day, over leap years and the ends of months', () => {
	// Every day of four centuries, one after the other: the weekday and the length of a month are counted, not computed.
	const calendar: { day: string; weekday: number; months: number; dayOfMonth: number }[] = [];
	let weekday = 6; // 1 January 1600 was a Saturday.
	for (let year = 1600; year < 2000; year++) {
		for (let month = 1; month <= 12; month++) {
			const february = year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0) ? 29 : 28;
			const length =
				month === 2
					? february
					: month === 4 || month === 6 || month === 9 || month === 11
						? 30
						: 31;
			for (let dayOfMonth = 1; dayOfMonth <= length; dayOfMonth++) {
				const day = `${String(year)}-${String(month).padStart(2, '0')}-${String(dayOfMonth).padStart(2, '0')}`;
				calendar.push({ day, weekday, months: year * 12 + month, dayOfMonth });
				weekday = (weekday % 7) + 1;
			}
		}
	}
	expect(calendar).toHaveLength(146_097);
	const at = fc.nat(calendar.length - 1);
	fc.assert(
		fc.property(at, at, fc.integer({ min: 0, max: 500 }), (from, to, count) => {
			const [one, other] = [calendar[from]!, calendar[to]!];
			expect(isDate(one.day)).toBe(true);
			expect(weekdayOf(one.day)).toBe(one.weekday);
			expect(daysBetween(one.day, other.day)).toBe(to - from);
			expect(daysApart(one.day, other.day)).toBe(Math.abs(to - from));
			expect(plusDays(one.day, to - from)).toBe(other.day);
			// The last day of the month so many months on that is no later in it.
			const later = calendar.findLast(
				({ months, dayOfMonth }) => months === one.months + count && dayOfMonth <= one.dayOfMonth
			);
			if (later !== undefined) expect(plusMonths(one.day, count)).toBe(later.day);
			const earlier = calendar.findLast(
				({ months, dayOfMonth }) => months === one.months - count && dayOfMonth <= one.dayOfMonth
			);
			if (earlier !== undefined) expect(plusMonths(one.day, -count)).toBe(earlier.day);
		}),
		{ numRuns: 60 }
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
		expect(judgeSubmission(anExpense({ spentOn: never }), [], '2026-11-22', 0)).toMatchObject({
			refusal: { code: 'expense.date_missing' }
		});
		expect(parseDocumentId(`setting:company:${never}`)).toBeNull();
		expect(parseDocumentId('setting:company:2025-02-28')).not.toBeNull();
	});
});
