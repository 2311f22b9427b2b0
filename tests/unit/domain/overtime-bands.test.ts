import { overtimeOf, type OvertimeBand } from '@outlay/domain/time/overtime';
import { describe, expect, test } from 'vitest';
import { NOTHING_BEFORE, RULES, WAGE_TYPES, work } from '../../support/time-weeks.ts';
import { MONDAY, TUESDAY, weekOf } from '../../support/week-48.ts';

describe('overtime', () => {
	const band = (change: Partial<OvertimeBand> = {}): OvertimeBand => ({
		wageTypeId: 'overtime-50',
		over: 'day',
		on: 'any',
		fromMinutes: 0,
		toMinutes: null,
		...change
	});
	const day = { date: MONDAY, normMinutes: 444, surplusMinutes: 200 };
	const minutesOf = (bands: OvertimeBand[], weekSurplus = 200) => {
		const found = overtimeOf([day], weekSurplus, bands, WAGE_TYPES);
		return found.ok ? found.value.map(({ minutes }) => minutes) : found.refusal.code;
	};

	test('the week sees what the bands of a day left, and is no overlap of theirs', () => {
		const bands = [band({ toMinutes: 120 }), band({ over: 'week', wageTypeId: 'overtime-100' })];
		expect(minutesOf(bands)).toEqual([120, 80]);
		expect(minutesOf(bands, 100)).toEqual([120]);
	});

	test('up to the limit, from the next minute on the next band', () => {
		const bands = [
			band({ toMinutes: 200 }),
			band({ fromMinutes: 200, wageTypeId: 'overtime-100' })
		];
		expect(minutesOf(bands)).toEqual([200]);
		expect(minutesOf([band({ fromMinutes: 199 })])).toEqual([1]);
		expect(minutesOf([band({ fromMinutes: 200 })])).toEqual([]);
	});

	test.each<[string, Partial<OvertimeBand>]>([
		['a wage type that is not there', { wageTypeId: 'gone' }],
		['absence', { wageTypeId: 'sick' }],
		['below nothing', { fromMinutes: -1 }],
		['an end at its start', { fromMinutes: 60, toMinutes: 60 }],
		['a week of working days only', { over: 'week', on: 'working-day' }]
	])('a band that cannot be used is the company’s mistake: %s', (_, change) => {
		expect(minutesOf([band(change)])).toBe('time.band_broken');
	});

	test.each<[string, Partial<OvertimeBand>, Partial<OvertimeBand>]>([
		['working days are among any', { on: 'working-day' }, { on: 'any' }],
		['any holds days off', { on: 'any' }, { on: 'day-off' }],
		['by a minute', { toMinutes: 61 }, { fromMinutes: 60 }]
	])('bands that overlap: %s', (_, one, other) => {
		expect(minutesOf([band(one), band(other)])).toBe('time.bands_overlap');
		expect(minutesOf([band(other), band(one)])).toBe('time.bands_overlap');
	});

	test('working days and days off are apart', () => {
		expect(minutesOf([band({ on: 'working-day' }), band({ on: 'day-off' })])).toEqual([200]);
	});

	test('of a day is of that day’s year, of a week of the year it ends in', () => {
		const wageTypes = WAGE_TYPES.map((one) => ({ ...one, budgetHundredths: 10_000 }));
		const usedIn = (over: 'day' | 'week') =>
			weekOf({
				week: '2026-W53',
				entries: [work('2026-12-31', 504), work('2027-01-01', 564)],
				rules: {
					...RULES,
					schemes: [{ validFrom: '2025-01-01', weeks: [[0, 0, 0, 444, 444, 0, 0]] }],
					wageTypes,
					overtimeBands: [band({ over })]
				}
			})
				.balances.filter(({ wageTypeId }) => wageTypeId === 'overtime-50')
				.map(({ year, usedHundredths }) => [year, usedHundredths]);
		expect(usedIn('day')).toEqual([
			[2026, 100],
			[2027, 200]
		]);
		expect(usedIn('week')).toEqual([[2027, 300]]);
	});

	test('lowers the budget of the wage type it is paid as', () => {
		const wageTypes = WAGE_TYPES.map((one) =>
			one.wageTypeId === 'overtime-50' ? { ...one, budgetHundredths: 300 } : one
		);
		const overtimeBands = [band({ over: 'week' })];
		const long = weekOf({
			entries: [MONDAY, TUESDAY, '2026-11-25'].map((date) => work(date, 444 + 360)),
			rules: {
				...RULES,
				schemes: [{ validFrom: '2025-01-01', weeks: [[444, 444, 444, 0, 0, 0, 0]] }],
				wageTypes,
				overtimeBands
			},
			before: {
				...NOTHING_BEFORE,
				used: [{ wageTypeId: 'overtime-50', year: 2026, minutes: 60, unitsHundredths: 100 }]
			}
		});
		expect(long.balances.find(({ wageTypeId }) => wageTypeId === 'overtime-50')).toMatchObject({
			usedHundredths: 1900,
			leftHundredths: -1600
		});
		expect(long.notices.map(({ code }) => code)).toContain('time.budget_exceeded');
	});
});
