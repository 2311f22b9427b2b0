import { publicHolidays } from '@outlay/domain/time/public-holidays';
import { timeWeek } from '@outlay/domain/time/time-week';
import type { TimeWeekInput } from '@outlay/domain/time/time-claim';
import { labelFor, wageTypesToChoose } from '@outlay/domain/time/wage-type';
import { describe, expect, test } from 'vitest';
import {
	NOTHING_BEFORE,
	RULES,
	WAGE_TYPES,
	aWageType,
	aWeek,
	away,
	work
} from '../../support/time-weeks.ts';

const MONDAY = '2026-11-23';
const TUESDAY = '2026-11-24';
const SATURDAY = '2026-11-28';
const SUNDAY = '2026-11-29';
const WORKING_DAYS = [MONDAY, TUESDAY, '2026-11-25', '2026-11-26', '2026-11-27'];

function weekOf(change: Partial<TimeWeekInput>) {
	const found = timeWeek(aWeek(change));
	if (!found.ok) throw new Error(found.refusal.code);
	return found.value;
}
function refusalOf(change: Partial<TimeWeekInput>) {
	const found = timeWeek(aWeek(change));
	return found.ok ? null : found.refusal;
}

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

describe('overtime', () => {
	const overtimeBands = [
		{ wageTypeId: 'overtime-50', over: 'day', on: 'working-day', fromMinutes: 0, toMinutes: 120 },
		{
			wageTypeId: 'overtime-100',
			over: 'day',
			on: 'working-day',
			fromMinutes: 120,
			toMinutes: null
		},
		{ wageTypeId: 'overtime-100', over: 'day', on: 'day-off', fromMinutes: 0, toMinutes: null }
	] as const;
	const rules = { ...RULES, overtimeBands };

	test('bands of a day, and days off in a band of their own; payroll gets the supplement beside the hours', () => {
		const entries = [work(MONDAY, 444 + 150), work(SATURDAY, 60)];
		const found = weekOf({ entries, rules });
		expect(found.overtime).toEqual([
			{ wageTypeId: 'overtime-50', date: MONDAY, minutes: 120 },
			{ wageTypeId: 'overtime-100', date: MONDAY, minutes: 30 },
			{ wageTypeId: 'overtime-100', date: SATURDAY, minutes: 60 }
		]);
		expect(
			found.payroll.map(({ payrollCode, unitsHundredths }) => [payrollCode, unitsHundredths])
		).toEqual([
			['100', 1090],
			['150', 200],
			['151', 150]
		]);
		// Four days short, whatever was paid as overtime.
		expect(found.flexMinutes).toBe(-4 * 444);
	});

	test('a band over the week sets short days off against long ones', () => {
		const overWeek = [
			{ wageTypeId: 'overtime-50', over: 'week', on: 'any', fromMinutes: 60, toMinutes: null }
		] as const;
		const entries = WORKING_DAYS.map((date, at) =>
			work(date, 444 + (at === 0 ? 200 : at === 1 ? -40 : 0))
		);
		expect(weekOf({ entries, rules: { ...RULES, overtimeBands: overWeek } })).toMatchObject({
			overtime: [{ date: null, minutes: 100 }],
			flexMinutes: 60
		});
	});

	test('bands that overlap are the company’s mistake', () => {
		const twice = [
			...overtimeBands,
			{ ...overtimeBands[0], fromMinutes: 60, toMinutes: 90, on: 'any' as const }
		];
		expect(refusalOf({ rules: { ...RULES, overtimeBands: twice } })?.code).toBe(
			'time.bands_overlap'
		);
	});
});

