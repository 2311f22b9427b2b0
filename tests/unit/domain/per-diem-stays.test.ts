import type { Stay } from '@outlay/domain/per-diem/claim';
import {
	firstDayAt,
	plusWorkingDays,
	stretchAt,
	workingDaysAway
} from '@outlay/domain/per-diem/stays';
import { describe, expect, test } from 'vitest';

const here = (from: string, to: string): Stay => ({ workplaceId: 'here', from, to });
const elsewhere = (from: string, to: string): Stay => ({ workplaceId: 'elsewhere', from, to });

describe('the first day at a workplace', () => {
	const first = (stays: Stay[], onDate = '2024-06-01') =>
		firstDayAt({ workplaceId: 'here', stays }, onDate);

	test('is the earliest, in whatever order the stays come, of this workplace alone', () => {
		const stays = [
			here('2024-03-01', '2024-03-02'),
			here('2024-02-01', '2024-02-02'),
			elsewhere('2024-01-01', '2024-01-31')
		];
		expect(first(stays)).toBe('2024-02-01');
		expect(first(stays.toReversed())).toBe('2024-02-01');
	});

	test('may be the day itself, and is none before it', () => {
		const stays = [here('2024-06-01', '2024-06-30')];
		expect(first(stays)).toBe('2024-06-01');
		expect(first(stays, '2024-05-31')).toBeNull();
		expect(first([])).toBeNull();
	});
});

/* Only work elsewhere for at least four weeks in a row begins the three months anew (faronline.se). */
describe('the stretch at a workplace', () => {
	const began = (onDate: string, ...stays: Stay[]) => {
		const found = stretchAt({ workplaceId: 'here', stays }, onDate);
		expect(stretchAt({ workplaceId: 'here', stays: stays.toReversed() }, onDate)).toBe(found);
		return found;
	};
	const JANUARY = '2024-01-08';
	const MAY = '2024-05-20';
	const before = here(JANUARY, '2024-03-31');
	const back = (from: string) => here(from, '2024-05-31');

	test('begins with the first stay, the day itself included', () => {
		expect(began(JANUARY, before)).toBe(JANUARY);
		expect(began('2024-01-07', before)).toBeNull();
		expect(began(MAY, before, here('2024-05-13', '2024-05-17'))).toBe(JANUARY);
	});

	test('is broken by 28 days elsewhere, not by 27', () => {
		expect(began(MAY, before, elsewhere('2024-04-01', '2024-04-27'), back('2024-04-28'))).toBe(
			JANUARY
		);
		expect(began(MAY, before, elsewhere('2024-04-01', '2024-04-28'), back('2024-04-29'))).toBe(
			'2024-04-29'
		);
	});

	test('only by days between the two stays here', () => {
		// It began while the person was still here, or goes on after they are back.
		expect(began(MAY, before, elsewhere('2024-03-01', '2024-04-27'), back('2024-05-06'))).toBe(
			JANUARY
		);
		expect(began(MAY, before, elsewhere('2024-04-01', '2024-05-31'), back('2024-04-28'))).toBe(
			JANUARY
		);
		expect(began(MAY, before, elsewhere('2024-03-01', '2024-05-31'), back('2024-04-29'))).toBe(
			'2024-04-29'
		);
		// Of overlapping stays here the one that ended last counts.
		const short = here('2024-01-15', '2024-01-19');
		expect(
			began(MAY, before, short, elsewhere('2024-02-01', '2024-03-20'), back('2024-04-02'))
		).toBe(JANUARY);
	});

	test('goes on over a weekend elsewhere, not over four days', () => {
		const after = back('2024-05-13');
		const firstHalf = elsewhere('2024-04-01', '2024-04-12');
		expect(began(MAY, before, firstHalf, elsewhere('2024-04-15', '2024-04-28'), after)).toBe(
			'2024-05-13'
		);
		const shorter = elsewhere('2024-04-01', '2024-04-11');
		expect(began(MAY, before, shorter, elsewhere('2024-04-15', '2024-04-28'), after)).toBe(JANUARY);
		// A row that begins anew is counted from there.
		const week = elsewhere('2024-04-01', '2024-04-05');
		expect(began(MAY, before, week, elsewhere('2024-04-15', '2024-05-11'), after)).toBe(JANUARY);
		expect(began(MAY, before, week, elsewhere('2024-04-15', '2024-05-12'), after)).toBe(
			'2024-05-13'
		);
	});

	test('one stay elsewhere within another shortens nothing', () => {
		const long = elsewhere('2024-04-01', '2024-04-26');
		const within = { ...elsewhere('2024-04-08', '2024-04-10'), workplaceId: 'third' };
		const rest = elsewhere('2024-04-29', '2024-05-03');
		expect(began(MAY, before, long, within, rest, back('2024-05-13'))).toBe('2024-05-13');
	});

	test('has ended once the person has worked elsewhere for four weeks', () => {
		const away = elsewhere('2024-04-01', '2024-05-31');
		expect(began('2024-04-28', before, away)).toBe(JANUARY);
		expect(began('2024-04-29', before, away)).toBeNull();
	});
});

/* Working days of holiday or sickness lengthen the three months (SKV A 2025:5). 1 April 2024 is a Monday. */
describe('working days', () => {
	const away = (...absences: [string, string][]) =>
		workingDaysAway(
			absences.map(([from, to]) => ({ from, to })),
			'2024-04-03',
			'2024-04-19'
		);

	test('of absences, each once, without weekends, within the stretch', () => {
		expect(away(['2024-04-08', '2024-04-14'])).toBe(5);
		expect(away(['2024-04-13', '2024-04-13'])).toBe(0);
		expect(away(['2024-04-08', '2024-04-10'], ['2024-04-09', '2024-04-11'])).toBe(4);
		expect(away(['2024-04-01', '2024-04-03'])).toBe(1);
		expect(away(['2024-04-19', '2024-04-30'])).toBe(1);
		expect(away(['2024-04-01', '2024-04-30'])).toBe(13);
		expect(away(['2024-04-20', '2024-04-30'])).toBe(0);
		expect(away()).toBe(0);
	});

	test.each([
		['2024-04-05', 0, '2024-04-05'],
		['2024-04-05', 1, '2024-04-08'],
		['2024-04-06', 1, '2024-04-08'],
		['2024-04-01', 4, '2024-04-05'],
		['2024-04-01', 5, '2024-04-08'],
		['2024-04-04', 12, '2024-04-22']
	])('%s and %i working days are %s', (date, days, expected) => {
		expect(plusWorkingDays(date, days)).toBe(expected);
	});
});
