import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aLine, aClaim, policy, outcome } from '../../../support/expense-claims.ts';

describe('amounts', () => {
	test('DK restaurant: a quarter of the VAT in 1,000.00 is deducted', () => {
		// Momsloven § 42, stk. 2: 25 % of the VAT on restaurants; 1000 × 25 / 125 = 200, a quarter 50.
		const { vat, taxFreeMinor, settlement, verified } = outcome();
		expect(vat).toMatchObject([{ lineId: 'l1', vatMinor: 20_000, deductibleMinor: 5_000 }]);
		expect(taxFreeMinor).toBe(100_000);
		expect(settlement).toEqual({ toPersonMinor: 100_000, toVendorMinor: 0, fromPersonMinor: 0 });
		expect(verified).toBe(false);
	});

	test('DK hotel: all of it', () => {
		const lines = [aLine({ costTypeId: 'hotel', vatMinor: 20_000 })];
		expect(outcome({ lines }).vat).toMatchObject([{ vatMinor: 20_000, deductibleMinor: 20_000 }]);
	});

	test('a private part is not payable, and carries no VAT', () => {
		const lines = [aLine({ privateMinor: 25_000 })];
		expect(outcome({ lines })).toMatchObject({
			taxFreeMinor: 75_000,
			notPayableMinor: 25_000,
			settlement: { toPersonMinor: 75_000 },
			vat: [{ vatMinor: 15_000, deductibleMinor: 3_750 }]
		});
		// Whoever else paid, the person owes the private part.
		for (const paidBy of ['company-card', 'advance'] as const) {
			expect(outcome({ lines, paidBy }).settlement).toEqual({
				toPersonMinor: 0,
				toVendorMinor: 0,
				fromPersonMinor: 25_000
			});
		}
	});

	test('of printed VAT the business part has its share', () => {
		// A receipt of mixed rates: 6.00 on 1,000.00, of which a quarter is private.
		const lines = [aLine({ costTypeId: 'hotel', vatMinor: 600, privateMinor: 25_000 })];
		expect(outcome({ lines })).toMatchObject({
			vat: [{ vatMinor: 450, deductibleMinor: 450 }],
			notices: []
		});
		const all = [aLine({ costTypeId: 'hotel', vatMinor: 600, privateMinor: 100_000 })];
		expect(outcome({ lines: all }).vat).toMatchObject([{ vatMinor: 0, deductibleMinor: 0 }]);
		const credit = [
			aLine({ costTypeId: 'hotel', amountMinor: -100_000, vatMinor: -600, privateMinor: -25_000 })
		];
		expect(outcome({ lines: credit, amountMinor: -100_000 })).toMatchObject({
			vat: [{ vatMinor: -450, deductibleMinor: -450 }],
			notices: []
		});
	});

	test('more VAT than the rate gives is not deducted, and noticed', () => {
		const found = outcome({ lines: [aLine({ costTypeId: 'hotel', vatMinor: 30_000 })] });
		expect(found.vat[0]?.deductibleMinor).toBe(20_000);
		expect(found.notices).toContainEqual({
			code: 'expense.vat_above_rate',
			values: { lineId: 'l1' }
		});
	});

	test('foreign VAT is never domestic', () => {
		const found = outcome({
			country: 'DE',
			lines: [aLine({ costTypeId: 'hotel', vatMinor: 7_000 })]
		});
		expect(found.vat).toMatchObject([
			{ vatMinor: 7_000, deductibleMinor: 0, lines: [{ code: 'vat.foreign' }] }
		]);
		expect(found.notices.map(({ code }) => code)).not.toContain('expense.vat_above_rate');
	});
});

