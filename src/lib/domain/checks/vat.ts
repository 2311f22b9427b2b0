import Big from 'big.js';
import { rateOn } from '../rate-on.ts';
import type { DatedRate } from '../dated-rates.ts';
import { ok, type Result } from '../refusal.ts';
import { totalMinor } from '../rounding.ts';
import type { RuleLine } from '../rule-outcome.ts';

export interface VatFacts {
	/** What is paid for business, with VAT, in minor units. */
	grossMinor: number;
	/** VAT as printed, of the same part; null where it isn't. */
	printedMinor: number | null;
	currency: string;
	vatKind: string;
	spentOn: string;
	/** Where it was bought. */
	country: string;
}

export interface VatPart {
	vatMinor: number;
	/** What of it the company may deduct at home. */
	deductibleMinor: number;
	/** The printed figure is more than the price can hold, and was not counted in full. */
	isPrintedTooMuch: boolean;
	lines: RuleLine[];
	verified: boolean;
}

const EXACT = { unit: 'minor', at: ['total'] } as const;

/**
 * VAT of one line in the company's country: the printed one, else what the day's rate says is in the price, and the
 * share the company may deduct. VAT of another country is never deducted at home (it is asked back there). Refuses with
 * `rate.missing` where the table has no row for the kind and day.
 */
export function vatOf(
	facts: VatFacts,
	companyCountry: string,
	rates: readonly DatedRate[]
): Result<VatPart> {
	const { grossMinor, printedMinor, currency, vatKind, spentOn, country } = facts;
	if (country !== companyCountry) {
		const vatMinor = printedMinor ?? 0;
		const line: RuleLine = {
			code: 'vat.foreign',
			values: { country, amountMinor: vatMinor, currency },
			amountMinor: 0,
			source:
				'VAT is deducted in the country it was charged in (Directive 2006/112/EC, article 168)',
			verified: true
		};
		return ok({
			vatMinor,
			deductibleMinor: 0,
			isPrintedTooMuch: false,
			lines: [line],
			verified: true
		});
	}
	const rate = rateOn(rates, { country, kind: `vat.rate.${vatKind}` }, spentOn);
	if (!rate.ok) return rate;
	const share = rateOn(rates, { country, kind: `vat.deductible.${vatKind}` }, spentOn);
	if (!share.ok) return share;
	const percent = new Big(rate.value.amount);
	const inPrice = new Big(grossMinor).times(percent).div(percent.plus(100));
	const vatMinor = totalMinor(inPrice, currency, EXACT);
	const countedMinor = printedMinor === null ? vatMinor : countedOf(printedMinor, vatMinor);
	const deductibleMinor = totalMinor(
		new Big(countedMinor).times(share.value.amount).div(100),
		currency,
		EXACT
	);
	const verified = rate.value.verified && share.value.verified;
	return ok({
		vatMinor: countedMinor,
		deductibleMinor,
		isPrintedTooMuch: printedMinor !== null && printedMinor !== countedMinor,
		lines: [
			{
				code: 'vat.deductible',
				values: {
					kind: vatKind,
					country,
					currency,
					grossMinor,
					ratePercent: rate.value.amount,
					vatMinor: countedMinor,
					deductiblePercent: share.value.amount
				},
				amountMinor: deductibleMinor,
				source: `${rate.value.source}; ${share.value.source}`,
				verified
			}
		],
		verified
	});
}

/**
 * A printed figure goes first: a receipt may mix rates. More than the rate gives can't be in the price, and neither can
 * VAT of the other sign. A credit line has both figures negative.
 */
function countedOf(printedMinor: number, mostMinor: number): number {
	return mostMinor < 0
		? Math.min(0, Math.max(printedMinor, mostMinor))
		: Math.max(0, Math.min(printedMinor, mostMinor));
}
