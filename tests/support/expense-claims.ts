import { checkExpense, type ExpenseFacts } from '@outlay/domain/checks/check-expense';
import type { ExpenseClaim, ExpenseLine } from '@outlay/domain/checks/expense-claim';
import { STATE_VAT_RATES } from '@outlay/domain/rates/vat';

/** A restaurant's bill on a department that may have it. */
export function aLine(change: Partial<ExpenseLine> = {}): ExpenseLine {
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

/** A claim of one such line, with its receipt and two at the table. */
export function aClaim(change: Partial<ExpenseClaim> = {}): ExpenseClaim {
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

/** Three cost types, two dimensions, a quarter of a year's time. */
export const policy: ExpenseFacts['policy'] = {
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

/** All that the check is told, where only `change` differs. */
export function facts(
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

/** What the check finds; throws where it refuses altogether. */
export function outcome(claim: Partial<ExpenseClaim> = {}, change: Partial<ExpenseFacts> = {}) {
	const result = checkExpense(facts(claim, change));
	if (!result.ok) throw new Error(result.refusal.code);
	return result.value;
}
