import { averageWeek, restNotices } from '@outlay/domain/time/rest-and-average';
import type { TimeWeekInput } from '@outlay/domain/time/time-claim';
import { labelFor } from '@outlay/domain/time/wage-type';
import { describe, expect, test } from 'vitest';
import {
	NOTHING_BEFORE,
	RULES,
	WAGE_TYPES,
	aWageType,
	away,
	work
} from '../../support/time-weeks.ts';
import { MONDAY, TUESDAY, refusalOf, weekOf } from '../../support/week-48.ts';

function codeOf(change: Partial<TimeWeekInput>) {
	return refusalOf(change)?.code;
}

describe('work counted in days', () => {
	const onCall = aWageType({
		wageTypeId: 'on-call',
		unit: 'days',
		payrollCode: '300',
		budgetHundredths: 200
	});
	const rules = { ...RULES, wageTypes: [...WAGE_TYPES, onCall] };
	const on = (date: string, from: string, to: string) =>
		work(date, from, to, { wageTypeId: 'on-call' });

	test('is one for each date it begins on, and lowers a budget in days', () => {
		const entries = [
			on(MONDAY, '06:00', '08:00'),
			on(MONDAY, '16:00', '18:00'),
			on(TUESDAY, '22:00', '06:00')
		];
		for (const overMidnight of ['start-day', 'split'] as const) {
			const found = weekOf({ entries, rules: { ...rules, overMidnight } });
			expect(found.payroll).toMatchObject([
				{ payrollCode: '300', unit: 'days', unitsHundredths: 200, minutes: 720 }
			]);
			expect(found.balances).toContainEqual({
				wageTypeId: 'on-call',
				year: 2026,
				unit: 'days',
				budgetHundredths: 200,
				usedHundredths: 200,
				leftHundredths: 0
			});
			// Used up is not exceeded.
			expect(found.notices).toEqual([]);
		}
	});

	test('no overtime can be paid in days', () => {
		const overtimeBands = [
			{ wageTypeId: 'on-call', over: 'day', on: 'any', fromMinutes: 0, toMinutes: null }
		] as const;
		expect(codeOf({ rules: { ...rules, overtimeBands } })).toBe('time.band_broken');
	});
});

describe('hours', () => {
	test('are rounded once, from the sum of minutes', () => {
		const entries = [20, 20, 20].map((minutes, at) => ({
			...work(MONDAY, minutes),
			entryId: `e${at}`
		}));
		expect(weekOf({ entries }).payroll).toMatchObject([{ unitsHundredths: 100, minutes: 60 }]);
		expect(weekOf({ entries: entries.slice(0, 1) }).payroll).toMatchObject([
			{ unitsHundredths: 33 }
		]);
	});

	test('of each calendar year are counted by themselves', () => {
		const found = weekOf({
			week: '2026-W53',
			absences: [away('leave', '2026-12-30', '2027-01-01')],
			before: {
				...NOTHING_BEFORE,
				used: [{ wageTypeId: 'leave', year: 2026, minutes: 0, unitsHundredths: 2300 }]
			}
		});
		expect(found.balances).toMatchObject([
			{ year: 2026, usedHundredths: 2500, leftHundredths: 0 },
			{ year: 2027, usedHundredths: 100, leftHundredths: 2400 }
		]);
		expect(found.notices).toEqual([]);
	});
});

describe('absence', () => {
	test.each<[number, string | undefined]>([
		[1, undefined],
		[444, undefined],
		[0, 'time.absence_too_long'],
		[7.5, 'time.absence_too_long']
	])('of %s minutes', (minutesPerDay, code) => {
		expect(codeOf({ absences: [away('leave', MONDAY, MONDAY, { minutesPerDay })] })).toBe(code);
	});

	test('in days is a part of that very day, however long it is', () => {
		const schemes = [{ validFrom: '2025-01-01', weeks: [[300, 444, 0, 0, 0, 0, 0]] }];
		const found = weekOf({
			absences: [away('leave', MONDAY, MONDAY, { minutesPerDay: 150 }), away('leave', TUESDAY)],
			rules: { ...RULES, schemes }
		});
		expect(found.payroll).toMatchObject([{ unit: 'days', unitsHundredths: 150, minutes: 594 }]);
	});

	test('two kinds share a day as far as it goes', () => {
		const both = (minutes: number) => [
			away('leave', MONDAY, MONDAY, { minutesPerDay: 222 }),
			away('sick', MONDAY, MONDAY, { minutesPerDay: minutes })
		];
		expect(codeOf({ absences: both(222) })).toBeUndefined();
		expect(codeOf({ absences: both(223) })).toBe('time.absences_overlap');
	});

	test('work beside a part of a day away is ordinary', () => {
		const found = weekOf({
			absences: [away('leave', MONDAY, MONDAY, { minutesPerDay: 222 })],
			entries: [work(MONDAY, 222)]
		});
		expect(found.notices).toEqual([]);
		expect(found.days[0]).toMatchObject({ differenceMinutes: 0, creditedMinutes: 222 });
	});

	test('a wage type of work is called what it is by everybody', () => {
		expect(labelFor(aWageType(), 'colleague')).toBe('Normal time');
	});
});