describe('absence', () => {
	test('from–to takes working days only, counts in days and lowers its budget', () => {
		const holidays = [
			{ date: TUESDAY, name: 'Local day', normPercent: 0, source: 'company', verified: true }
		];
		const used = [{ wageTypeId: 'leave', year: 2026, minutes: 0, unitsHundredths: 2300 }];
		const found = weekOf({
			absences: [away('leave', '2026-11-20', '2026-12-04')],
			rules: { ...RULES, holidays },
			before: { ...NOTHING_BEFORE, used }
		});
		expect(found).toMatchObject({
			creditedMinutes: 4 * 444,
			flexMinutes: 0,
			payroll: [{ payrollCode: '200', unit: 'days', unitsHundredths: 400 }],
			balances: [{ wageTypeId: 'leave', year: 2026, usedHundredths: 2700, leftHundredths: -200 }],
			notices: [
				{
					code: 'time.budget_exceeded',
					values: { label: 'Absence', year: 2026, overHundredths: 200 }
				}
			]
		});
	});

	test('part of a day; sickness in hours; time off in lieu lowers the balance and needs a comment', () => {
		const absences = [
			away('leave', MONDAY, MONDAY, { minutesPerDay: 222 }),
			away('sick', TUESDAY),
			away('in-lieu', '2026-11-25', '2026-11-25', { minutesPerDay: 120, comment: 'as agreed' })
		];
		const found = weekOf({ absences });
		expect(
			found.payroll.map(({ payrollCode, unitsHundredths }) => [payrollCode, unitsHundredths])
		).toEqual([
			['200', 50],
			['210', 740]
		]);
		expect(found.days.map(({ differenceMinutes }) => differenceMinutes)).toEqual([
			-222, 0, -444, -444, -444, 0, 0
		]);
		expect(
			refusalOf({ absences: [away('in-lieu', MONDAY, MONDAY, { comment: '  ' })] })
		).toMatchObject({
			code: 'time.comment_missing',
			field: 'absences',
			values: { absenceId: `in-lieu ${MONDAY}` }
		});
	});

	test('why somebody is away is told to its owner and payroll only', () => {
		const sick = WAGE_TYPES.find(({ wageTypeId }) => wageTypeId === 'sick') ?? aWageType();
		expect(
			(['owner', 'payroll', 'approver', 'colleague'] as const).map((reader) =>
				labelFor(sick, reader)
			)
		).toEqual(['Sickness', 'Sickness', 'Absence', 'Absence']);
		const found = weekOf({ absences: [away('sick', MONDAY)] });
		expect(JSON.stringify(found.lines)).not.toMatch(/sick/i);
	});

	test.each([
		[[away('leave', '2026-02-30')], 'time.date_unreadable'],
		[[away('leave', TUESDAY, MONDAY)], 'time.absence_ends_before_it_begins'],
		[[away('in-lieu', MONDAY, TUESDAY, { comment: 'x' })], 'time.single_date_only'],
		[[away('leave', MONDAY, MONDAY, { minutesPerDay: 445 })], 'time.absence_too_long'],
		[
			[away('leave', MONDAY), away('sick', MONDAY, MONDAY, { minutesPerDay: 1 })],
			'time.absences_overlap'
		],
		[[away('normal', MONDAY)], 'time.wage_type_of_other_kind']
	])('refuses %o', (absences, code) => {
		expect(refusalOf({ absences })?.code).toBe(code);
	});

	test('work on a day of whole absence is noticed', () => {
		const found = weekOf({ absences: [away('sick', MONDAY)], entries: [work(MONDAY, 60)] });
		expect(found.notices).toEqual([
			{ code: 'time.worked_while_away', values: { date: MONDAY, workedMinutes: 60 } }
		]);
	});
});

describe('wage types', () => {
	test('those to choose are active and in the company’s order', () => {
		const types = [
			aWageType({ wageTypeId: 'b', sortKey: 2 }),
			aWageType({ wageTypeId: 'gone', sortKey: 0, isActive: false }),
			aWageType({ wageTypeId: 'a', sortKey: 2 }),
			aWageType({ wageTypeId: 'first', sortKey: 1 })
		];
		expect(wageTypesToChoose(types, 'worked').map(({ wageTypeId }) => wageTypeId)).toEqual([
			'first',
			'a',
			'b'
		]);
		const rules = { ...RULES, wageTypes: types };
		expect(
			refusalOf({ rules, entries: [work(MONDAY, 60, '', { wageTypeId: 'gone' })] })?.code
		).toBe('time.wage_type_inactive');
	});

	test('a balance outside its limits is noticed, not cut', () => {
		const rules = { ...RULES, flexLimits: { leastMinutes: -600, mostMinutes: 1200 } };
		expect(weekOf({ rules, entries: [work(MONDAY, 444)] })).toMatchObject({
			flexAfterMinutes: -4 * 444,
			notices: [{ code: 'time.flex_outside', values: { leastMinutes: -600 } }]
		});
	});
});
