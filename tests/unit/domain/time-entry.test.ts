import { publicHolidays } from '@outlay/domain/time/public-holidays';
import { minutesByDate, minutesOfDay, overlapAmong, spanOf } from '@outlay/domain/time/time-entry';
import { timeWeek } from '@outlay/domain/time/time-week';
import type { TimeRules, TimeWeekInput } from '@outlay/domain/time/time-claim';
import type { TimeEntry } from '@outlay/domain/time/time-entry';
import { datesOfWeek } from '@outlay/domain/time/week';
import { normOf } from '@outlay/domain/time/working-scheme';
import { describe, expect, test } from 'vitest';
import {
	NOTHING_BEFORE,
	RULES,
	WAGE_TYPES,
	aWageType,
	aWeek,
	work
} from '../../support/time-weeks.ts';

const MONDAY = '2026-11-23';
const TUESDAY = '2026-11-24';
const COPENHAGEN = 'Europe/Copenhagen';
/** Directive 2000/84/EC: the clock goes forward at 01:00 UTC on the last Sunday of March, back on that of October. */
const FORWARD = '2026-03-29';
const BACK = '2026-10-25';

function minutesOf(entry: TimeEntry): number | string {
	const span = spanOf(entry, COPENHAGEN);
	if (!span.ok) return span.refusal.code;
	return span.value === null
		? (entry.minutes ?? 0)
		: (span.value.toMs - span.value.fromMs) / 60_000;
}

function refusalOf(change: Partial<TimeWeekInput>) {
	const found = timeWeek(aWeek(change));
	return found.ok ? null : found.refusal;
}

describe('how long an entry is', () => {
	test.each<[string, TimeEntry, number | string]>([
		['a minute', work(MONDAY, 1), 1],
		['a whole day', work(MONDAY, 1440), 1440],
		['the night the clock goes forward', work(FORWARD, '01:30', '03:30'), 60],
		['a start the clock jumps over', work(FORWARD, '02:30', '04:30'), 60],
		[
			'a start and an end in the hour that is not there',
			work(FORWARD, '02:30', '03:30'),
			'time.span_empty'
		],
		['the night the clock goes back', work(BACK, '01:30', '03:30'), 180],
		['in the hour the clock shows twice, its first time', work(BACK, '02:10', '02:50'), 40],
		['a break of all but a minute', work(MONDAY, '08:00', '09:00', { breakMinutes: 59 }), 60],
		[
			'a break below nothing',
			work(MONDAY, '08:00', '09:00', { breakMinutes: -1 }),
			'time.break_too_long'
		],
		[
			'half a minute of break',
			work(MONDAY, '08:00', '09:00', { breakMinutes: 0.5 }),
			'time.break_too_long'
		],
		['an hour that is none', work(MONDAY, '08:00', '24:30'), 'time.clock_unreadable'],
		['an end to the second', work(MONDAY, '08:00', '09:00:30'), 'time.clock_unreadable'],
		['an end without its colon', work(MONDAY, '08:00', '0900'), 'time.clock_unreadable'],
		['a minute that is none', work(MONDAY, '08:60', '09:30'), 'time.clock_unreadable'],
		['no end', { ...work(MONDAY, '08:00', '09:00'), from: null }, 'time.span_missing'],
		['no day of the calendar', work('2026-02-30', 60), 'time.date_unreadable']
	])('%s', (_, entry, expected) => {
		expect(minutesOf(entry)).toBe(expected);
	});

	test('a day has 24 hours, one less or one more', () => {
		expect([MONDAY, FORWARD, BACK].map((date) => minutesOfDay(date, COPENHAGEN))).toEqual([
			1440, 1380, 1500
		]);
	});
});

