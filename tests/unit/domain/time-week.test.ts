import { publicHolidays } from '@outlay/domain/time/public-holidays';
import { describe, expect, test } from 'vitest';
import { NOTHING_BEFORE, RULES, away, work } from '../../support/time-weeks.ts';
import {
	MONDAY,
	TUESDAY,
	SATURDAY,
	SUNDAY,
	WORKING_DAYS,
	weekOf,
	refusalOf
} from '../../support/week-48.ts';

describe('norm against worked', () => {
	test('an ordinary week: 37 hours, half an hour more goes to the balance', () => {
		const entries = WORKING_DAYS.map((date) =>
			work(date, '08:00', '16:00', { breakMinutes: date === MONDAY ? 6 : 36 })
		);
		expect(weekOf({ entries, before: { ...NOTHING_BEFORE, flexMinutes: 60 } })).toMatchObject({
			normMinutes: 2220,
			workedMinutes: 2250,
			flexMinutes: 30,
			flexAfterMinutes: 90,
			overtime: [],
			days: [
				{ date: MONDAY, differenceMinutes: 30 },
				{},
				{},
				{},
				{},
				{ date: SATURDAY, normMinutes: 0 },
				{}
			],
			payroll: [{ payrollCode: '100', account: '2210', unitsHundredths: 3750, date: SUNDAY }],
			notices: [],
			verified: true
		});
	});

	test('the scheme in force on each day, in a rotation of weeks', () => {
		const schemes = [
			{ validFrom: '2025-01-01', weeks: [[444, 444, 444, 444, 444, 0, 0]] },
			// Begins on a Wednesday: that week is the first of the rotation, W48 the third and so the first again.
			{
				validFrom: '2026-11-11',
				weeks: [
					[480, 480, 480, 480, 480, 0, 0],
					[300, 300, 300, 300, 0, 0, 0]
				]
			},
			{ validFrom: '2026-11-27', weeks: [[0, 0, 0, 0, 120, 0, 0]] }
		];
		const days = weekOf({ rules: { ...RULES, schemes } }).days.map(
			({ normMinutes }) => normMinutes
		);
		expect(days).toEqual([480, 480, 480, 480, 120, 0, 0]);
		expect(weekOf({ week: '2026-W47', rules: { ...RULES, schemes } }).days[0]).toMatchObject({
			normMinutes: 300
		});
	});

	test('a public holiday has no norm, a half one half of it; the data is unverified', () => {
		const holidays = publicHolidays('DK', '2026-12-21', '2026-12-27');
		expect(holidays.map(({ date, name }) => [date, name])).toEqual([
			['2026-12-25', 'Juledag'],
			['2026-12-26', 'Anden Juledag']
		]);
		const halfDay = {
			date: '2026-12-24',
			name: 'Juleaften',
			normPercent: 50,
			source: 'company',
			verified: true
		};
		expect(
			weekOf({ week: '2026-W52', rules: { ...RULES, holidays: [...holidays, halfDay] } })
		).toMatchObject({
			normMinutes: 3 * 444 + 222,
			days: [
				{},
				{},
				{},
				{ normMinutes: 222, holiday: 'Juleaften' },
				{ normMinutes: 0, holiday: 'Juledag' },
				{},
				{}
			],
			verified: false
		});
	});

	test.each([
		[{ week: '2026-48' }, 'time.week_unreadable'],
		[{ week: '2025-W53' }, 'time.week_unreadable'],
		[{ before: { ...NOTHING_BEFORE, knownFrom: 'May' } }, 'time.date_unreadable'],
		[{ rules: { ...RULES, schemes: [] } }, 'time.scheme_missing'],
		[{ rules: { ...RULES, schemes: [{ validFrom: '2025', weeks: [[]] }] } }, 'time.scheme_broken'],
		[
			{ rules: { ...RULES, schemes: [{ validFrom: '2025-01-01', weeks: [[1, 2]] }] } },
			'time.scheme_broken'
		],
		[
			{ rules: { ...RULES, schemes: [{ validFrom: '2025-01-01', weeks: [] }] } },
			'time.scheme_broken'
		]
	])('refuses %o', (change, code) => {
		expect(refusalOf(change)?.code).toBe(code);
	});
});