test.each([
	[-2220, 0, []],
	[-2219, 0, ['time.flex_outside']],
	[-3000, -2220, []],
	[-3000, -2221, ['time.flex_outside']]
])('a balance of -2220 within %s to %s', (leastMinutes, mostMinutes, codes) => {
	const rules = { ...RULES, flexLimits: { leastMinutes, mostMinutes } };
	expect(weekOf({ rules }).notices.map(({ code }) => code)).toEqual(codes);
});

test('the lines of a week: each day by the scheme, overtime, the balance before and after', () => {
	const overtimeBands = [
		{ wageTypeId: 'overtime-50', over: 'day', on: 'any', fromMinutes: 0, toMinutes: 60 }
	] as const;
	const { lines } = weekOf({
		entries: [work(MONDAY, 444 + 90)],
		absences: [away('leave', TUESDAY, '2026-11-27')],
		rules: { ...RULES, overtimeBands },
		before: { ...NOTHING_BEFORE, flexMinutes: 100 }
	});
	expect(lines.map(({ code }) => code)).toEqual([
		...Array.from({ length: 7 }, () => 'time.day'),
		'time.overtime',
		'time.flex'
	]);
	expect(lines[0]).toMatchObject({
		values: { date: MONDAY, normMinutes: 444, workedMinutes: 534, differenceMinutes: 90 },
		source: 'weekly scheme from 2025-01-01'
	});
	expect(lines.slice(7).map(({ values }) => values)).toEqual([
		{ label: 'Overtime 50 %', minutes: 60, date: MONDAY },
		{ beforeMinutes: 100, minutes: 30, afterMinutes: 130 }
	]);
});

describe('rest', () => {
	const HOUR_MS = 3_600_000;
	const at = (fromH: number, toH: number) => ({
		fromMs: Date.parse('2026-11-23T00:00Z') + fromH * HOUR_MS,
		toMs: Date.parse('2026-11-23T00:00Z') + toH * HOUR_MS
	});

	test('one long day is enough to warn', () => {
		const found = weekOf({ entries: [work(MONDAY, '06:00', '19:01')] });
		expect(found.notices).toMatchObject([
			{ code: 'time.rest_under_11_hours', values: { from: '2026-11-23T06:00', restMinutes: 659 } }
		]);
		// The rule is from no official page, and the week says so.
		expect(found.verified).toBe(false);
		expect(weekOf({ entries: [work(MONDAY, '06:00', '19:00')] }).verified).toBe(true);
	});

	test('a short span within a long one ends no work', () => {
		const spans = [at(0, 14), at(1, 2)];
		expect(restNotices(spans, at(0, 0).fromMs, 'UTC')).toMatchObject([
			{ values: { restMinutes: 600 } }
		]);
	});

	test('24 hours that end as the week’s work begins were told with the week before', () => {
		const before = {
			...NOTHING_BEFORE,
			entries: [work('2026-11-22', '06:00', '12:00'), work('2026-11-22', '18:00', '22:00')]
		};
		const found = weekOf({ entries: [work(MONDAY, '06:00', '10:00')], before });
		expect(found.notices).toMatchObject([
			{ values: { from: '2026-11-22T18:00', restMinutes: 480 } }
		]);
	});
});

describe('the average week', () => {
	const on = (date: string, workedMinutes: number, isNeutral = false) => ({
		date,
		workedMinutes,
		isNeutral
	});

	test('has the first and the last day of its period and none beside them', () => {
		const worked = [
			on('2026-11-15', 10_000),
			on('2026-11-16', 700),
			on('2026-11-29', 700),
			on('2026-11-30', 10_000)
		];
		expect(averageWeek(worked, '2026-11-29', '2026-11-16')).toEqual({
			averageMinutes: 700,
			from: '2026-11-16',
			days: 14
		});
	});

	test('a day with some work and some leave is no day of leave', () => {
		const found = weekOf({
			absences: [
				away('leave', TUESDAY, '2026-11-27'),
				away('leave', MONDAY, MONDAY, { minutesPerDay: 60 })
			],
			entries: [work(MONDAY, 1400)]
		});
		// 1400 minutes over Monday, Saturday and Sunday; over the weekend alone it would be more.
		expect(found.notices).toMatchObject([
			{ code: 'time.average_over_48_hours', values: { averageMinutes: 3267, days: 3 } }
		]);
		expect(found.verified).toBe(false);
	});

	test('what is known only from later in the week on makes it no shorter', () => {
		const found = weekOf({
			entries: [work(MONDAY, 1440), work(TUESDAY, 1441 - 1)],
			before: { ...NOTHING_BEFORE, knownFrom: '2026-11-26' }
		});
		expect(found.notices).toEqual([]);
		const twice = weekOf({
			entries: [work(MONDAY, 1440), work(TUESDAY, 1440), work('2026-11-25', 60)],
			before: { ...NOTHING_BEFORE, worked: [on(MONDAY, 1440)], knownFrom: '2026-11-26' }
		});
		expect(twice.notices).toMatchObject([{ values: { from: MONDAY, averageMinutes: 2940 } }]);
	});
});
