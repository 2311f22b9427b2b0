import Big from 'big.js';
import { isDate, plusDays } from './calendar-date.ts';
import { compareText } from './compare-text.ts';
import type { ExchangeRate } from './exchange-rates.ts';
import { currencyExponent, type Money } from './money.ts';
import { ok, refuse, type Result } from './refusal.ts';
import { totalMinor, type Rounding } from './rounding.ts';

/** One published rate and which way it was used: from its base to its quote, or back. */
export interface ConversionStep {
	rate: ExchangeRate;
	direction: 'base-to-quote' | 'quote-to-base';
}

/** An amount in another currency, with how it got there. */
export interface Conversion {
	from: Money;
	to: Money;
	/** The day asked for; each step's rate has the day it was published, which may be an earlier one. */
	day: string;
	/** None for the same currency, one for a published pair, two through the bank's own currency. */
	steps: ConversionStep[];
}

/** Banks publish nothing on weekends and holidays; over Christmas and New Year that is five days in a row. */
const OLDEST_RATE_DAYS = 7;

/**
 * Converts with the rates of one day: for each source the latest published by then, at most a week before. A published
 * pair is used before a way over the bank's own currency, whose two rates come from one source and one day; the newest
 * day wins, then the earlier in the list. Rounded once, at the end, as `rounding` says. Refuses with
 * `exchange.missing`.
 */
export function convert(
	from: Money,
	currency: string,
	day: string,
	rates: readonly ExchangeRate[],
	rounding: Pick<Rounding, 'unit' | 'at'>
): Result<Conversion> {
	if (from.currency === currency) return ok({ from, to: from, day, steps: [] });
	const steps = isDate(day) ? stepsBetween(from.currency, currency, day, rates) : null;
	if (steps === null) {
		return refuse('exchange.missing', undefined, { from: from.currency, to: currency, day });
	}
	let numerator = new Big(from.amountMinor).times(new Big(10).pow(currencyExponent(currency)));
	let denominator = new Big(10).pow(currencyExponent(from.currency));
	for (const { rate, direction } of steps) {
		const [times, over] =
			direction === 'base-to-quote' ? [rate.amount, rate.per] : [rate.per, rate.amount];
		numerator = numerator.times(times);
		denominator = denominator.times(over);
	}
	const amountMinor = totalMinor(numerator.div(denominator), currency, rounding);
	return ok({ from, to: { amountMinor, currency }, day, steps });
}

function stepsBetween(
	from: string,
	to: string,
	day: string,
	rates: readonly ExchangeRate[]
): ConversionStep[] | null {
	const oldest = plusDays(day, -OLDEST_RATE_DAYS);
	const usable = rates
		.filter(({ date }) => oldest <= date && date <= day)
		.sort((a, b) => compareText(b.date, a.date));
	const step = (a: string, b: string, among: readonly ExchangeRate[]): ConversionStep | null => {
		for (const rate of among) {
			if (rate.base === a && rate.quote === b) return { rate, direction: 'base-to-quote' };
			if (rate.base === b && rate.quote === a) return { rate, direction: 'quote-to-base' };
		}
		return null;
	};
	const direct = step(from, to, usable);
	if (direct !== null) return [direct];
	for (const first of usable) {
		if (first.base !== from && first.quote !== from) continue;
		const own = first.base === from ? first.quote : first.base;
		const sameFile = usable.filter(
			({ source, date }) => source === first.source && date === first.date
		);
		const there = step(from, own, sameFile);
		const onwards = step(own, to, sameFile);
		if (there !== null && onwards !== null) return [there, onwards];
	}
	return null;
}

/** What a card or a bureau made of a purchase abroad. */
export interface BilledPurchase {
	/** On the receipt. */
	original: Money;
	/** On the statement, the fee included. */
	billed: Money;
	/** The part of `billed` that is the bank's; null where none is stated. */
	fee: Money | null;
}

/**
 * What was paid for the goods and the rate the bank really used, from the amounts on receipt and statement. Refuses with
 * `money.fee_currency` (a fee is in the currency billed), `money.fee_too_large`, and `money.billed_differs` where
 * receipt and statement have one currency but do not agree.
 */
export function billedRate(
	{ original, billed, fee }: BilledPurchase,
	day: string,
	source: string
): Result<{ goods: Money; fee: Money; rate: ExchangeRate | null }> {
	const paidFee = fee ?? { amountMinor: 0, currency: billed.currency };
	if (paidFee.currency !== billed.currency) return refuse('money.fee_currency', 'fee');
	const goods = { ...billed, amountMinor: billed.amountMinor - paidFee.amountMinor };
	if (paidFee.amountMinor < 0 || (paidFee.amountMinor > 0 && goods.amountMinor <= 0)) {
		return refuse('money.fee_too_large', 'fee');
	}
	if (original.currency === billed.currency) {
		return original.amountMinor === goods.amountMinor
			? ok({ goods, fee: paidFee, rate: null })
			: refuse('money.billed_differs', 'billed');
	}
	if (original.amountMinor === 0) return refuse('amount.zero', 'original');
	const major = ({ amountMinor, currency }: Money) =>
		new Big(amountMinor).div(new Big(10).pow(currencyExponent(currency)));
	const amount = major(goods).div(major(original)).round(8, Big.roundHalfUp).toFixed();
	return ok({
		goods,
		fee: paidFee,
		rate: { base: original.currency, quote: billed.currency, per: 1, amount, date: day, source }
	});
}
