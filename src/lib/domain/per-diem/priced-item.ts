import type Big from 'big.js';
import { paidAndOfficialRateOn, rateMinor, rateOn, type RateTables } from '../rate-on.ts';
import type { DatedRate } from '../dated-rates.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import type { LineCode } from '../rule-codes.ts';
import { standsOn, type RuleNotice, type StatedRule } from '../rule-outcome.ts';
import type { DayFacts, PerDiemChoices, PerDiemClaim } from './claim.ts';
import { longestStretch, type TimedJourney, type TravelDay } from './journey.ts';

/** One sum a scheme comes to: the food of a day, or a night, before it is split into its three parts. */
export interface PricedItem {
	travelDay: TravelDay;
	country: string;
	/** Of the sentence, as a derivation line has it. */
	code: LineCode;
	values: Record<string, string | number>;
	/** What it would be before anything is taken off; a person's own lower or higher figure takes its place. */
	askedMinor: Big;
	/** What the company owes under the rules. */
	owedMinor: Big;
	/** The most that may be paid without tax. */
	taxFreeMaximumMinor: Big;
	/** A payment above the maximum is income altogether (DK), not only its excess. */
	isAllOrNothing: boolean;
	source: string;
	verified: boolean;
}

/** What a country's file is given. */
export interface SchemeInput {
	claim: PerDiemClaim;
	journey: TimedJourney;
	tables: RateTables;
	choices: PerDiemChoices;
	/** By day number; without a person's word the plain meaning. */
	factsOf: (day: number) => DayFacts;
}

export interface SchemeResult {
	currency: string;
	items: PricedItem[];
	notices: RuleNotice[];
}

/** The state's figures of several kinds on one day. Refuses with the first that is missing. */
export function figuresOn<K extends string>(
	tables: RateTables,
	country: string,
	kinds: Record<K, string>,
	day: string
): Result<Record<K, DatedRate>> {
	const figures: Partial<Record<K, DatedRate>> = {};
	for (const name of Object.keys(kinds) as K[]) {
		const rate = rateOn(tables.state, { country, kind: kinds[name] }, day);
		if (!rate.ok) return rate;
		figures[name] = rate.value;
	}
	return ok(figures as Record<K, DatedRate>);
}

/** What the company pays and what the state's figure is, in one currency. */
export function payOn(
	tables: RateTables,
	country: string,
	kind: string,
	day: string,
	place: string | null = null
): Result<{ paid: DatedRate; official: DatedRate }> {
	const query = { country, kind, ...(place === null ? {} : { place }) };
	const rates = paidAndOfficialRateOn(tables, query, day);
	if (rates.ok && rates.value.paid.currency !== rates.value.official.currency) {
		return refuse('rate.currency', undefined, { day, country, kind });
	}
	return rates;
}

/** Value of a rate abroad: the place's own, else its country's. */
export function payAbroadOn(
	tables: RateTables,
	country: string,
	kind: string,
	day: string,
	where: { country: string; place: string | null }
): Result<{ paid: DatedRate; official: DatedRate }> {
	if (where.place !== null) {
		const ofPlace = payOn(tables, country, kind, day, where.place);
		if (ofPlace.ok || ofPlace.refusal.code !== 'rate.missing') return ofPlace;
	}
	return payOn(tables, country, kind, day, where.country);
}

/**
 * An item that pays its figure as it stands, nothing taken off: a night without a receipt, a meal allowance. `rule` says
 * what it rests on beside the figure paid.
 */
export function figureItem(
	travelDay: TravelDay,
	country: string,
	code: LineCode,
	{ paid, official }: { paid: DatedRate; official: DatedRate },
	rule: { isAllOrNothing: boolean; grounds: readonly StatedRule[] }
): PricedItem {
	return {
		travelDay,
		country,
		code,
		values: dayValues(travelDay, country, paid),
		askedMinor: rateMinor(paid),
		owedMinor: rateMinor(paid),
		taxFreeMaximumMinor: rateMinor(official),
		isAllOrNothing: rule.isAllOrNothing,
		...standsOn(paid, ...rule.grounds)
	};
}

/** A night without a receipt, at the scheme's own rate whatever the country; it is shown where the day was spent longest. */
export function nightItem(
	travelDay: TravelDay,
	{ scheme, kind }: { scheme: string; kind: string },
	{ journey, tables }: SchemeInput,
	rule: { isAllOrNothing: boolean; grounds: readonly StatedRule[] }
): Result<PricedItem> {
	const rates = payOn(tables, scheme, kind, travelDay.date);
	if (!rates.ok) return rates;
	const { country } = longestStretch(journey, travelDay.fromMs, travelDay.toMs);
	return ok(figureItem(travelDay, country, 'per_diem.lodging_night', rates.value, rule));
}

/** The food of each day, each followed by the night that begins in it where that is paid. */
export function pricedDays(
	days: readonly TravelDay[],
	foodOf: (day: TravelDay) => Result<PricedItem>,
	nightOf: (day: TravelDay, food: PricedItem) => Result<PricedItem | null>
): Result<PricedItem[]> {
	const items: PricedItem[] = [];
	for (const day of days) {
		const food = foodOf(day);
		if (!food.ok) return food;
		items.push(food.value);
		const night = nightOf(day, food.value);
		if (!night.ok) return night;
		if (night.value !== null) items.push(night.value);
	}
	return ok(items);
}

/** Figures every sentence about a day begins with. */
export function dayValues(
	{ day, date, minutes }: TravelDay,
	country: string,
	rate: DatedRate
): Record<string, string | number> {
	return {
		day,
		date,
		country,
		minutes,
		scheme: rate.country,
		year: date.slice(0, 4),
		currency: rate.currency ?? ''
	};
}