describe('the part after midnight', () => {
	const split = (entry: TimeEntry, lastDate = '2026-11-29') => {
		const span = spanOf(entry, COPENHAGEN);
		if (!span.ok) throw new Error(span.refusal.code);
		return [...minutesByDate(entry, span.value, 'split', COPENHAGEN, lastDate)];
	};

	test('is there only where there is some', () => {
		expect(split(work(MONDAY, '16:00', '00:00'))).toEqual([[MONDAY, 480]]);
		expect(split(work(MONDAY, '16:00', '00:01'))).toEqual([
			[MONDAY, 480],
			[TUESDAY, 1]
		]);
	});

	test('a break longer than the first part goes on in the second', () => {
		expect(split(work(MONDAY, '23:50', '08:00', { breakMinutes: 30 }))).toEqual([
			[MONDAY, 0],
			[TUESDAY, 460]
		]);
	});

	test('of the last date stays with it', () => {
		expect(split(work(MONDAY, '22:00', '06:00'), MONDAY)).toEqual([[MONDAY, 480]]);
	});
});

test('overlaps among nights and days in any order', () => {
	const span = (entryId: string, fromMs: number, toMs: number) => ({
		entryId,
		date: MONDAY,
		fromMs,
		toMs,
		breakMinutes: 0
	});
	const [a, b, c] = [span('a', 0, 10), span('b', 10, 30), span('c', 29, 31)];
	expect(overlapAmong([b, a])).toBeNull();
	expect(overlapAmong([c, b, a])).toEqual([b, c]);
	expect(overlapAmong([span('d', 0, 40), span('e', 0, 30)])?.map(({ entryId }) => entryId)).toEqual(
		['e', 'd']
	);
});

describe('entries of earlier days', () => {
	const twice = work(MONDAY, '08:00', '12:00');

	test('are those before Monday only, whatever else is handed over', () => {
		const before = { ...NOTHING_BEFORE, entries: [twice] };
		expect(refusalOf({ entries: [twice], before })).toBeNull();
	});

	test('that overlap each other are no fault of this week', () => {
		const entries = [work('2026-11-20', '08:00', '12:00'), work('2026-11-20', '11:00', '13:00')];
		expect(refusalOf({ entries: [twice], before: { ...NOTHING_BEFORE, entries } })).toBeNull();
	});

	test('that reach into Monday do overlap', () => {
		const before = { ...NOTHING_BEFORE, entries: [work('2026-11-22', '22:00', '06:00')] };
		expect(refusalOf({ entries: [work(MONDAY, '05:59', '09:00')], before })?.code).toBe(
			'time.entries_overlap'
		);
		expect(refusalOf({ entries: [work(MONDAY, '06:00', '09:00')], before })).toBeNull();
	});
});

describe('no day has more hours than it has', () => {
	test.each<[string, TimeEntry[], boolean]>([
		['24', [work(MONDAY, 1380), work(MONDAY, 60)], true],
		['a minute more', [work(MONDAY, 1380), work(MONDAY, 61)], false],
		['by the clock and by length', [work(MONDAY, '01:00', '23:00'), work(MONDAY, 120)], true],
		['a minute more', [work(MONDAY, '01:00', '23:00'), work(MONDAY, 121)], false],
		['a night counts to its own dates', [work(MONDAY, '22:00', '06:00'), work(MONDAY, 1320)], true],
		['the evening', [work(MONDAY, '22:00', '06:00'), work(MONDAY, 1321)], false],
		['the morning', [work(MONDAY, '22:00', '06:00'), work(TUESDAY, 1081)], false]
	])('%s', (_, entries, isPossible) => {
		const code = isPossible ? undefined : 'time.day_over_24_hours';
		for (const overMidnight of ['start-day', 'split'] as const) {
			expect(refusalOf({ entries, rules: { ...RULES, overMidnight } })?.code).toBe(code);
		}
	});

	test('23 and 25 where the clock is moved', () => {
		const of = (week: string, date: string, more: number) =>
			refusalOf({ week, entries: [work(date, 1320), work(date, more)] })?.code;
		expect(of('2026-W13', FORWARD, 60)).toBeUndefined();
		expect(of('2026-W13', FORWARD, 61)).toBe('time.day_over_24_hours');
		expect(of('2026-W43', BACK, 180)).toBeUndefined();
		expect(of('2026-W43', BACK, 181)).toBe('time.day_over_24_hours');
	});
});

