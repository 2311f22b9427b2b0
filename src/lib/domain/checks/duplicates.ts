import { daysApart } from '../calendar-date.ts';
import type { RuleNotice } from '../rule-outcome.ts';
import type { ExpenseClaim } from './expense-claim.ts';

export type DuplicateFacts = Pick<
	ExpenseClaim,
	| 'claimId'
	| 'personId'
	| 'vendorId'
	| 'merchant'
	| 'invoiceNumber'
	| 'amountMinor'
	| 'currency'
	| 'spentOn'
	| 'paidBy'
	| 'receiptHashes'
>;

export interface Duplicate {
	otherId: string;
	/** `likely` asks the person to look before they go on; `possible` only says so. Neither blocks. */
	certainty: 'likely' | 'possible';
	/** What is alike, in words a person can check: `duplicate.same_picture`, `duplicate.same_invoice`, … */
	reasons: RuleNotice[];
	/** The same for both sides: what "not a duplicate" is remembered by. */
	pairKey: string;
}

export interface DuplicateRules {
	/** Days apart that still count as near. */
	nearDays: number;
	/**
	 * Up to this, equal amounts on different days are everyday life: coffee, parking. In minor units by currency; of a
	 * currency that is not there no amount is small.
	 */
	smallMinor: Readonly<Record<string, number>>;
}

export const DUPLICATE_RULES: DuplicateRules = {
	nearDays: 3,
	smallMinor: { DKK: 20_000, NOK: 20_000, SEK: 20_000, EUR: 2_500 }
};

/**
 * Other claims that may be the same purchase: the same picture, the same invoice of the same vendor, or an amount of
 * the same person within 1 % in the same currency on a near day; beside a card's entry, the same paid in cash. Pairs in
 * `dismissed` (by `pairKey`) are left out. Likely ones first, then by id; the order of the lists doesn't matter.
 */
export function findDuplicates(
	claim: DuplicateFacts,
	others: readonly DuplicateFacts[],
	dismissed: readonly string[] = [],
	rules: DuplicateRules = DUPLICATE_RULES
): Duplicate[] {
	const duplicates: Duplicate[] = [];
	for (const other of others) {
		const pairKey = [claim.claimId, other.claimId].sort().join(' ');
		if (other.claimId === claim.claimId || dismissed.includes(pairKey)) continue;
		const found = alike(claim, other, rules);
		if (found !== null) duplicates.push({ otherId: other.claimId, pairKey, ...found });
	}
	const rank = ({ certainty }: Duplicate) => (certainty === 'likely' ? 0 : 1);
	return duplicates.sort((a, b) => rank(a) - rank(b) || (a.otherId < b.otherId ? -1 : 1));
}

function alike(
	a: DuplicateFacts,
	b: DuplicateFacts,
	{ nearDays, smallMinor }: DuplicateRules
): Pick<Duplicate, 'certainty' | 'reasons'> | null {
	const reasons: RuleNotice[] = [];
	let isLikely = false;
	if (a.receiptHashes.some((hash) => b.receiptHashes.includes(hash))) {
		reasons.push({ code: 'duplicate.same_picture', values: { day: b.spentOn } });
		isLikely = true;
	}
	const number = plain(a.invoiceNumber);
	const hasSameVendor =
		a.vendorId !== '' && b.vendorId !== ''
			? plain(a.vendorId) === plain(b.vendorId)
			: plain(a.merchant) !== '' && plain(a.merchant) === plain(b.merchant);
	if (number !== '' && number === plain(b.invoiceNumber) && hasSameVendor) {
		reasons.push({ code: 'duplicate.same_invoice', values: { day: b.spentOn } });
		isLikely = true;
	}
	const days = daysApart(a.spentOn, b.spentOn);
	const isNear = days <= nearDays;
	// Two invoices of one vendor with numbers of their own are two purchases.
	const areOtherInvoices =
		number !== '' && b.invoiceNumber !== '' && number !== plain(b.invoiceNumber);
	if (a.personId === b.personId && isNear && !areOtherInvoices && isWithinPercent(a, b)) {
		const isCardAndCash = (a.paidBy === 'company-card') !== (b.paidBy === 'company-card');
		reasons.push({
			code: isCardAndCash ? 'duplicate.card_and_cash' : 'duplicate.same_amount',
			values: { amountMinor: b.amountMinor, currency: b.currency, day: b.spentOn, days }
		});
		const largerMinor = Math.max(Math.abs(a.amountMinor), Math.abs(b.amountMinor));
		const isSmall = largerMinor <= (smallMinor[a.currency] ?? -1);
		isLikely ||= isCardAndCash || days === 0 || !isSmall;
	}
	return reasons.length === 0 ? null : { certainty: isLikely ? 'likely' : 'possible', reasons };
}

/** Within 1 % of the larger, in the same currency. */
export function isWithinPercent(
	a: { amountMinor: number; currency: string },
	b: { amountMinor: number; currency: string }
): boolean {
	const larger = Math.max(Math.abs(a.amountMinor), Math.abs(b.amountMinor));
	return (
		a.currency === b.currency &&
		larger > 0 &&
		100 * Math.abs(a.amountMinor - b.amountMinor) <= larger
	);
}

function plain(text: string): string {
	return text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
}
