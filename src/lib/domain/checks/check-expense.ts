import { daysBetween, isDate } from '../calendar-date.ts';
import type { DatedRate } from '../dated-rates.ts';
import { allocate } from '../money.ts';
import { ok, refuse, type Refusal, type Result } from '../refusal.ts';
import type { RuleRefusal } from '../rule-codes.ts';
import type { RuleLine, RuleNotice, RuleOutcome } from '../rule-outcome.ts';
import {
	MOST_DIMENSIONS,
	type CostTypeRule,
	type ExpenseClaim,
	type ExpenseLine,
	type ExpensePolicy
} from './expense-claim.ts';
import { dimensionFault } from './dimensions.ts';
import { vatOf } from './vat.ts';

export interface ExpenseFacts {
	claim: ExpenseClaim;
	policy: ExpensePolicy;
	vatRates: readonly DatedRate[];
	/** `YYYY-MM-DD` where the person is. */
	today: string;
	/**
	 * The claim's amount in the company's currency, for limits; null while no rate is known: limits are then said to be
	 * unchecked, never passed over.
	 */
	amountInCompanyMinor: number | null;
	/** What the person's other claims of that day come to by cost type, in the company's currency. */
	othersOfDay: readonly { costTypeId: string; amountMinor: number }[];
}

export interface ExpenseOutcome extends RuleOutcome {
	/** Deductible VAT by line, beside the amounts: it changes what the company pays in the end, not the person. */
	vat: { lineId: string; vatMinor: number; deductibleMinor: number; lines: RuleLine[] }[];
	/** Who settles with whom; all in the claim's currency. */
	settlement: { toPersonMinor: number; toVendorMinor: number; fromPersonMinor: number };
	/** Limits that were passed and not explained yet: the form asks why. They block nothing. */
	toExplain: RuleNotice[];
}

/**
 * Checks an expense or invoice and works out what is paid to whom. The first thing that must be mended is refused, its
 * field named: `expense.lines_missing`, `expense.lines_sum`, `expense.private_part`, `expense.cost_type_unknown`,
 * `expense.receipt_missing`, `expense.participants_missing`, `expense.participant_incomplete`,
 * `expense.dimension_missing`, `expense.dimension_unknown`, `expense.dimension_parent`, `expense.too_many_dimensions`,
 * `expense.date_missing`, `expense.date_future`, `expense.too_old`, `invoice.number_missing`, `invoice.vendor_missing`, `invoice.paid_by`,
 * `rate.missing`. Limits ask for an explanation and block nothing. The private part is not payable; the rest is a
 * reimbursement, free of tax.
 */
export function checkExpense(facts: ExpenseFacts): Result<ExpenseOutcome> {
	const { claim, policy } = facts;
	const fault = claimFault(facts) ?? firstFault(claim.lines, (line) => lineFault(line, facts));
	if (fault) return { ok: false, refusal: fault };

	const vat: ExpenseOutcome['vat'] = [];
	const aboveRate: RuleNotice[] = [];
	let verified = true;
	for (const [n, line] of claim.lines.entries()) {
		const part = vatOf(
			{
				grossMinor: line.amountMinor - line.privateMinor,
				printedMinor: printedOnBusiness(line),
				currency: claim.currency,
				vatKind: ruleOf(line, policy)?.vatKind ?? '',
				spentOn: claim.spentOn,
				country: claim.country
			},
			policy.country,
			facts.vatRates
		);
		if (!part.ok) {
			return { ok: false, refusal: { ...part.refusal, field: `lines.${String(n)}.costTypeId` } };
		}
		verified &&= part.value.verified;
		const { lineId } = line;
		const { vatMinor, deductibleMinor, isPrintedTooMuch, lines } = part.value;
		vat.push({ lineId, vatMinor, deductibleMinor, lines });
		if (isPrintedTooMuch) aboveRate.push({ code: 'expense.vat_above_rate', values: { lineId } });
	}

	const privateMinor = sum(claim.lines.map((line) => line.privateMinor));
	const businessMinor = claim.amountMinor - privateMinor;
	const passed = passedLimits(facts);
	const isExplained = ({ code }: RuleNotice) => (claim.explanations[code] ?? '').trim() !== '';
	return ok({
		currency: claim.currency,
		taxFreeMinor: businessMinor,
		taxableMinor: 0,
		notPayableMinor: privateMinor,
		lines: claim.lines.flatMap((line) => derivationOf(line, claim)),
		notices: [...passed, ...remarksOn(facts), ...aboveRate],
		verified,
		vat,
		settlement: {
			toPersonMinor: claim.paidBy === 'person' ? businessMinor : 0,
			toVendorMinor: claim.paidBy === 'vendor' ? claim.amountMinor : 0,
			fromPersonMinor: claim.paidBy === 'person' ? 0 : privateMinor
		},
		toExplain: passed.filter((notice) => !isExplained(notice))
	});
}

