import Big from 'big.js';
import { rateMinor, rateOn } from '../rate-on.ts';
import type { DatedRate } from '../dated-rates.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import { roundAt, type Rounding } from '../rounding.ts';
import { standsOn, type RuleNotice, type StatedRule } from '../rule-outcome.ts';
import type { DayFacts, LodgingKind } from './claim.ts';
import { elapsedDays, hoursOf, longestStretch, nightsBetween, type TravelDay } from './journey.ts';
import { cutEachMeal, lessCuts, mealKinds } from './meal-cuts.ts';
import {
	dayValues,
	figuresOn,
	nightItem,
	payAbroadOn,
	payOn,
	pricedDays,
	type PricedItem,
	type SchemeInput,
	type SchemeResult
} from './priced-item.ts';

/** Whole kroner at every meal: 20 % of 678 is 136, 30 % is 203 (regnskapshjelp.no). */
const NO_ROUNDING: Rounding = { unit: 'major', at: ['meal', 'day'], kilometreDecimals: 1 };
const FARTHER_THAN_M = 15_000;

const HOURS_AND_DISTANCE: StatedRule = { source: 'DFØ, arbeidsgiver.dfo.no', verified: true };
const COUNTRY_OF_DAY: StatedRule = { source: 'the country stayed in longest', verified: false };
const HALF_ABROAD: StatedRule = {
	source: 'monitorregnskap.no (særavtale utland)',
	verified: false
};

/**
 * Norway, the state's agreement for what is paid and the tax directorate's rates for what of it is tax-free, side by
 * side. A journey goes farther than 15 km and lasts 6 hours or more: 6–12 hours, over 12 hours, and with a night away
 * the overnight rate for every 24 hours from the start; the hours left over pay as a day journey does. Free meals take
 * 20, 30 and 50 % off both. The tax-free overnight rate goes by where the person slept: hotel, guesthouse without a
 * place to cook, or private and with one. A night without a receipt pays its allowance. Abroad the country's rate
 * holds, half of it for 6–12 hours; a country without a rate is `rate.missing`.
 *
 * Hours are elapsed ("24 hours from when the journey begins", regjeringen.no id3082991). Sources: arbeidsgiver.dfo.no
 * (hours, left-over hours, distance, meals of the rate that applies), skatteetaten.no; worked examples
 * regnskapshjelp.no. Unverified: which country a day abroad belongs to (the one stayed in longest), and the tax-free
 * share of left-over hours (the one of a day journey).
 *
 * Refuses with `per_diem.distance_missing`, `per_diem.too_near`, `per_diem.too_short`, `per_diem.night_where_none_is`,
 * `per_diem.food_not_known_here` or `rate.missing`.
 */
export function norway(input: SchemeInput): Result<SchemeResult> {
	const { claim, journey } = input;
	if (claim.food !== 'per-diem') return refuse('per_diem.food_not_known_here', 'food');
	const { startedFrom, distanceFromHomeM, distanceFromWorkplaceM } = claim.workplace;
	const distanceM = startedFrom === 'home' ? distanceFromHomeM : distanceFromWorkplaceM;
	if (distanceM === null) return refuse('per_diem.distance_missing', 'workplace');
	if (distanceM <= FARTHER_THAN_M) {
		return refuse('per_diem.too_near', 'workplace', { km: FARTHER_THAN_M / 1000 });
	}
	if (hoursOf(journey) < 6) return refuse('per_diem.too_short', 'return', { hours: 6 });
	const notices: RuleNotice[] = [];
	const days = elapsedDays(journey);
	if (days.length > 28)
		notices.push({ code: 'per_diem.over_28_days', values: { days: days.length } });
	const items = pricedDays(
		days,
		(day) => foodOf(day, input),
		(day) => nightOf(day, input)
	);
	return items.ok ? ok({ currency: 'NOK', items: items.value, notices }) : items;
}

