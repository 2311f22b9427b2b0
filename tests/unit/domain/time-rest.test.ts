import { averageNotices, averageWeek } from '@outlay/domain/time/rest-and-average';
import { timeWeek } from '@outlay/domain/time/time-week';
import type { TimeEntry } from '@outlay/domain/time/time-entry';
import { describe, expect, test } from 'vitest';
import { NOTHING_BEFORE, aWeek, away, work } from '../../support/time-weeks.ts';

const MONDAY = '2026-11-23';
const TUESDAY = '2026-11-24';

function restNoticesOf(entries: TimeEntry[], earlier: TimeEntry[] = []) {
	const found = timeWeek(aWeek({ entries, before: { ...NOTHING_BEFORE, entries: earlier } }));
	if (!found.ok) throw new Error(found.refusal.code);
	return found.value.notices
		.filter(({ code }) => code === 'time.rest_under_11_hours')
		.map(({ values }) => values);
}

/** Directive 2003/88/EC, Art. 3. */
describe('eleven hours of rest in every 24', () => {
	test('from one evening to the next morning', () => {
		const evening = work(MONDAY, '12:00', '21:00');
		expect(restNoticesOf([evening, work(TUESDAY, '08:00', '12:00')])).toEqual([]);
		expect(restNoticesOf([work(TUESDAY, '07:59', '12:00'), evening])).toEqual([
			{ from: '2026-11-23T12:00', to: '2026-11-24T12:00', restMinutes: 659, neededMinutes: 660 }
		]);
	});

	test('a working day of more than 13 hours leaves none, breaks are no rest', () => {
		expect(restNoticesOf([work(MONDAY, '06:00', '19:00')])).toEqual([]);
		expect(
			restNoticesOf([work(MONDAY, '06:00', '12:00'), work(MONDAY, '13:00', '19:01')])
		).toMatchObject([{ from: '2026-11-23T06:00', restMinutes: 659 }]);
	});

	test('a long rest in the middle of the day is a rest', () => {
		expect(restNoticesOf([work(MONDAY, '07:00', '09:00'), work(MONDAY, '20:00', '22:00')])).toEqual(
			[]
		);
	});

	test('each day on its own, across Sunday night, and what the week before knew is not told again', () => {
		const late = (date: string) => [work(date, '06:00', '12:00'), work(date, '18:00', '22:00')];
		expect(restNoticesOf([...late(MONDAY), ...late(TUESDAY)]).map(({ from }) => from)).toEqual([
			'2026-11-23T06:00',
			'2026-11-24T06:00'
		]);
		expect(
			restNoticesOf([work(MONDAY, '06:00', '10:00')], [work('2026-11-22', '14:00', '22:00')])
		).toMatchObject([{ from: '2026-11-22T14:00', restMinutes: 480 }]);
		expect(restNoticesOf([work(TUESDAY, '08:00', '10:00')], late('2026-11-22'))).toEqual([]);
	});
});

/** Directive 2003/88/EC, Art. 6(b) and 16. */
describe('48 hours a week on average', () => {
	/** Sundays of so many weeks before the week under test. */
	const weeks = (count: number, workedMinutes: number, isNeutral = false) =>
		Array.from({ length: count }, (_, at) => ({
			date: new Date(Date.parse('2026-11-22') - at * 7 * 86_400_000).toISOString().slice(0, 10),
			workedMinutes,
			isNeutral
		}));
	const noticesWith = (
		worked: ReturnType<typeof weeks>,
		minutes: number,
		knownFrom = '2026-01-01'
	) => {
		const entries = [MONDAY, TUESDAY, '2026-11-25'].map((date) => work(date, minutes / 3));
		const found = timeWeek(aWeek({ entries, before: { ...NOTHING_BEFORE, worked, knownFrom } }));
		return (
			found.ok && found.value.notices.filter(({ code }) => code === 'time.average_over_48_hours')
		);
	};

	test('over the four months that end with the week', () => {
		// 123 days from 30 July, 17 weeks and 4 days, with 18 Sundays in them.
		expect(noticesWith(weeks(40, 46 * 60), 46 * 60)).toEqual([]);
		expect(noticesWith(weeks(40, 52 * 60), 60 * 60)).toMatchObject([
			{ values: { from: '2026-07-30', to: '2026-11-29', days: 123 } }
		]);
	});

	test('a long week among shorter ones is no reason to warn', () => {
		expect(noticesWith(weeks(17, 37 * 60), 60 * 60)).toEqual([]);
	});

	test('days of annual leave and sickness are left out of the weeks', () => {
		const worked = weeks(1, 50 * 60);
		expect(averageWeek(worked, '2026-11-29', '2026-11-16')).toMatchObject({
			averageMinutes: 25 * 60,
			days: 14
		});
		const leave = Array.from({ length: 7 }, (_, at) => ({
			date: `2026-11-${23 + at}`,
			workedMinutes: 0,
			isNeutral: true
		}));
		expect(averageWeek([...worked, ...leave], '2026-11-29', '2026-11-16')).toMatchObject({
			averageMinutes: 50 * 60,
			days: 7
		});
		expect(averageWeek(leave, '2026-11-29', '2026-11-23')).toBeNull();
	});

	test('leave of the week itself counts as such', () => {
		const found = timeWeek(
			aWeek({
				absences: [away('leave', '2026-11-25', '2026-11-27')],
				entries: [work(MONDAY, 800), work(TUESDAY, 800)]
			})
		);
		// 1600 minutes over the four days that are left.
		expect(found.ok && found.value.notices).toMatchObject([]);
		const longer = timeWeek(
			aWeek({
				absences: [away('leave', '2026-11-25', '2026-11-27')],
				entries: [work(MONDAY, 900), work(TUESDAY, 900)]
			})
		);
		expect(longer.ok && longer.value.notices).toMatchObject([
			{ code: 'time.average_over_48_hours', values: { averageMinutes: 3150, days: 4 } }
		]);
	});
});

test('48 hours are allowed, a minute more is not', () => {
	const week = (minutes: number) =>
		averageNotices(
			[{ date: MONDAY, workedMinutes: minutes, isNeutral: false }],
			'2026-11-29',
			MONDAY
		).map(({ code }) => code);
	expect(week(48 * 60)).toEqual([]);
	expect(week(48 * 60 + 1)).toEqual(['time.average_over_48_hours']);
});
