import { sixtyDays, type SixtyDays, type Workday } from '@outlay/domain/sixty-days';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** Weekdays from 6 January 2025 on, so that weekends lie between them. */
function workingDay(n: number): string {
	const weeks = Math.floor(n / 5);
	return new Date(Date.UTC(2025, 0, 6 + weeks * 7 + (n % 5))).toISOString().slice(0, 10);
}

function workday(day: string, workplaces: string[], change: Partial<Workday> = {}): Workday {
	return { personId: 'jens', day, workplaces, fromHome: true, toHome: true, ...change };
}

/** `[['A', 60], ['B', 10]]`: sixty days at A, then ten at B. */
function stretches(plan: [string, number][], from = 0): Workday[] {
	let n = from;
	return plan.flatMap(([place, days]) =>
		Array.from({ length: days }, () => workday(workingDay(n++), place === '' ? [] : [place]))
	);
}

function count(workdays: readonly Workday[]): SixtyDays {
	const read = sixtyDays(workdays);
	if (!read.ok) throw new Error(read.refusal.code);
	return read.value;
}

function paidDays(workdays: readonly Workday[], plan: [string, number][]): number[] {
	const legs = new Map(count(workdays).homeLegs.map((leg) => [leg.day, leg.isBusiness]));
	let n = 0;
	return plan.map(
		([, days]) =>
			Array.from({ length: days }, () => legs.get(workingDay(n++))).filter(Boolean).length
	);
}

describe('the examples of skat.dk (oid 2234871)', () => {
	test('1: three workplaces', () => {
		const plan: [string, number][] = [
			['A', 60],
			['B', 10],
			['A', 10],
			['B', 55],
			['C', 6],
			['A', 40]
		];
		expect(paidDays(stretches(plan), plan)).toEqual([60, 10, 0, 50, 6, 40]);
	});

	test('2: home, A, B, C and home for seventy days', () => {
		const days = Array.from({ length: 70 }, (_, n) => workday(workingDay(n), ['A', 'B', 'C']));
		const { homeLegs, innerLegs, verified } = count(days);
		for (const place of ['A', 'C']) {
			const legs = homeLegs.filter(({ workplaceId }) => workplaceId === place);
			expect(legs.filter(({ isBusiness }) => isBusiness)).toHaveLength(60);
			expect(legs).toHaveLength(70);
		}
		expect(homeLegs.some(({ workplaceId }) => workplaceId === 'B')).toBe(false);
		expect(innerLegs).toHaveLength(140);
		expect(verified).toBe(true);
	});
});

