import Big from 'big.js';
import { isDate } from './calendar-date.ts';
import type { DatedRate } from './dated-rates.ts';
import { currencyExponent } from './money.ts';
import { ok, refuse, type Result } from './refusal.ts';

/** The state's figures, and the company's own beside them. */
export interface RateTables {
	state: readonly DatedRate[];
	company: readonly DatedRate[];
}

export interface RateQuery {
	country: string;
	kind: string;
	/** Left out at home. */
	place?: string;
}

/**
 * The rate in force on a day (`YYYY-MM-DD`). Refuses with `rate.missing` (never another country's, place's or year's
 * rate instead; none holds on a 30 February) and, where two rows claim the day, with `rate.overlap`.
 */
export function rateOn(
	rates: readonly DatedRate[],
	query: RateQuery,
	day: string
): Result<DatedRate> {
	const found = isDate(day)
		? rates.filter((rate) => isOf(rate, query) && isInForce(rate, day))
		: [];
	const [rate] = found;
	const values = {
		day,
		country: query.country,
		kind: query.kind,
		...(query.place === undefined ? {} : { place: query.place })
	};
	if (rate === undefined) return refuse('rate.missing', undefined, values);
	return found.length === 1 ? ok(rate) : refuse('rate.overlap', undefined, values);
}

/**
 * What the company pays and what the state lets pass: where the company has no row of its own for the day, it pays the
 * state's. Refuses like `rateOn`; without the state's figure nothing can be split into tax-free and taxable.
 */
export function paidAndOfficialRateOn(
	tables: RateTables,
	query: RateQuery,
	day: string
): Result<{ paid: DatedRate; official: DatedRate }> {
	const official = rateOn(tables.state, query, day);
	if (!official.ok) return official;
	const own = rateOn(tables.company, query, day);
	if (own.ok) return ok({ paid: own.value, official: official.value });
	return own.refusal.code === 'rate.missing'
		? ok({ paid: official.value, official: official.value })
		: own;
}

/** A rate's amount in minor units of its currency, exactly: 3.81 DKK is 381, 0.125 EUR is 12.5. */
export function rateMinor(rate: DatedRate): Big {
	return new Big(rate.amount).times(new Big(10).pow(currencyExponent(rate.currency ?? '')));
}

function isOf(rate: DatedRate, { country, kind, place }: RateQuery): boolean {
	return rate.country === country && rate.kind === kind && rate.place === (place ?? null);
}

function isInForce({ validFrom, validTo }: DatedRate, day: string): boolean {
	return validFrom <= day && (validTo === null || day <= validTo);
}