const DIMENSION_REFUSALS = {
	missing: 'expense.dimension_missing',
	parent: 'expense.dimension_parent',
	too_many: 'expense.too_many_dimensions',
	unknown: 'expense.dimension_unknown'
} as const;

/** What is worth knowing beside the limits. */
function remarksOn(facts: ExpenseFacts): RuleNotice[] {
	const { claim } = facts;
	const remarks: RuleNotice[] = [];
	if (claim.missingReceiptReason !== '' && claim.receiptHashes.length === 0) {
		remarks.push({ code: 'expense.receipt_declared_missing', values: {} });
	}
	if (facts.amountInCompanyMinor === null && hasLimits(facts)) {
		remarks.push({ code: 'expense.limit_unchecked', values: { currency: claim.currency } });
	}
	return remarks;
}

function claimFault({ claim, policy, today }: ExpenseFacts): Refusal | null {
	if (claim.lines.length === 0) return no('expense.lines_missing', 'lines');
	const linesMinor = sum(claim.lines.map(({ amountMinor }) => amountMinor));
	if (linesMinor !== claim.amountMinor) {
		return no('expense.lines_sum', 'lines', {
			differenceMinor: claim.amountMinor - linesMinor,
			currency: claim.currency
		});
	}
	if (!isDate(claim.spentOn)) return no('expense.date_missing', 'spentOn');
	if (claim.spentOn > today) return no('expense.date_future', 'spentOn');
	const ageDays = daysBetween(claim.spentOn, today);
	if (policy.ageLimitDays !== null && ageDays > policy.ageLimitDays) {
		return no('expense.too_old', 'spentOn', { ageDays, largestDays: policy.ageLimitDays });
	}
	if (claim.kind === 'invoice') {
		if (claim.invoiceNumber.trim() === '') return no('invoice.number_missing', 'invoiceNumber');
		if (claim.vendorId.trim() === '') return no('invoice.vendor_missing', 'vendorId');
	} else if (claim.paidBy === 'vendor') return no('invoice.paid_by', 'paidBy');
	const rules = claim.lines.map((line) => ruleOf(line, policy));
	const hasReceipt = claim.receiptHashes.length > 0 || claim.missingReceiptReason.trim() !== '';
	if (!hasReceipt && rules.some((rule) => rule?.needsReceipt)) {
		return no('expense.receipt_missing', 'receiptIds');
	}
	const needsParticipants = rules.some(
		(rule) => rule?.needsParticipants || rule?.limitEachMinor !== null
	);
	if (needsParticipants && rules.every((rule) => rule !== undefined)) {
		if (claim.participants.length === 0) return no('expense.participants_missing', 'participants');
		const bare = claim.participants.findIndex(
			({ name, company }) => name.trim() === '' || company.trim() === ''
		);
		if (bare >= 0) return no('expense.participant_incomplete', `participants.${String(bare)}`);
	}
	return null;
}

