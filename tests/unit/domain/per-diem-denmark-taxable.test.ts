import { USUAL_CHOICES } from '@outlay/domain/per-diem/claim';
import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { describe, expect, test } from 'vitest';
import { SHIPPED, aClaim, aWorkplace, withCompanyRate } from '../../support/per-diem-claims.ts';

/** Two whole days and six hours, 2025. */
const FROM = '2025-03-10T08:00';

describe('Denmark', () => {
	test('after twelve calendar months at a workplace food is not tax-free, lodging is, moving work always', () => {
		const workplace = aWorkplace({
			// Months of holiday in between change nothing.
			stays: [{ workplaceId: 'site-a', from: '2024-03-11', to: '2024-05-01' }]
		});
		const claim = aClaim('DK', FROM, '2025-03-12T08:00', {
			workplace,
			days: [{ day: 2, lodging: 'allowance' }]
		});
		expect(perDiem(claim, SHIPPED)).toMatchObject({
			ok: true,
			value: {
				taxFreeMinor: 59_700 + 25_600,
				taxableMinor: 0,
				notPayableMinor: 59_700,
				notices: [
					{
						code: 'per_diem.months_passed',
						values: { months: 12, since: '2024-03-11', from: '2025-03-11' }
					}
				],
				lines: [
					{ amountMinor: 59_700, source: expect.not.stringContaining('stk. 5') as string },
					{
						amountMinor: 0,
						values: { beyondLimitFrom: '2025-03-11' },
						source: expect.stringContaining('ligningsloven § 9 A, stk. 5') as string
					},
					{ code: 'per_diem.lodging_night' }
				]
			}
		});
		expect(perDiem(claim, SHIPPED, { ...USUAL_CHOICES, paysBeyondLimits: true })).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 59_700 + 25_600, taxableMinor: 59_700, notPayableMinor: 0 }
		});
		const moving = { ...claim, workplace: { ...workplace, isMoving: true } };
		expect(perDiem(moving, SHIPPED)).toMatchObject({ ok: true, value: { notPayableMinor: 0 } });
	});

	test('above the state’s rate the food of the day is taxable altogether, below it stays tax-free', () => {
		const claim = aClaim('DK', FROM, '2025-03-11T08:00');
		expect(perDiem(claim, withCompanyRate({ amount: '600.00' }))).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 0, taxableMinor: 60_000 }
		});
		expect(perDiem(claim, withCompanyRate({ amount: '500.00' }))).toMatchObject({
			ok: true,
			value: { taxFreeMinor: 50_000, taxableMinor: 0 }
		});
	});

	test('lodging above the state’s rate is taxable altogether too, the food stays as it was', () => {
		const claim = aClaim('DK', FROM, '2025-03-11T08:00', {
			days: [{ day: 1, lodging: 'allowance' }]
		});
		const pays = (amount: string) =>
			perDiem(claim, withCompanyRate({ kind: 'per-diem.lodging', amount }));
		expect(pays('300.00')).toMatchObject({
			value: { taxFreeMinor: 59_700, taxableMinor: 30_000 }
		});
		expect(pays('256.00')).toMatchObject({
			value: { taxFreeMinor: 59_700 + 25_600, taxableMinor: 0 }
		});
	});
});
