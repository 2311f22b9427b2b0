import { type Meal } from '@outlay/domain/per-diem/claim';
import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { describe, expect, test } from 'vitest';
import { SHIPPED, aClaim, aWorkplace, withCompanyRate } from '../../support/per-diem-claims.ts';

const BREAKFAST_TO_DINNER: Meal[] = ['breakfast', 'lunch', 'dinner'];

describe('Sweden', () => {
	describe('long stays', () => {
		const claim = aClaim('SE', '2024-05-06T13:00', '2024-05-09T21:00');
		const at = (
			stays: { from: string; to: string; workplaceId?: string }[],
			absences: { from: string; to: string }[] = []
		) => {
			const workplace = aWorkplace({
				stays: stays.map((stay) => ({ workplaceId: 'site-a', ...stay })),
				absences
			});
			const found = perDiem({ ...claim, workplace }, SHIPPED);
			return found.ok ? found.value.lines.map(({ amountMinor }) => amountMinor / 100) : found;
		};

		test('after three months 70 % and no half days, after two years 50 %', () => {
			expect(at([{ from: '2024-02-07', to: '2024-05-03' }])).toEqual([145, 203, 203, 203]);
			expect(at([{ from: '2024-01-08', to: '2024-05-03' }])).toEqual([0, 203, 203, 203]);
			expect(at([{ from: '2022-04-04', to: '2024-05-03' }])).toEqual([0, 145, 145, 145]);
		});

		test('an agreement pays its own rate all along, only less of it is tax-free', () => {
			const agreement = withCompanyRate({
				country: 'SE',
				kind: 'per-diem.day',
				currency: 'SEK',
				amount: '400.00'
			});
			const workplace = aWorkplace({
				stays: [{ workplaceId: 'site-a', from: '2024-01-08', to: '2024-05-03' }]
			});
			expect(perDiem({ ...claim, workplace }, agreement)).toMatchObject({
				ok: true,
				value: { taxFreeMinor: 3 * 20_300, taxableMinor: 3 * 19_700 }
			});
		});

		test('meals of the 70 % day: 41, 71, 142, 183 of 203', () => {
			const workplace = aWorkplace({
				stays: [{ workplaceId: 'site-a', from: '2024-01-08', to: '2024-05-03' }]
			});
			const cutBy = (freeMeals: Meal[]) => {
				const found = perDiem({ ...claim, workplace, days: [{ day: 2, freeMeals }] }, SHIPPED);
				return found.ok && found.value.lines[1]?.values['mealsMinor'];
			};
			expect([
				cutBy(['breakfast']),
				cutBy(['lunch']),
				cutBy(['lunch', 'dinner']),
				cutBy(BREAKFAST_TO_DINNER)
			]).toEqual([4_100, 7_100, 14_200, 18_300]);
		});

		test('say so once, with the share and since when, and on each line', () => {
			const workplace = aWorkplace({
				stays: [{ workplaceId: 'site-a', from: '2024-01-08', to: '2024-05-03' }]
			});
			const found = perDiem({ ...claim, workplace }, SHIPPED);
			expect(found.ok && found.value.notices).toEqual([
				{ code: 'per_diem.long_stay', values: { percent: 70, since: '2024-01-08' } }
			]);
			expect(found.ok && found.value.lines).toMatchObject([
				{ code: 'per_diem.no_half_days', amountMinor: 0 },
				{
					code: 'per_diem.food_day',
					values: { longStayPercent: 70, longStaySince: '2024-01-08' },
					source: expect.stringContaining('three-month rule') as string
				},
				{},
				{}
			]);
			expect(at([])).toEqual([145, 290, 290, 290]);
		});

		test('each share is said once, also when two years end on the way', () => {
			const workplace = aWorkplace({
				stays: [{ workplaceId: 'site-a', from: '2022-05-08', to: '2024-05-03' }]
			});
			const found = perDiem({ ...claim, workplace }, SHIPPED);
			expect(found.ok && found.value.notices.map(({ values }) => values['percent'])).toEqual([
				70, 50
			]);
		});

		test('the day after three months is the first with less', () => {
			expect(at([{ from: '2024-02-08', to: '2024-05-03' }])).toEqual([145, 290, 203, 203]);
			expect(at([{ from: '2022-05-08', to: '2024-05-03' }])).toEqual([0, 203, 145, 145]);
		});

		test('only four weeks of work elsewhere begin anew', () => {
			const before = { from: '2024-01-08', to: '2024-03-29' };
			const elsewhere = (to: string) => ({ workplaceId: 'site-b', from: '2024-04-01', to });
			expect(at([before, elsewhere('2024-04-26')])).toEqual([0, 203, 203, 203]);
			expect(at([before, elsewhere('2024-04-28')])).toEqual([145, 290, 290, 290]);
			// Five weeks at home are no work elsewhere.
			expect(at([before])).toEqual([0, 203, 203, 203]);
		});

		test('working days of holiday lengthen the three months', () => {
			const stay = [{ from: '2024-01-29', to: '2024-05-03' }];
			expect(at(stay)).toEqual([0, 203, 203, 203]);
			expect(at(stay, [{ from: '2024-03-04', to: '2024-03-17' }])).toEqual([145, 290, 290, 290]);
		});
	});
});