describe('what an entry is for', () => {
	const rules: TimeRules = {
		...RULES,
		wageTypes: [
			...WAGE_TYPES,
			aWageType({ wageTypeId: 'project', requiredDimensionIds: ['project'] })
		],
		dimensions: [
			...RULES.dimensions,
			{
				dimensionId: 'task',
				isRequired: false,
				parentId: 'project',
				values: [{ valueId: 'pumps', parentValueId: '4711' }]
			}
		]
	};

	test.each<[string, Partial<TimeEntry>, string | undefined]>([
		['none where none is asked for', {}, undefined],
		['a project', { wageTypeId: 'project', dimensions: { project: '4711' } }, undefined],
		['a task of its project', { dimensions: { project: '4711', task: 'pumps' } }, undefined],
		[
			'no project where the wage type asks for one',
			{ wageTypeId: 'project' },
			'time.dimension_missing'
		],
		['a project that is not there', { dimensions: { project: '0815' } }, 'time.dimension_unknown'],
		['a dimension that is not there', { dimensions: { car: '4711' } }, 'time.dimension_unknown'],
		['a task without its project', { dimensions: { task: 'pumps' } }, 'time.dimension_parent'],
		[
			'ten of them',
			{ dimensions: Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`d${n}`, 'x'])) },
			'time.too_many_dimensions'
		]
	])('%s', (_, change, code) => {
		const entries = [work(MONDAY, 60, '', change)];
		expect(refusalOf({ entries, rules })?.code).toBe(code);
	});

	test('the company may ask for one on every entry', () => {
		const dimensions = RULES.dimensions.map((one) => ({ ...one, isRequired: true }));
		expect(
			refusalOf({ entries: [work(MONDAY, 60)], rules: { ...RULES, dimensions } })
		).toMatchObject({
			code: 'time.dimension_missing',
			field: 'entries',
			values: { date: MONDAY, dimensionId: 'project' }
		});
	});
});

describe('the norm of a day', () => {
	const of = (minutes: number, normPercents: number[] = []) => {
		const schemes = [{ validFrom: MONDAY, weeks: [[minutes, 0, 0, 0, 0, 0, 0]] }];
		const holidays = normPercents.map((normPercent) => ({
			date: MONDAY,
			name: `${normPercent}`,
			normPercent,
			source: 'company',
			verified: true
		}));
		const norm = normOf(MONDAY, schemes, holidays);
		return norm.ok ? [norm.value.minutes, norm.value.holiday?.name] : norm.refusal.code;
	};

	test('from none to the whole day, of which a scheme in force since that very day says it', () => {
		expect(of(0)).toEqual([0, undefined]);
		expect(of(1440)).toEqual([1440, undefined]);
		expect([of(-1), of(1441), of(7.4)]).toEqual(Array(3).fill('time.scheme_broken'));
	});

	test('half of an odd one is rounded up; of two holidays the one that leaves less counts', () => {
		expect(of(445, [50])).toEqual([223, '50']);
		expect(of(444, [50, 25])).toEqual([111, '25']);
		expect(of(444, [25, 50])).toEqual([111, '25']);
	});
});

test('weeks of ISO 8601: 2026 has 53, 2025 has not', () => {
	const monday = (week: string) => {
		const dates = datesOfWeek(week);
		return dates.ok ? dates.value[0] : dates.refusal.code;
	};
	expect(monday('2026-W01')).toBe('2025-12-29');
	expect(monday('2026-W53')).toBe('2026-12-28');
	expect([monday('2025-W53'), monday('2026-W54'), monday('2026-W00')]).toEqual(
		Array(3).fill('time.week_unreadable')
	);
});

test('holidays on the first and last day asked for are there', () => {
	const names = publicHolidays('DK', '2026-12-25', '2026-12-26').map(({ name }) => name);
	expect(names).toEqual(['Juledag', 'Anden Juledag']);
});
