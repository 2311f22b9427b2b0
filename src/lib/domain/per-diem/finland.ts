import Big from 'big.js';
import { plusDays } from '../calendar-date.ts';
import { rateMinor } from '../rate-on.ts';
import type { DatedRate } from '../dated-rates.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import { roundAt, type Rounding } from '../rounding.ts';
import { standsOn, type StatedRule } from '../rule-outcome.ts';
import {
	elapsedDays,
	hoursOf,
	overlapMs,
	stretchBefore,
	windowOn,
	type TravelDay
} from './journey.ts';
import { mealsOf } from './meal-cuts.ts';
import {
	dayValues,
	figureItem,
	nightItem,
	payAbroadOn,
	payOn,
	pricedDays,
	type PricedItem,
	type SchemeInput,
	type SchemeResult
} from './priced-item.ts';

const FI_ROUNDING: Rounding = { unit: 'minor', at: ['day'], kilometreDecimals: 1 };
const FARTHER_THAN_M = 15_000;
const FARTHER_FROM_BOTH_M = 5_000;
const HOUR_MS = 3_600_000;

const TRAVEL_DAYS: StatedRule = {
	source: 'Verohallinto decision, as told by upsioy.fi',
	verified: false
};
const ABROAD: StatedRule = { source: 'Verohallinto decision on journeys abroad', verified: false };

/**
 * Finland, the tax administration's decision on tax-free travel expenses. A place farther than 15 km from where the
 * journey began and 5 km from both home and workplace; over 6 hours the partial, over 10 hours the full per diem, and
 * after whole travel days (24 hours from departure) 2 hours or more partial, over 6 hours full. Two free meals halve a
 * full, one a partial per diem. Abroad, over 10 hours in all, each travel day pays the rate of the country it ends in;
 * the hours left after the last such day pay half over 2 hours, the whole over 10. A night without paid lodging pays its
 * allowance if at least 4 hours of the travel day lie between 21 and 07. The meal allowance is for journeys without a
 * per diem, one or two meals a day.
 *
 * Hours are elapsed; the night window is on the clock. Sources, none of them official: upsioy.fi and
 * taloushallintoliitto.fi, which retell the decision.
 *
 * Refuses with `per_diem.distance_missing`, `per_diem.too_near`, `per_diem.too_short`, `per_diem.per_diem_instead`
 * (a meal allowance where a per diem is due), `per_diem.food_not_known_here` or `rate.missing`.
 */
export function finland(input: SchemeInput): Result<SchemeResult> {
	const { claim, journey } = input;
	if (claim.food === 'receipts') return refuse('per_diem.food_not_known_here', 'food');
	const days = elapsedDays(journey);
	if (claim.food === 'meal-allowance') return mealAllowances(days, input);
	const { distanceFromHomeM, distanceFromWorkplaceM, startedFrom } = claim.workplace;
	if (distanceFromHomeM === null || distanceFromWorkplaceM === null) {
		return refuse('per_diem.distance_missing', 'workplace');
	}
	if (!isFarEnough(distanceFromHomeM, distanceFromWorkplaceM, startedFrom)) {
		return refuse('per_diem.too_near', 'workplace', { km: FARTHER_THAN_M / 1000 });
	}
	if (hoursOf(journey) <= 6) return refuse('per_diem.too_short', 'return', { hours: 6 });
	const items = pricedDays(
		days,
		(day) => foodOf(day, input),
		(day, food) => nightOf(day, food.owedMinor.gt(0), input)
	);
	return items.ok ? ok({ currency: 'EUR', items: items.value, notices: [] }) : items;
}

function foodOf(travelDay: TravelDay, input: SchemeInput): Result<PricedItem> {
	const { tables, factsOf } = input;
	const where = countryOf(travelDay, input);
	const isAbroad = where.country !== 'FI';
	const length = isAbroad ? lengthAbroad(travelDay) : lengthAtHome(travelDay);
	const rates = isAbroad
		? payAbroadOn(tables, 'FI', 'per-diem.abroad', travelDay.date, where)
		: payOn(tables, 'FI', length === 'full' ? 'per-diem.full' : 'per-diem.partial', travelDay.date);
	if (!rates.ok) return rates;
	const { paid, official } = rates.value;
	const isHalfRate = isAbroad && length === 'partial';
	const ofDay = (rate: DatedRate) => {
		if (length === 'none') return new Big(0);
		const amount = isHalfRate ? rateMinor(rate).div(2) : rateMinor(rate);
		return roundAt('day', amount, 'EUR', FI_ROUNDING);
	};
	const free = mealsOf(factsOf(travelDay.day).freeMeals);
	const isHalved = free.length >= (length === 'full' ? 2 : 1);
	const afterMeals = (amount: Big) =>
		isHalved ? roundAt('day', amount.div(2), 'EUR', FI_ROUNDING) : amount;
	const full = ofDay(paid);
	return ok({
		travelDay,
		country: where.country,
		code: length === 'none' ? 'per_diem.too_few_hours' : 'per_diem.food_day',
		values: {
			...dayValues(travelDay, where.country, paid),
			length,
			fullMinor: full.toNumber(),
			...(isHalved
				? {
						meals: free.join(','),
						percent: 50,
						mealsMinor: full.minus(afterMeals(full)).toNumber()
					}
				: {})
		},
		askedMinor: full,
		owedMinor: afterMeals(full),
		taxFreeMaximumMinor: afterMeals(ofDay(official)),
		isAllOrNothing: false,
		...standsOn(paid, official, TRAVEL_DAYS, ...(isAbroad ? [ABROAD] : []))
	});
}

