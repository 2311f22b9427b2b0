import Big from 'big.js';
import { ok, refuse, type Result } from './refusal.ts';

/** Integer minor units of one currency: 12.50 DKK is `{ amountMinor: 1250, currency: 'DKK' }`. */
export interface Money {
	amountMinor: number;
	currency: string;
}

/** Currencies whose minor unit is not a hundredth. Source: ISO 4217 list one. */
const EXPONENTS: Readonly<Record<string, number>> = {
	...Object.fromEntries(
		'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
			.split(' ')
			.map((code) => [code, 0])
	),
	...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
	CLF: 4,
	UYW: 4
};

export function currencyExponent(currency: string): number {
	return EXPONENTS[currency] ?? 2;
}

/** The largest amount a claim may have, in major units. */
export const LARGEST_AMOUNT_MAJOR = 100_000_000;

/**
 * Reads what a person typed, whichever way they group: `1.234,56`, `1,234.56`, `1 234,56`, `1234`. With two
 * different separators the last is the decimal one; a single separator before exactly three digits groups, unless
 * the currency has three decimals: then it is what it is in `language` (BCP 47), and a decimal one without a language.
 * Refuses with `amount.missing`, `amount.negative`, `amount.unreadable`,
 * `amount.too_many_decimals`, `amount.zero`, `amount.too_large`.
 */
export function parseAmount(text: string, currency: string, language?: string): Result<number> {
	const typed = text
		.normalize('NFKC')
		.replace(new RegExp(`^\\s*(?:${currency}|kr\\.?)|(?:${currency}|kr\\.?|,-)\\s*$`, 'gi'), '')
		.trim();
	if (typed === '') return refuse('amount.missing');
	if (/^[-−(]/.test(typed)) return refuse('amount.negative');
	if (!/^\d[\d.,'’\s]*$/.test(typed)) return refuse('amount.unreadable');

	const exponent = currencyExponent(currency);
	const plain = typed.replace(/[\s'’]/g, '');
	const separators = [...plain.matchAll(/[.,]/g)];
	const last = separators[separators.length - 1];
	let whole = plain;
	let fraction = '';
	if (last !== undefined) {
		const after = plain.slice(last.index + 1);
		const isRepeated = separators.filter(([mark]) => mark === last[0]).length > 1;
		const hasBoth = separators.some(([mark]) => mark !== last[0]);
		const isOneGroup = after.length === 3 && !/^0/.test(plain);
		const looksGrouped =
			isOneGroup && (exponent !== 3 || (language !== undefined && groupsWith(last[0], language)));
		if (hasBoth || !(isRepeated || looksGrouped)) {
			whole = plain.slice(0, last.index);
			fraction = after;
		}
	}
	if (!/^\d+$/.test(whole) && !/^\d{1,3}([.,])\d{3}(?:\1\d{3})*$/.test(whole)) {
		return refuse('amount.unreadable');
	}
	const digits = whole.replace(/[.,]/g, '');
	if (fraction.replace(/0+$/, '').length > exponent) return refuse('amount.too_many_decimals');
	const major = new Big(`${digits}.${fraction || '0'}`);
	if (major.eq(0)) return refuse('amount.zero');
	if (major.gt(LARGEST_AMOUNT_MAJOR)) {
		return refuse('amount.too_large', undefined, { largest: LARGEST_AMOUNT_MAJOR });
	}
	return ok(major.times(new Big(10).pow(exponent)).toNumber());
}

function groupsWith(mark: string, language: string): boolean {
	const parts = new Intl.NumberFormat(language, { useGrouping: 'always' }).formatToParts(1_000_000);
	return parts.some(({ type, value }) => type === 'group' && value === mark);
}

/**
 * Digits of an amount grouped the way of a language (BCP 47), always with the currency's decimals, without its
 * code: `{ whole: '4,250', decimals: '.00' }`. The minus is U+2212.
 */
export function formatAmount(
	amountMinor: number,
	currency: string,
	language: string
): { whole: string; decimals: string } {
	const exponent = currencyExponent(currency);
	const major = new Big(Math.abs(amountMinor)).div(new Big(10).pow(exponent));
	const parts = amountFormat(language, exponent).formatToParts(
		major.toFixed(exponent) as `${number}`
	);
	const at = parts.findIndex(({ type }) => type === 'decimal');
	const text = (some: typeof parts) => some.map(({ value }) => value).join('');
	return {
		whole: (amountMinor < 0 ? '\u2212' : '') + text(at < 0 ? parts : parts.slice(0, at)),
		decimals: at < 0 ? '' : text(parts.slice(at))
	};
}

/** By language and decimals: making one takes a phone some milliseconds, and a list shows hundreds of amounts. */
const amountFormats = new Map<string, Intl.NumberFormat>();

function amountFormat(language: string, decimals: number): Intl.NumberFormat {
	const key = `${language} ${decimals}`;
	const made =
		amountFormats.get(key) ??
		new Intl.NumberFormat(language, {
			minimumFractionDigits: decimals,
			maximumFractionDigits: decimals
		});
	amountFormats.set(key, made);
	return made;
}

/**
 * Splits an amount by shares so that the parts add up to it exactly: each gets its share rounded down, and what is left
 * goes one minor unit at a time to those cut the most, the earlier first. Negative amounts split like positive ones.
 * Refuses with `money.no_shares` where a share is negative or all are nothing.
 */
export function allocate(amountMinor: number, shares: readonly number[]): Result<number[]> {
	const sum = shares.reduce((total, share) => total.plus(share), new Big(0));
	if (sum.lte(0) || shares.some((share) => share < 0)) return refuse('money.no_shares');
	const size = new Big(Math.abs(amountMinor));
	const exact = shares.map((share) => size.times(share).div(sum));
	const parts = exact.map((part) => part.round(0, Big.roundDown));
	const left = size.minus(parts.reduce((total, part) => total.plus(part), new Big(0))).toNumber();
	const cutMost = exact
		.map((part, index) => ({ index, cut: part.minus(parts[index] ?? 0) }))
		.sort((a, b) => b.cut.cmp(a.cut) || a.index - b.index)
		.slice(0, left)
		.map(({ index }) => index);
	const sign = amountMinor < 0 ? -1 : 1;
	return ok(
		parts.map((part, index) => {
			const minor = part.toNumber() + (cutMost.includes(index) ? 1 : 0);
			return minor === 0 ? 0 : sign * minor;
		})
	);
}
