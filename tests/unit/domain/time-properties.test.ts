import type { TimeWeekInput } from '@outlay/domain/time/time-claim';
import { timeWeek } from '@outlay/domain/time/time-week';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RULES, aWeek, away, work } from '../../support/time-weeks.ts';

const RUNS = { numRuns: 50 };
const DATES = Array.from({ length: 7 }, (_, at) => `2026-11-${23 + at}`);
const clock = fc
	.integer({ min: 0, max: 1439 })
	.map(
		(minute) =>
			`${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
	);

/** At most one entry and one absence a day, so that most weeks are free of overlaps. */
const weeks: fc.Arbitrary<TimeWeekInput> = fc
	.record({
		entries: fc.array(
			fc.record({
				date: fc.constantFrom(...DATES),
				from: clock,
				to: clock,
				breakMinutes: fc.integer({ min: 0, max: 45 }),
				minutes: fc.option(fc.integer({ min: 1, max: 1000 }))
			}),
			{ maxLength: 5 }
		),
		absences: fc.uniqueArray(
			fc.record({
				wageTypeId: fc.constantFrom('leave', 'sick', 'in-lieu'),
				date: fc.constantFrom(...DATES)
			}),
			{ maxLength: 3, selector: ({ date }) => date }
		),
		bands: fc.subarray([
			{
				wageTypeId: 'overtime-50',
				over: 'day' as const,
				on: 'working-day' as const,
				fromMinutes: 30,
				toMinutes: 120
			},
			{
				wageTypeId: 'overtime-100',
				over: 'day' as const,
				on: 'any' as const,
				fromMinutes: 120,
				toMinutes: null
			},
			{
				wageTypeId: 'overtime-50',
				over: 'week' as const,
				on: 'any' as const,
				fromMinutes: 60,
				toMinutes: null
			}
		]),
		overMidnight: fc.constantFrom('start-day' as const, 'split' as const)
	})
	.map(({ entries, absences, bands, overMidnight }) =>
		aWeek({
			entries: entries.map(({ date, from, to, breakMinutes, minutes }, at) => ({
				...(minutes === null ? work(date, from, to, { breakMinutes }) : work(date, minutes)),
				entryId: `entry ${at}`
			})),
			absences: absences.map(({ wageTypeId, date }) =>
				away(wageTypeId, date, date, { comment: 'agreed' })
			),
			rules: { ...RULES, overtimeBands: bands, overMidnight }
		})
	);

describe('a week', () => {
	test('worked and credited less the norm are overtime and flex; payroll has every minute', () => {
		fc.assert(
			fc.property(weeks, (input) => {
				const found = timeWeek(input);
				if (!found.ok) return;
				const {
					days,
					workedMinutes,
					creditedMinutes,
					normMinutes,
					overtime,
					flexMinutes,
					payroll
				} = found.value;
				const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
				const overtimeMinutes = sum(overtime.map(({ minutes }) => minutes));
				expect(workedMinutes + creditedMinutes - normMinutes).toBe(overtimeMinutes + flexMinutes);
				expect(overtime.every(({ minutes }) => minutes > 0)).toBe(true);
				expect(overtimeMinutes).toBeLessThanOrEqual(workedMinutes);
				expect(sum(days.map((day) => day.workedMinutes))).toBe(workedMinutes);
				const normal = payroll.find(({ payrollCode }) => payrollCode === '100');
				expect(normal?.minutes ?? 0).toBe(workedMinutes);
			}),
			RUNS
		);
	});

	test('is the same in whatever order it is entered, and so is its refusal', () => {
		fc.assert(
			fc.property(weeks, (input) => {
				const turned = {
					...input,
					entries: [...input.entries].reverse(),
					absences: [...input.absences].reverse(),
					rules: { ...input.rules, overtimeBands: [...input.rules.overtimeBands].reverse() }
				};
				expect(timeWeek(turned)).toEqual(timeWeek(input));
			}),
			RUNS
		);
	});

	test('has no less worked and no lower a balance for an hour more', () => {
		fc.assert(
			fc.property(weeks, fc.constantFrom(...DATES), (input, date) => {
				const bare = { ...input, rules: { ...input.rules, overtimeBands: [] } };
				const one = timeWeek(bare);
				const more = timeWeek({ ...bare, entries: [...bare.entries, work(date, 60)] });
				if (!one.ok || !more.ok) return;
				expect(more.value.workedMinutes).toBe(one.value.workedMinutes + 60);
				expect(more.value.flexAfterMinutes).toBe(one.value.flexAfterMinutes + 60);
			}),
			RUNS
		);
	});
});
