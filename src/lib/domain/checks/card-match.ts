import { daysApart } from '../calendar-date.ts';
import { compareText } from '../compare-text.ts';
import type { Money } from '../money.ts';
import { isWithinPercent } from './duplicates.ts';

/** One entry of a company card, as its issuer sent it. */
export interface CardEntry {
	entryId: string;
	personId: string;
	/** What the account is charged. */
	billed: Money;
	/** What was paid in the shop's currency; null where the issuer doesn't say. */
	original: Money | null;
	/** Day of the purchase, or of the booking where the issuer has no other. */
	day: string;
}

/** An expense that may belong to an entry. */
export interface CardClaim {
	claimId: string;
	personId: string;
	amountMinor: number;
	currency: string;
	spentOn: string;
	/** Where a tip is usual, the card may be charged more than the receipt says. */
	mayHaveTip: boolean;
}

export interface CardMatch {
	entryId: string;
	claimId: string;
	/** Which amount of the entry fits. */
	by: 'original' | 'billed';
	/** What the card was charged beyond the receipt, in minor units of that amount; negative for less. */
	differenceMinor: number;
	isTip: boolean;
	days: number;
}

export interface CardMatchRules {
	/** Days between receipt and entry that still fit: issuers book late. */
	nearDays: number;
	/** Largest tip, in percent of the receipt. */
	tipPercent: number;
}

export const CARD_MATCH_RULES: CardMatchRules = { nearDays: 5, tipPercent: 20 };

/**
 * Which expense belongs to which card entry: the same person, the original or billed amount within 1 % (or up to a tip
 * above the receipt), the same currency and a near day. Each entry and each expense is matched once, the closest first;
 * which of the two was there first, and the order of the lists, doesn't matter. What fits nothing stays unmatched.
 */
export function matchCardEntries(
	entries: readonly CardEntry[],
	claims: readonly CardClaim[],
	rules: CardMatchRules = CARD_MATCH_RULES
): CardMatch[] {
	const candidates = entries
		.flatMap((entry) => claims.flatMap((claim) => fitOf(entry, claim, rules) ?? []))
		.sort(compare);
	const taken = new Set<string>();
	const matches: CardMatch[] = [];
	for (const match of candidates) {
		const [entryKey, claimKey] = [`entry ${match.entryId}`, `claim ${match.claimId}`];
		if (taken.has(entryKey) || taken.has(claimKey)) continue;
		taken.add(entryKey).add(claimKey);
		matches.push(match);
	}
	return matches.sort((a, b) => compareText(a.entryId, b.entryId));
}

function fitOf(
	entry: CardEntry,
	claim: CardClaim,
	{ nearDays, tipPercent }: CardMatchRules
): CardMatch | null {
	const days = daysApart(entry.day, claim.spentOn);
	if (entry.personId !== claim.personId || days > nearDays) return null;
	const amounts = [
		['original', entry.original],
		['billed', entry.billed]
	] as const;
	const fits = amounts.flatMap(([by, money]) => {
		if (money === null || money.currency !== claim.currency) return [];
		const differenceMinor = money.amountMinor - claim.amountMinor;
		const isClose = isWithinPercent(money, claim);
		const isTip =
			!isClose &&
			claim.mayHaveTip &&
			differenceMinor > 0 &&
			100 * differenceMinor <= tipPercent * claim.amountMinor;
		if (!isClose && !isTip) return [];
		const { entryId } = entry;
		return [{ entryId, claimId: claim.claimId, by, differenceMinor, isTip, days }];
	});
	return fits.sort(compare)[0] ?? null;
}

/** The surest first: no tip, the smallest difference, the nearest day; ids decide what is equal. */
function compare(a: CardMatch, b: CardMatch): number {
	return (
		Number(a.isTip) - Number(b.isTip) ||
		Math.abs(a.differenceMinor) - Math.abs(b.differenceMinor) ||
		a.days - b.days ||
		compareText(a.entryId, b.entryId) ||
		compareText(a.claimId, b.claimId) ||
		compareText(b.by, a.by)
	);
}
