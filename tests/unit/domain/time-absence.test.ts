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
import { MONDAY, TUESDAY, weekOf, refusalOf } from '../../support/week-48.ts';

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