test('the call worked out in the readme', () => {
	const found = weekOf({
		entries: [work(MONDAY, '08:00', '16:30', { breakMinutes: 30 })],
		absences: [away('leave', TUESDAY, '2026-11-27')],
		before: { ...NOTHING_BEFORE, flexMinutes: 60 }
	});
	expect(found).toMatchObject({
		normMinutes: 2220,
		workedMinutes: 480,
		creditedMinutes: 1776,
		flexMinutes: 36,
		flexAfterMinutes: 96,
		payroll: [
			{ payrollCode: '100', unit: 'hours', unitsHundredths: 800 },
			{ payrollCode: '200', unit: 'days', unitsHundredths: 400 }
		],
		balances: [{ wageTypeId: 'leave', year: 2026, leftHundredths: 2100 }],
		notices: []
	});
});

describe('entries', () => {
	test('over midnight: to the day they began, or split, and the night after Sunday stays in the week', () => {
		const entries = [
			work(MONDAY, '22:00', '06:00', { breakMinutes: 30 }),
			work(SUNDAY, '22:00', '06:00')
		];
		const workedOn = (overMidnight: 'start-day' | 'split') =>
			weekOf({ entries, rules: { ...RULES, overMidnight } }).days.map(
				({ workedMinutes }) => workedMinutes
			);
		expect(workedOn('start-day')).toEqual([450, 0, 0, 0, 0, 0, 480]);
		expect(workedOn('split')).toEqual([90, 360, 0, 0, 0, 0, 480]);
	});

	test('hours are elapsed: 22–06 is seven hours when the clock goes forward, nine when back', () => {
		const entry = (date: string) => [work(date, '22:00', '06:00')];
		expect(weekOf({ week: '2026-W13', entries: entry('2026-03-28') }).workedMinutes).toBe(420);
		expect(weekOf({ week: '2026-W43', entries: entry('2026-10-24') }).workedMinutes).toBe(540);
	});

	test('that overlap are refused and both named; touching is no overlap', () => {
		const first = work(MONDAY, '08:00', '12:00');
		expect(refusalOf({ entries: [work(MONDAY, '11:59', '16:00'), first] })).toMatchObject({
			code: 'time.entries_overlap',
			values: { entryId: `${MONDAY} 11:59`, otherId: first.entryId, date: MONDAY }
		});
		expect(refusalOf({ entries: [work(MONDAY, '12:00', '16:00'), first] })).toBeNull();
		// A long entry over two short ones, and the night from the week before.
		expect(
			refusalOf({
				entries: [
					work(MONDAY, '08:00', '18:00'),
					work(MONDAY, '09:00', '10:00'),
					work(MONDAY, '17:00', '19:00')
				]
			})?.code
		).toBe('time.entries_overlap');
		const before = { ...NOTHING_BEFORE, entries: [work('2026-11-22', '22:00', '06:00')] };
		expect(refusalOf({ entries: [work(MONDAY, '05:00', '09:00')], before })?.code).toBe(
			'time.entries_overlap'
		);
	});

	test.each([
		[work('2026-11-31', 60), 'time.entry_outside_week'],
		[work('2026-11-30', 60), 'time.entry_outside_week'],
		[work(MONDAY, '8:00', '16:00'), 'time.clock_unreadable'],
		[work(MONDAY, '08:00', '24:00'), 'time.clock_unreadable'],
		[work(MONDAY, '08:00', '08:00'), 'time.span_empty'],
		[{ ...work(MONDAY, '08:00', '16:00'), to: null }, 'time.span_missing'],
		[{ ...work(MONDAY, 60), minutes: null }, 'time.span_missing'],
		[work(MONDAY, 0), 'time.minutes_out_of_range'],
		[work(MONDAY, 1441), 'time.minutes_out_of_range'],
		[work(MONDAY, 7.5), 'time.minutes_out_of_range'],
		[work(MONDAY, '08:00', '09:00', { breakMinutes: 60 }), 'time.break_too_long'],
		[work(MONDAY, 60, '', { wageTypeId: 'unknown' }), 'time.wage_type_unknown'],
		[work(MONDAY, 60, '', { wageTypeId: 'leave' }), 'time.wage_type_of_other_kind']
	])('refuses %o', (entry, code) => {
		expect(refusalOf({ entries: [entry] })).toMatchObject({ code, field: 'entries' });
	});

	test('more than a day has hours', () => {
		const entries = [work(MONDAY, 1440), work(MONDAY, 1439), work(MONDAY, 2)];
		expect(refusalOf({ entries })?.code).toBe('time.day_over_24_hours');
	});
});
