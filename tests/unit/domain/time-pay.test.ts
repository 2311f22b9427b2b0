import { wageTypesToChoose } from '@outlay/domain/time/wage-type';
import { describe, expect, test } from 'vitest';
import { RULES, aWageType, work } from '../../support/time-weeks.ts';
import { MONDAY, SATURDAY, WORKING_DAYS, weekOf, refusalOf } from '../../support/week-48.ts';

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
