import { checkExpense, type ExpenseFacts } from '@outlay/domain/checks/check-expense';
import type { ExpenseClaim, ExpenseLine } from '@outlay/domain/checks/expense-claim';
import { vatOf } from '@outlay/domain/checks/vat';
import { checkRates, importRates } from '@outlay/domain/dated-rates';
import { STATE_VAT_RATES } from '@outlay/domain/rates/vat';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

function aLine(change: Partial<ExpenseLine> = {}): ExpenseLine {
	return {
		lineId: 'l1',
		costTypeId: 'meals',
		accountId: '4711',
		vatCode: null,
		amountMinor: 100_000,
		vatMinor: null,
		dimensions: { department: 'service', team: 'pumps' },
		projectId: null,
		isBillable: false,
		privateMinor: 0,
		...change
	};
}

function aClaim(change: Partial<ExpenseClaim> = {}): ExpenseClaim {
	return {
		claimId: 'c1',
		personId: 'jonas',
		kind: 'expense',
		merchant: 'Kro',
		vendorId: '',
		invoiceNumber: '',
		amountMinor: 100_000,
		currency: 'DKK',
		spentOn: '2026-11-20',
		country: 'DK',
		paidBy: 'person',
		lines: [aLine()],
		participants: [
			{ name: 'Jonas Berg', company: 'Nordlys' },
			{ name: 'Ole Vang', company: 'Vandværket' }
		],
		receiptHashes: ['a'],
		missingReceiptReason: '',
		explanations: {},
		...change
	};
}

const policy: ExpenseFacts['policy'] = {
	country: 'DK',
	currency: 'DKK',
	costTypes: [
		{
			costTypeId: 'meals',
			needsReceipt: true,
			needsParticipants: true,
			vatKind: 'restaurant',
			limitEachMinor: 40_000,
			limitDayMinor: 150_000
		},
		{
			costTypeId: 'hotel',
			needsReceipt: true,
			needsParticipants: false,
			vatKind: 'hotel',
			limitEachMinor: null,
			limitDayMinor: null
		},
		{
			costTypeId: 'parking',
			needsReceipt: false,
			needsParticipants: false,
			vatKind: 'standard',
			limitEachMinor: null,
			limitDayMinor: null
		}
	],
	dimensions: [
		{
			dimensionId: 'department',
			isRequired: true,
			parentId: null,
			values: [
				{ valueId: 'service', parentValueId: null },
				{ valueId: 'sales', parentValueId: null }
			]
		},
		{
			dimensionId: 'team',
			isRequired: false,
			parentId: 'department',
			values: [{ valueId: 'pumps', parentValueId: 'service' }]
		}
	],
	ageLimitDays: 90
};

function facts(
	claim: Partial<ExpenseClaim> = {},
	change: Partial<ExpenseFacts> = {}
): ExpenseFacts {
	const whole = aClaim(claim);
	return {
		claim: whole,
		policy,
		vatRates: STATE_VAT_RATES,
		today: '2026-11-22',
		amountInCompanyMinor: whole.amountMinor,
		othersOfDay: [],
		...change
	};
}

function outcome(claim: Partial<ExpenseClaim> = {}, change: Partial<ExpenseFacts> = {}) {
	const result = checkExpense(facts(claim, change));
	if (!result.ok) throw new Error(result.refusal.code);
	return result.value;
}