describe('what counts', () => {
	test('days off neither count nor interrupt', () => {
		const plan: [string, number][] = [
			['A', 60],
			['B', 30],
			['', 25],
			['B', 30],
			['A', 5]
		];
		expect(paidDays(stretches(plan), plan)).toEqual([60, 30, 0, 30, 5]);
		const off = plan.flatMap(([place, days]): [string, number][] =>
			place === '' ? [] : [[place, days]]
		);
		expect(paidDays(stretches(off), off)).toEqual([60, 30, 30, 5]);
	});

	test('fifty-nine days elsewhere do not start it anew, and a day back begins the row again', () => {
		const short: [string, number][] = [
			['A', 60],
			['B', 59],
			['A', 1],
			['B', 1],
			['C', 58],
			['A', 1]
		];
		expect(paidDays(stretches(short), short)).toEqual([60, 59, 0, 1, 58, 0]);
	});

	test('a day counts once however often one drove, and out Monday, back Tuesday are two', () => {
		const monday = workday(workingDay(0), ['A'], { toHome: false });
		const tuesday = workday(workingDay(1), ['A'], { fromHome: false });
		const { homeLegs } = count([monday, tuesday, { ...tuesday }, workday(workingDay(1), ['A'])]);
		expect(homeLegs).toMatchObject([
			{ count: 1, ends: ['from-home'] },
			{ count: 2, ends: ['from-home', 'to-home'] }
		]);
	});

	test('a workplace reached only from another one is not counted', () => {
		const days = Array.from({ length: 80 }, (_, n) => workday(workingDay(n), ['A', 'B', 'A']));
		const { homeLegs } = count([...days, workday(workingDay(80), ['B'])]);
		expect(homeLegs[homeLegs.length - 1]).toMatchObject({ workplaceId: 'B', count: 1 });
	});

	test('days more than twelve months back fall out, one by one', () => {
		const day = (year: number, n: number) =>
			new Date(Date.UTC(year, 2, 1 + n)).toISOString().slice(0, 10);
		const lastYear = Array.from({ length: 60 }, (_, n) => workday(day(2024, n), ['A']));
		const { homeLegs } = count([
			...lastYear,
			workday('2025-02-28', ['A']),
			workday('2025-03-01', ['A'])
		]);
		expect(homeLegs.slice(60).map((leg) => [leg.count, leg.isBusiness])).toEqual([
			[61, false],
			[61, false]
		]);
		const later = count([...lastYear, workday('2025-03-02', ['A'])]).homeLegs[60];
		expect(later).toMatchObject({ count: 59, isBusiness: true });
	});

	test('a row of days elsewhere begins with the first of them', () => {
		const { homeLegs } = count(
			stretches([
				['A', 1],
				['B', 59],
				['A', 1],
				['B', 60],
				['A', 1]
			])
		);
		const atA = homeLegs.filter(({ workplaceId }) => workplaceId === 'A');
		expect(atA.map((leg) => leg.count)).toEqual([1, 2, 1]);
	});

	test('two ways of a day stand in the order of the workplaces’ names, staying at one is no way', () => {
		const { homeLegs, innerLegs } = count([workday('2025-01-06', ['B', 'B', 'A'])]);
		expect(homeLegs.map(({ workplaceId, ends }) => [workplaceId, ends])).toEqual([
			['A', ['to-home']],
			['B', ['from-home']]
		]);
		expect(innerLegs).toEqual([{ day: '2025-01-06', from: 'B', to: 'A' }]);
	});

	test.each([
		[49, []],
		[50, [10]],
		[60, [0]],
		[61, []]
	])('after %i days it tells that %j are left', (days, left) => {
		const { notices, lines } = count(stretches([['A', days]]));
		expect(notices.map(({ values }) => values['left'])).toEqual(left);
		expect(lines[0]).toMatchObject({
			code: 'sixty_days.business',
			source: expect.stringContaining('60-dages-reglen') as string
		});
	});

	test('says when few days are left, with its lines in words’ terms', () => {
		const { notices, lines } = count(
			stretches([
				['A', 55],
				['B', 61]
			])
		);
		expect(notices).toEqual([{ code: 'sixty_days.soon', values: { workplaceId: 'A', left: 5 } }]);
		expect(lines[lines.length - 1]).toMatchObject({
			code: 'sixty_days.commuting',
			values: { workplaceId: 'B', count: 61, limit: 60 },
			amountMinor: 0
		});
	});

	test('where skat.dk leaves open what a day is, the count is the careful one and not verified', () => {
		const sixtyAtA = stretches([['A', 60]]);
		const settled = stretches([['B', 59]], 60);
		const back = workday(workingDay(130), ['A']);
		const reachedFromB = workday(workingDay(100), ['B', 'A'], { toHome: false });
		const atHome = workday(workingDay(119), [], {
			fromHome: false,
			toHome: false,
			isAtHome: true
		});
		for (const open of [
			[...stretches([['B', 40]], 60), reachedFromB, ...stretches([['C', 29]], 101)],
			[...settled, atHome]
		]) {
			const { homeLegs, lines, verified } = count([...sixtyAtA, ...open, back]);
			expect(homeLegs.at(-1)).toMatchObject({ count: 61, isBusiness: false, verified: false });
			expect(lines.at(-1)).toMatchObject({ code: 'sixty_days.commuting', verified: false });
			expect(homeLegs[0]).toMatchObject({ verified: true });
			expect(verified).toBe(false);
		}
		// Two facts of one day: at home in the morning is a day at home all the same.
		const twice = [atHome, workday(atHome.day, [], { fromHome: false, toHome: false })];
		expect(count([...sixtyAtA, ...settled, ...twice, back])).toMatchObject({ verified: false });
		const dayOff = { ...atHome, isAtHome: false };
		expect(count([...sixtyAtA, ...settled, dayOff, back])).toMatchObject({ verified: true });
		expect(count([...sixtyAtA, atHome, back])).toMatchObject({ verified: true });
	});

	test.each([
		[
			[workday('2025-01-06', ['A']), workday('2025-01-07', ['A'], { personId: 'mette' })],
			'workday.several_people'
		],
		[[workday('6/1/2025', ['A'])], 'workday.day_unreadable']
	])('refuses %j', (days, code) => {
		expect(sixtyDays(days)).toMatchObject({ refusal: { code } });
	});

	test('nothing known is nothing counted', () => {
		expect(count([])).toMatchObject({ homeLegs: [], innerLegs: [], lines: [], notices: [] });
	});
});

describe('whatever is worked', () => {
	const anyDays = fc
		.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 300 })
		.chain((days) =>
			fc.tuple(
				fc.constant(days),
				fc.array(fc.constantFrom<string[]>(['A'], ['A'], ['B'], ['A', 'B'], []), {
					minLength: days.length,
					maxLength: days.length
				})
			)
		)
		.map(([days, places]) => days.map((n, at) => workday(workingDay(n), places[at] ?? [])));

	test('the order of arrival changes nothing', () => {
		fc.assert(
			fc.property(anyDays, (days) => {
				expect(sixtyDays([...days].reverse())).toEqual(sixtyDays(days));
			}),
			{ numRuns: 40 }
		);
	});

	test('no workplace has more than sixty business days in twelve months without sixty elsewhere between', () => {
		fc.assert(
			fc.property(anyDays, (days) => {
				const { homeLegs } = count(days);
				for (const { day, workplaceId, count: number, isBusiness } of homeLegs) {
					expect(isBusiness).toBe(number <= 60);
					const before = homeLegs.filter(
						(leg) =>
							leg.workplaceId === workplaceId &&
							leg.day <= day &&
							leg.day > `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`
					);
					expect(number).toBeLessThanOrEqual(before.length);
				}
			}),
			{ numRuns: 40 }
		);
	});

	test('one more day at a workplace never makes a later day of it business', () => {
		fc.assert(
			fc.property(anyDays, fc.integer({ min: 0, max: 500 }), (days, n) => {
				const day = workingDay(n);
				fc.pre(days.every((one) => one.day !== day));
				const business = (all: Workday[]) =>
					new Set(
						count(all)
							.homeLegs.filter((leg) => leg.workplaceId === 'A' && leg.isBusiness && leg.day > day)
							.map((leg) => leg.day)
					);
				const before = business(days);
				for (const later of business([...days, workday(day, ['A'])])) {
					expect(before).toContain(later);
				}
			}),
			{ numRuns: 40 }
		);
	});
});
