import { checkExpense } from '@outlay/domain/checks/check-expense';
import type { ExpenseClaim, ExpenseLine } from '@outlay/domain/checks/expense-claim';
import { describe, expect, test } from 'vitest';
import { aLine, policy, facts, outcome } from '../../../support/expense-claims.ts';

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
		const codes = (of: Partial<ExpenseClaim>) => outcome(of).notices.map(({ code }) => code);
		const declared = { missingReceiptReason: 'Lost on the ferry' };
		expect(codes({ receiptHashes: [], ...declared })).toContain('expense.receipt_declared_missing');
		// It turned up after all.
		expect(codes(declared)).not.toContain('expense.receipt_declared_missing');
		const blank = { receiptHashes: [], missingReceiptReason: '  ' };
		expect(checkExpense(facts(blank))).toMatchObject({
			refusal: { code: 'expense.receipt_missing' }
		});
	});

	test('no receipt and nobody beside are asked for where the cost type asks for neither', () => {
		const lines = [aLine({ costTypeId: 'parking' })];
		expect(checkExpense(facts({ lines, receiptHashes: [], participants: [] })).ok).toBe(true);
	});

	test.each([
		['representation', { needsParticipants: true, limitEachMinor: null }, false],
		['a limit for each', { needsParticipants: false, limitEachMinor: 40_000 }, false],
		['neither', { needsParticipants: false, limitEachMinor: null }, true],
		[
			'a limit for the day',
			{ needsParticipants: false, limitDayMinor: 1, limitEachMinor: null },
			true
		]
	])('participants are asked for by %s', (_, change, isFine) => {
		const [meals, ...others] = policy.costTypes;
		if (meals === undefined) throw new Error('no cost type');
		const costTypes = [{ ...meals, ...change }, ...others];
		const found = checkExpense(facts({ participants: [] }, { policy: { ...policy, costTypes } }));
		expect(found.ok || found.refusal.code).toBe(isFine || 'expense.participants_missing');
	});

	test('a participant has a name and a company', () => {
		const of = (name: string, company: string) =>
			checkExpense(facts({ participants: [{ name, company }] })).ok;
		expect([of('Ole', 'Vandværket'), of(' ', 'Vandværket'), of('Ole', '')]).toEqual([
			true,
			false,
			false
		]);
	});

	test('nine dimensions are as many as there may be', () => {
		const dimensions = Array.from({ length: 9 }, (_, n) => ({
			dimensionId: `d${n}`,
			isRequired: true,
			parentId: null,
			values: [{ valueId: 'x', parentValueId: null }]
		}));
		const chosen = Object.fromEntries(dimensions.map(({ dimensionId }) => [dimensionId, 'x']));
		const lines = [aLine({ dimensions: chosen })];
		expect(checkExpense(facts({ lines }, { policy: { ...policy, dimensions } })).ok).toBe(true);
	});

	test('a dimension the company does not have, and a value whose parent is not chosen', () => {
		const codeOf = (dimensions: Record<string, string>) => {
			const found = checkExpense(facts({ lines: [aLine({ dimensions })] }));
			return found.ok ? null : found.refusal.code;
		};
		expect(codeOf({ department: 'service', car: 'x' })).toBe('expense.dimension_unknown');
		expect(codeOf({ team: 'pumps' })).toBe('expense.dimension_parent');
		expect(codeOf({ department: 'service' })).toBeNull();
	});

	test('nothing of nothing is private', () => {
		const lines = [aLine(), aLine({ lineId: 'l2', amountMinor: 0, privateMinor: 1 })];
		expect(checkExpense(facts({ lines }))).toMatchObject({
			refusal: { code: 'expense.private_part', field: 'lines.1.privateMinor' }
		});
		const free = [aLine(), aLine({ lineId: 'l2', amountMinor: 0 })];
		expect(checkExpense(facts({ lines: free })).ok).toBe(true);
	});

	test('what was bought today may be handed in today', () => {
		expect(checkExpense(facts({ spentOn: '2026-11-22' })).ok).toBe(true);
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