test('the table of VAT is whole', () => {
	expect(importRates(JSON.stringify(STATE_VAT_RATES)).ok).toBe(true);
	expect(checkRates(STATE_VAT_RATES)).toEqual([]);
});

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
		expect(outcome({ lines, paidBy: 'company-card' }).settlement).toEqual({
			toPersonMinor: 0,
			toVendorMinor: 0,
			fromPersonMinor: 25_000
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

	test('a kind of cost without a row is a missing rate, not the usual one', () => {
		const of = { printedMinor: null, currency: 'SEK', spentOn: '2026-01-01', grossMinor: 1000 };
		expect(
			vatOf({ ...of, country: 'SE', vatKind: 'restaurant' }, 'SE', STATE_VAT_RATES)
		).toMatchObject({ ok: false, refusal: { code: 'rate.missing' } });
		expect(
			vatOf(
				{ ...of, country: 'FI', vatKind: 'standard', spentOn: '2024-08-31' },
				'FI',
				STATE_VAT_RATES
			)
		).toMatchObject({ value: { vatMinor: 194 } });
		expect(
			vatOf(
				{ ...of, country: 'FI', vatKind: 'standard', spentOn: '2024-09-01' },
				'FI',
				STATE_VAT_RATES
			)
		).toMatchObject({ value: { vatMinor: 203 } });
	});
});

describe('what must be mended', () => {
	const line = (change: Partial<ExpenseLine>) => ({ lines: [aLine(change)] });
	test.each<[string, string, Partial<ExpenseClaim>]>([
		['expense.lines_missing', 'lines', { lines: [] }],
		['expense.lines_sum', 'lines', { amountMinor: 100_001 }],
		['expense.date_future', 'spentOn', { spentOn: '2026-11-23' }],
		['expense.too_old', 'spentOn', { spentOn: '2026-08-23' }],
		['expense.receipt_missing', 'receiptIds', { receiptHashes: [] }],
		['expense.participants_missing', 'participants', { participants: [] }],
		[
			'expense.participant_incomplete',
			'participants.0',
			{ participants: [{ name: 'Ole', company: ' ' }] }
		],
		['expense.cost_type_unknown', 'lines.0.costTypeId', line({ costTypeId: 'yachts' })],
		['expense.private_part', 'lines.0.privateMinor', line({ privateMinor: 100_001 })],
		['expense.private_part', 'lines.0.privateMinor', line({ privateMinor: -1 })],
		['expense.dimension_missing', 'lines.0.dimensions.department', line({ dimensions: {} })],
		[
			'expense.dimension_unknown',
			'lines.0.dimensions.department',
			line({ dimensions: { department: 'kitchen' } })
		],
		[
			'expense.dimension_parent',
			'lines.0.dimensions.team',
			line({ dimensions: { department: 'sales', team: 'pumps' } })
		],
		[
			'expense.too_many_dimensions',
			'lines.0.dimensions',
			line({ dimensions: Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`d${n}`, 'x'])) })
		],
		['invoice.number_missing', 'invoiceNumber', { kind: 'invoice', paidBy: 'vendor' }],
		['invoice.vendor_missing', 'vendorId', { kind: 'invoice', invoiceNumber: '7' }],
		['invoice.paid_by', 'paidBy', { paidBy: 'vendor' }]
	])('%s at %s', (code, field, claim) => {
		expect(checkExpense(facts(claim))).toMatchObject({ ok: false, refusal: { code, field } });
	});

	test('a declaration stands for a receipt, and is said', () => {
		const found = outcome({ receiptHashes: [], missingReceiptReason: 'Lost on the ferry' });
		expect(found.notices.map(({ code }) => code)).toContain('expense.receipt_declared_missing');
	});

	test('the last day of the age limit is in time', () => {
		expect(checkExpense(facts({ spentOn: '2026-08-24' })).ok).toBe(true);
	});

	test('an invoice is paid to its vendor', () => {
		const of = {
			kind: 'invoice',
			paidBy: 'vendor',
			invoiceNumber: '7',
			vendorId: '12345678'
		} as const;
		expect(outcome(of).settlement.toVendorMinor).toBe(100_000);
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

test('that VAT of another country is not deducted at home is a rule of the directive, so it is verified', () => {
	const facts = {
		grossMinor: 10_000,
		printedMinor: 1900,
		currency: 'EUR',
		vatKind: 'hotel',
		spentOn: '2026-11-20',
		country: 'DE'
	};
	expect(vatOf(facts, 'DK', STATE_VAT_RATES)).toMatchObject({
		ok: true,
		value: { vatMinor: 1900, deductibleMinor: 0, verified: true }
	});
});