function nightOf(
	travelDay: TravelDay,
	hasPerDiem: boolean,
	input: SchemeInput
): Result<PricedItem | null> {
	const { journey, factsOf } = input;
	if (factsOf(travelDay.day).lodging !== 'allowance' || !hasPerDiem) return ok(null);
	const nightMs = [plusDays(travelDay.date, -1), travelDay.date]
		.map((date) => overlapMs(travelDay, windowOn(journey, date, 21, 31)))
		.reduce((sum, ms) => sum + Math.max(0, ms), 0);
	if (nightMs < 4 * HOUR_MS) {
		return refuse('per_diem.night_where_none_is', 'days', { day: travelDay.day });
	}
	const rule = { isAllOrNothing: false, grounds: [TRAVEL_DAYS] };
	return nightItem(travelDay, { scheme: 'FI', kind: 'per-diem.night' }, input, rule);
}

function mealAllowances(
	days: TravelDay[],
	{ claim, journey, tables, factsOf }: SchemeInput
): Result<SchemeResult> {
	const { distanceFromHomeM, distanceFromWorkplaceM, startedFrom } = claim.workplace;
	const isKnown = distanceFromHomeM !== null && distanceFromWorkplaceM !== null;
	const isFar = isKnown && isFarEnough(distanceFromHomeM, distanceFromWorkplaceM, startedFrom);
	if (isFar && hoursOf(journey) > 6) return refuse('per_diem.per_diem_instead', 'food');
	const items: PricedItem[] = [];
	for (const travelDay of days) {
		const bought = mealsOf(factsOf(travelDay.day).boughtMeals).length;
		if (bought === 0) continue;
		const kind = bought === 1 ? 'per-diem.meal-allowance.one' : 'per-diem.meal-allowance.two';
		const rates = payOn(tables, 'FI', kind, travelDay.date);
		if (!rates.ok) return rates;
		const rule = { isAllOrNothing: false, grounds: [rates.value.official, TRAVEL_DAYS] };
		const item = figureItem(travelDay, 'FI', 'per_diem.meal_allowance', rates.value, rule);
		items.push({ ...item, values: { ...item.values, meals: Math.min(bought, 2) } });
	}
	return items.length === 0
		? refuse('per_diem.meals_missing', 'days')
		: ok({ currency: 'EUR', items, notices: [] });
}

/** A journey abroad that lasts no longer than 10 hours pays as one at home. */
function countryOf({ fromMs, toMs, minutes }: TravelDay, { journey }: SchemeInput) {
	const home = { country: 'FI', place: null };
	if (hoursOf(journey) <= 10) return home;
	if (minutes >= 24 * 60 && toMs < journey.toMs) return stretchBefore(journey, toMs);
	// The day of the return belongs to the country that was left last on it.
	const abroad = journey.stretches.filter(
		(stretch) => stretch.country !== 'FI' && overlapMs(stretch, { fromMs, toMs }) > 0
	);
	return abroad[abroad.length - 1] ?? home;
}

type DayLength = 'none' | 'partial' | 'full';

function lengthAtHome({ day, minutes }: TravelDay): DayLength {
	const [partialFrom, fullOver] = day === 1 ? [6 * 60 + 1, 10 * 60] : [2 * 60, 6 * 60];
	return minutes > fullOver ? 'full' : minutes >= partialFrom ? 'partial' : 'none';
}

function lengthAbroad({ minutes }: TravelDay): DayLength {
	return minutes > 10 * 60 ? 'full' : minutes > 2 * 60 ? 'partial' : 'none';
}

function isFarEnough(
	homeM: number,
	workplaceM: number,
	startedFrom: 'home' | 'workplace'
): boolean {
	const fromStartM = startedFrom === 'home' ? homeM : workplaceM;
	return fromStartM > FARTHER_THAN_M && Math.min(homeM, workplaceM) > FARTHER_FROM_BOTH_M;
}