function lineFault(line: ExpenseLine, { policy }: ExpenseFacts): Refusal | null {
	if (ruleOf(line, policy) === undefined) return no('expense.cost_type_unknown', 'costTypeId');
	// Credit lines are negative, and so is what is private of them.
	const share = line.amountMinor === 0 ? 0 : line.privateMinor / line.amountMinor;
	if (share < 0 || share > 1 || (line.amountMinor === 0 && line.privateMinor !== 0)) {
		return no('expense.private_part', 'privateMinor');
	}
	const found = dimensionFault(line.dimensions, policy.dimensions);
	if (found === null) return null;
	const { fault, dimensionId } = found;
	return dimensionId === null
		? no(DIMENSION_REFUSALS[fault], 'dimensions', { largest: MOST_DIMENSIONS })
		: no(DIMENSION_REFUSALS[fault], `dimensions.${dimensionId}`);
}

function firstFault(
	lines: readonly ExpenseLine[],
	faultOf: (line: ExpenseLine) => Refusal | null
): Refusal | null {
	for (const [n, line] of lines.entries()) {
		const fault = faultOf(line);
		if (fault) return { ...fault, field: `lines.${String(n)}.${fault.field ?? ''}` };
	}
	return null;
}

/** Limits that were passed, with what they allow; shares of a foreign claim are counted by the whole claim's rate. */
function passedLimits(facts: ExpenseFacts): RuleNotice[] {
	const { claim, policy, amountInCompanyMinor, othersOfDay } = facts;
	if (amountInCompanyMinor === null || claim.amountMinor === 0) return [];
	const notices: RuleNotice[] = [];
	for (const rule of policy.costTypes) {
		const ofType = claim.lines.filter((line) => line.costTypeId === rule.costTypeId);
		if (ofType.length === 0) continue;
		const business = sum(ofType.map((line) => line.amountMinor - line.privateMinor));
		const minor = (business * amountInCompanyMinor) / claim.amountMinor;
		const each = minor / Math.max(1, claim.participants.length);
		const ofDay =
			minor +
			sum(
				othersOfDay
					.filter((other) => other.costTypeId === rule.costTypeId)
					.map(({ amountMinor }) => amountMinor)
			);
		const over = (limit: 'each' | 'day', limitMinor: number | null, reachedMinor: number) => {
			if (limitMinor === null || Math.round(reachedMinor) <= limitMinor) return;
			notices.push({
				code: `expense.limit_${limit}.${rule.costTypeId}`,
				values: { limitMinor, reachedMinor: Math.round(reachedMinor), currency: policy.currency }
			});
		};
		over('each', rule.limitEachMinor, each);
		over('day', rule.limitDayMinor, ofDay);
	}
	return notices;
}

function hasLimits({ claim, policy }: ExpenseFacts): boolean {
	return claim.lines.some((line) => {
		const rule = ruleOf(line, policy);
		return rule !== undefined && (rule.limitEachMinor !== null || rule.limitDayMinor !== null);
	});
}

function derivationOf(line: ExpenseLine, claim: ExpenseClaim): RuleLine[] {
	const of = { source: 'the receipt', verified: true };
	const { costTypeId, amountMinor, privateMinor } = line;
	const values = { costTypeId, currency: claim.currency };
	return [
		{ code: 'expense.line' as const, values: { ...values, amountMinor }, amountMinor, ...of },
		...(privateMinor === 0
			? []
			: [
					{
						code: 'expense.private_part' as const,
						values: { ...values, privateMinor },
						amountMinor: -privateMinor,
						...of
					}
				])
	];
}

/**
 * Of the VAT printed for a whole line, what belongs to its business part by the shares of both parts. A credit line has
 * negative ones, whose shares are those of their sizes.
 */
function printedOnBusiness({ amountMinor, privateMinor, vatMinor }: ExpenseLine): number | null {
	if (vatMinor === null || privateMinor === 0) return vatMinor;
	const parts = [Math.abs(amountMinor - privateMinor), Math.abs(privateMinor)];
	const split = allocate(vatMinor, parts);
	return split.ok ? (split.value[0] ?? 0) : 0;
}

function ruleOf(line: ExpenseLine, policy: ExpensePolicy): CostTypeRule | undefined {
	return policy.costTypes.find(({ costTypeId }) => costTypeId === line.costTypeId);
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}

function no(code: RuleRefusal, field: string, values?: Record<string, string | number>): Refusal {
	return refuse(code, field, values).refusal;
}