describe('limits ask why, and block nothing', () => {
	const code = 'expense.limit_each.meals';

	test('for each participant', () => {
		expect(outcome().toExplain).toEqual([
			{ code, values: { limitMinor: 40_000, reachedMinor: 50_000, currency: 'DKK' } }
		]);
		const three = [...aClaim().participants, { name: 'Per', company: 'Vandværket' }];
		expect(outcome({ participants: three }).toExplain).toEqual([]);
	});

	test('explained, it stays a notice', () => {
		const found = outcome({ explanations: { [code]: 'Jubilee' } });
		expect(found.toExplain).toEqual([]);
		expect(found.notices.map((notice) => notice.code)).toContain(code);
		expect(outcome({ explanations: { [code]: '  ' } }).toExplain).toHaveLength(1);
	});

	test('reaching one is not passing it, and the private part is nobody’s cost', () => {
		expect(
			outcome({ lines: [aLine({ amountMinor: 80_000 })], amountMinor: 80_000 }).toExplain
		).toEqual([]);
		expect(outcome({ lines: [aLine({ privateMinor: 20_000 })] }).toExplain).toEqual([]);
		expect(outcome({ lines: [aLine({ privateMinor: 19_998 })] }).toExplain).toHaveLength(1);
		const day = [{ costTypeId: 'meals', amountMinor: 70_000 }];
		const lines = [aLine({ amountMinor: 80_000 })];
		const codes = outcome({ lines, amountMinor: 80_000 }, { othersOfDay: day }).toExplain;
		expect(codes).toEqual([]);
	});

	test('in another currency, by what it is in the company’s', () => {
		const lines = [aLine({ amountMinor: 12_000 })];
		const of = { currency: 'EUR', amountMinor: 12_000, lines };
		expect(outcome(of, { amountInCompanyMinor: 80_000 }).toExplain).toEqual([]);
		expect(outcome(of, { amountInCompanyMinor: 90_000 }).toExplain).toMatchObject([
			{ code, values: { reachedMinor: 45_000, currency: 'DKK' } }
		]);
	});

	test('what cannot be compared is said only where there is a limit', () => {
		const codes = (costTypeId: string) =>
			outcome(
				{ currency: 'ISK', lines: [aLine({ costTypeId })] },
				{ amountInCompanyMinor: null }
			).notices.map((notice) => notice.code);
		expect(codes('parking')).toEqual([]);
		expect(codes('meals')).toEqual(['expense.limit_unchecked']);
		const [meals] = policy.costTypes;
		if (meals === undefined) throw new Error('no cost type');
		const costTypes = [{ ...meals, limitEachMinor: null }];
		const found = outcome(
			{ currency: 'ISK' },
			{ amountInCompanyMinor: null, policy: { ...policy, costTypes } }
		);
		expect(found.notices.map((notice) => notice.code)).toEqual(['expense.limit_unchecked']);
	});

	test('for a day, the other claims of it counted', () => {
		const others = [
			{ costTypeId: 'meals', amountMinor: 50_001 },
			{ costTypeId: 'hotel', amountMinor: 900_000 }
		];
		const codes = outcome({}, { othersOfDay: others }).toExplain.map((notice) => notice.code);
		expect(codes).toContain('expense.limit_day.meals');
	});

	test('without a rate for the currency it is said that nothing was compared', () => {
		const found = outcome({ currency: 'ISK' }, { amountInCompanyMinor: null });
		expect(found.toExplain).toEqual([]);
		expect(found.notices.map((notice) => notice.code)).toEqual(['expense.limit_unchecked']);
	});
});

test('the parts always add up, and what is deducted is never more than the VAT in the price', () => {
	const line = fc
		.record({
			costTypeId: fc.constantFrom('meals', 'hotel', 'parking'),
			amountMinor: fc.integer({ min: -1_000_000, max: 1_000_000 }),
			privateShare: fc.double({ min: 0, max: 1, noNaN: true })
		})
		.map(({ costTypeId, amountMinor, privateShare }) =>
			aLine({ costTypeId, amountMinor, privateMinor: Math.trunc(amountMinor * privateShare) })
		);
	fc.assert(
		fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
			const amountMinor = lines.reduce((total, { amountMinor: minor }) => total + minor, 0);
			const found = outcome({ lines, amountMinor });
			const { taxFreeMinor, taxableMinor, notPayableMinor } = found;
			expect(taxFreeMinor + taxableMinor + notPayableMinor).toBe(amountMinor);
			const payable = found.lines.reduce((total, derived) => total + derived.amountMinor, 0);
			expect(payable).toBe(taxFreeMinor + taxableMinor);
			for (const { vatMinor, deductibleMinor } of found.vat) {
				expect(Math.abs(deductibleMinor)).toBeLessThanOrEqual(Math.abs(vatMinor));
			}
		})
	);
});