function foodOf(travelDay: TravelDay, input: SchemeInput): Result<PricedItem> {
	const { journey, tables, choices, factsOf } = input;
	const { date } = travelDay;
	const facts = factsOf(travelDay.day);
	const where = longestStretch(journey, travelDay.fromMs, travelDay.toMs);
	const isHome = where.country === 'NO';
	const length = lengthOf(travelDay, sleepsAway(travelDay, input));
	const figures = figuresOn(tables, 'NO', mealKinds('per-diem.meal'), date);
	if (!figures.ok) return figures;
	const dayKind = length === 'too-short' ? 'day.6-12' : length;
	const rates = isHome
		? payOn(tables, 'NO', `per-diem.${dayKind}`, date)
		: payAbroadOn(tables, 'NO', 'per-diem.abroad', date, where);
	if (!rates.ok) return rates;
	const taxFree = taxFreeRate(length, facts, isHome, rates.value.official, input, date);
	if (!taxFree.ok) return taxFree;
	const base = mealBaseOf(choices.mealBase, isHome, rates.value.paid, input, date);
	if (!base.ok) return base;

	const isHalfAbroad = !isHome && length === 'day.6-12';
	const ofDay = (rate: DatedRate) => {
		if (length === 'too-short') return new Big(0);
		const amount = isHalfAbroad ? rateMinor(rate).div(2) : rateMinor(rate);
		return roundAt('day', amount, 'NOK', NO_ROUNDING);
	};
	const cutsOf = (amount: Big) =>
		cutEachMeal(facts.freeMeals, figures.value, amount, 'NOK', NO_ROUNDING);
	const full = ofDay(rates.value.paid);
	const cuts = cutsOf(base.value === null || length === 'too-short' ? full : rateMinor(base.value));
	// Half a rate abroad is half of both; the rates of a night are never halved.
	const maximumFull = ofDay(taxFree.value);
	return ok({
		travelDay,
		country: where.country,
		code: length === 'too-short' ? 'per_diem.too_few_hours' : 'per_diem.food_day',
		values: {
			...dayValues(travelDay, where.country, rates.value.paid),
			length,
			fullMinor: full.toNumber(),
			...(length === 'overnight' ? { slept: sleptIn(facts) } : {}),
			...cuts.values,
			taxFreeFullMinor: maximumFull.toNumber()
		},
		askedMinor: full,
		owedMinor: lessCuts(full, cuts),
		taxFreeMaximumMinor: lessCuts(maximumFull, cutsOf(maximumFull)),
		isAllOrNothing: false,
		...standsOn(
			rates.value.paid,
			taxFree.value,
			HOURS_AND_DISTANCE,
			...cuts.rates,
			...(isHome ? [] : [COUNTRY_OF_DAY]),
			...(isHalfAbroad ? [HALF_ABROAD] : [])
		)
	});
}

function nightOf(travelDay: TravelDay, input: SchemeInput): Result<PricedItem | null> {
	const { journey, factsOf } = input;
	if (factsOf(travelDay.day).lodging !== 'allowance') return ok(null);
	if (nightsBetween(journey, travelDay.fromMs, travelDay.toMs) === 0) {
		return refuse('per_diem.night_where_none_is', 'days', { day: travelDay.day });
	}
	const rule = { isAllOrNothing: false, grounds: [] };
	return nightItem(travelDay, { scheme: 'NO', kind: 'per-diem.night' }, input, rule);
}

type DayLength = 'too-short' | 'day.6-12' | 'day.over-12' | 'overnight';

/** A whole 24 hours away is overnight; so is a shorter one over 12 hours in which the person slept away. */
function lengthOf({ minutes }: TravelDay, isAway: boolean): DayLength {
	if (minutes < 6 * 60) return 'too-short';
	if (minutes >= 24 * 60 || (isAway && minutes > 12 * 60)) return 'overnight';
	return minutes > 12 * 60 ? 'day.over-12' : 'day.6-12';
}

function sleepsAway(travelDay: TravelDay, { journey, factsOf }: SchemeInput): boolean {
	const { lodging = 'receipts' } = factsOf(travelDay.day);
	return lodging !== 'none' && nightsBetween(journey, travelDay.fromMs, travelDay.toMs) > 0;
}

/**
 * The tax directorate's figure: by where the person slept, the same at home and abroad except in a hotel, whose rate
 * abroad is the country's own.
 */
function taxFreeRate(
	length: DayLength,
	facts: DayFacts,
	isHome: boolean,
	official: DatedRate,
	{ tables }: SchemeInput,
	date: string
): Result<DatedRate> {
	if (!isHome && (length !== 'overnight' || sleptIn(facts) === 'hotel')) return ok(official);
	const kind =
		length === 'overnight' ? sleptIn(facts) : length === 'too-short' ? 'day.6-12' : length;
	return rateOn(tables.state, { country: 'NO', kind: `per-diem.tax-free.${kind}` }, date);
}

function sleptIn({
	lodgingKind = 'hotel',
	canCook = false
}: DayFacts): LodgingKind | 'with-kitchen' {
	if (lodgingKind === 'hotel') return 'hotel';
	return lodgingKind === 'private' || canCook ? 'with-kitchen' : 'guesthouse';
}

/** Null where meals are taken of the day's own rate. */
function mealBaseOf(
	mealBase: 'rate-of-the-day' | 'overnight-rate',
	isHome: boolean,
	paid: DatedRate,
	{ tables }: SchemeInput,
	date: string
): Result<DatedRate | null> {
	if (mealBase === 'rate-of-the-day') return ok(null);
	if (!isHome) return ok(paid);
	const overnight = payOn(tables, 'NO', 'per-diem.overnight', date);
	return overnight.ok ? ok(overnight.value.paid) : overnight;
}
