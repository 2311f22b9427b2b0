import type { LineCode, NoticeCode } from './rule-codes.ts';
import type { DerivationLine } from './submission.ts';

/**
 * What an engine of rules gives: one amount split three ways, and the lines it came about by. The three parts are
 * integers in minor units of `currency` and add up to the amount the person asked for under the rules.
 */
export interface RuleOutcome {
	currency: string;
	/** Paid without tax. */
	taxFreeMinor: number;
	/** Paid, and income to be taxed. */
	taxableMinor: number;
	/** Asked for, and not paid under the rules. */
	notPayableMinor: number;
	/** In the order a person reads them; the payable ones add up to tax-free plus taxable. */
	lines: RuleLine[];
	/** Things worth knowing that block nothing, as codes with figures, such as `mileage.fuel_with_kilometres`. */
	notices: RuleNotice[];
	/** False as soon as one figure or rule in it is not from an official page. */
	verified: boolean;
}

/** A line of an engine's, whose code has words. */
export interface RuleLine extends DerivationLine {
	code: LineCode;
}

/** A remark beside an outcome, turned into words where a refusal's code is. */
export interface RuleNotice {
	code: NoticeCode;
	values: Record<string, string | number>;
}

/** A rule or figure and the page it stands on. */
export interface StatedRule {
	source: string;
	verified: boolean;
}

/** Source and verification of a line: of every figure and rule it stands on, each page once. */
export function standsOn(...grounds: StatedRule[]): StatedRule {
	const sources = [...new Set(grounds.map(({ source }) => source))];
	return {
		source: sources.join('; ').slice(0, 300),
		verified: grounds.every(({ verified }) => verified)
	};
}
