import type Big from 'big.js';
import { plusMonths } from '../calendar-date.ts';
import { rateMinor } from '../rate-on.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import { roundAt, type Rounding } from '../rounding.ts';
import { standsOn, type RuleNotice, type StatedRule } from '../rule-outcome.ts';
import type { Meal } from './claim.ts';
import { calendarDays, hourOnClock, longestStretch, windowOn, type TravelDay } from './journey.ts';
import { cutMealsTogether, lessCuts, mealKinds } from './meal-cuts.ts';
import {
	dayValues,
	figureItem,
	figuresOn,
	payAbroadOn,
	payOn,
	pricedDays,
	type PricedItem,
	type SchemeInput,
	type SchemeResult
} from './priced-item.ts';
import { plusWorkingDays, stretchAt, workingDaysAway } from './stays.ts';

/** Whole kronor; a day's free meals are added up before they are rounded (product table: 203, not 204). */
const SE_ROUNDING: Rounding = { unit: 'major', at: ['meal', 'day'], kilometreDecimals: 1 };
const FARTHER_THAN_M = 50_000;

const HALF_DAYS: StatedRule = { source: 'inkomstskattelagen 12 kap.; fastigo.se', verified: false };
const LONG_STAY: StatedRule = {
	source: 'three-month rule, faronline.se; SKV A 2025:5',
	verified: false
};

/**
 * Sweden, inkomstskattelagen 12 kap. A journey farther than 50 km from both workplace and home, with a night away,
 * pays whole days, a half one when it leaves at 12:00 or later and when it is back by 19:00, and half a day's amount
 * for each night (00–06) without paid lodging. Free meals cut the tax-free maximum by 20, 35 and 35 % (abroad 15, 35 and
 * 35), added up and then rounded to whole kronor; what the employer pays stays as it was unless the company says so,
 * and the rest is income. After three months at one place 70 % and no half days, after two years 50 %; only four weeks
 * of work elsewhere begin anew, and working days of holiday or sickness lengthen the three months.
 *
 * Hours are on the clock of the place of departure, and days are calendar days. Abroad the country counts in which
 * the day was spent longest between 06 and 24; its table is not shipped (`rate.missing`).
 * Sources, none of them official: fastigo.se, faronline.se, publitech.se on SKV A 2025:5.
 *
 * Refuses with `per_diem.distance_missing`, `per_diem.too_near`, `per_diem.no_overnight`,
 * `per_diem.food_not_known_here` or `rate.missing`.
 */
export function sweden(input: SchemeInput): Result<SchemeResult> {
	const { claim, journey } = input;
	if (claim.food !== 'per-diem') return refuse('per_diem.food_not_known_here', 'food');
	const { distanceFromHomeM, distanceFromWorkplaceM } = claim.workplace;
	if (distanceFromHomeM === null || distanceFromWorkplaceM === null) {
		return refuse('per_diem.distance_missing', 'workplace');
	}
	if (Math.min(distanceFromHomeM, distanceFromWorkplaceM) <= FARTHER_THAN_M) {
		return refuse('per_diem.too_near', 'workplace', { km: FARTHER_THAN_M / 1000 });
	}
	const days = calendarDays(journey);
	if (!days.some((day) => isNightAway(day, input))) {
		return refuse('per_diem.no_overnight', 'return');
	}
	const notices: RuleNotice[] = [];
	const items = pricedDays(
		days,
		(day) => foodOf(day, days.length, input, notices),
		(day) => nightOf(day, input)
	);
	return items.ok ? ok({ currency: 'SEK', items: items.value, notices }) : items;
}

function nightOf(day: TravelDay, input: SchemeInput): Result<PricedItem | null> {
	const { journey, tables, factsOf } = input;
	if (factsOf(day.day).lodging !== 'allowance' || !isNightAway(day, input)) return ok(null);
	const where = longestStretch(journey, day.fromMs, day.toMs);
	const rates =
		where.country === 'SE'
			? payOn(tables, 'SE', 'per-diem.night', day.date)
			: payAbroadOn(tables, 'SE', 'per-diem.abroad-night', day.date, where);
	if (!rates.ok) return rates;
	const rule = { isAllOrNothing: false, grounds: [] };
	return ok(figureItem(day, where.country, 'per_diem.lodging_night', rates.value, rule));
}

function foodOf(
	travelDay: TravelDay,
	dayCount: number,
	{ claim, journey, tables, choices, factsOf }: SchemeInput,
	notices: RuleNotice[]
): Result<PricedItem> {
	const { date } = travelDay;
	const sixMs = windowOn(journey, date, 6, 24).fromMs;
	const { fromMs, toMs } = travelDay;
	const where = longestStretch(journey, toMs > sixMs ? Math.max(fromMs, sixMs) : fromMs, toMs);
	const isHome = where.country === 'SE';
	const isHalf =
		(travelDay.day === 1 && hourOnClock(journey, fromMs) >= 12) ||
		(travelDay.day === dayCount && toMs <= windowOn(journey, date, 19, 24).fromMs);
	const rates = isHome
		? payOn(tables, 'SE', isHalf ? 'per-diem.half-day' : 'per-diem.day', date)
		: payAbroadOn(tables, 'SE', 'per-diem.abroad', date, where);
	if (!rates.ok) return rates;
	const percents = figuresOn(tables, 'SE', percentKinds(isHome), date);
	if (!percents.ok) return percents;
	const { paid, official } = rates.value;

	const long = longStay(claim.workplace, date, percents.value);
	if (
		long !== null &&
		!notices.some(
			({ code, values }) => code === 'per_diem.long_stay' && values['percent'] === long.percent
		)
	) {
		notices.push({
			code: 'per_diem.long_stay',
			values: { percent: long.percent, since: long.since }
		});
	}
	const isHalved = isHalf && !isHome;
	const percent = long === null ? 100 : isHalf ? 0 : long.percent;
	const ofDay = (rate: Big, share: number) =>
		roundAt('day', rate.times(share).div(isHalved ? 200 : 100), 'SEK', SE_ROUNDING);
	const maximum = ofDay(rateMinor(official), percent);
	// A company's own rate stays what it is, however long the stay; the state's is paid as far as it is tax-free.
	const full = paid === official ? maximum : ofDay(rateMinor(paid), 100);
	const { freeMeals } = factsOf(travelDay.day);
	const cutsOf = (amount: Big) =>
		cutMealsTogether(freeMeals, percents.value, amount, 'SEK', SE_ROUNDING);
	const cuts = cutsOf(maximum);
	return ok({
		travelDay,
		country: where.country,
		code: full.eq(0)
			? 'per_diem.no_half_days'
			: isHalf
				? 'per_diem.food_half_day'
				: 'per_diem.food_day',
		values: {
			...dayValues(travelDay, where.country, paid),
			fullMinor: full.toNumber(),
			taxFreeFullMinor: maximum.toNumber(),
			...cuts.values,
			...(long === null ? {} : { longStayPercent: long.percent, longStaySince: long.since })
		},
		askedMinor: full,
		owedMinor: choices.paysLessForFreeMeals ? lessCuts(full, cutsOf(full)) : full,
		taxFreeMaximumMinor: lessCuts(maximum, cuts),
		isAllOrNothing: false,
		...standsOn(
			paid,
			official,
			...cuts.rates,
			...(isHalf ? [HALF_DAYS] : []),
			...(long === null
				? []
				: [long.isYears ? percents.value.afterYears : percents.value.afterMonths, LONG_STAY])
		)
	});
}

type Percents = Record<
	Meal | 'afterMonths' | 'afterYears',
	{ amount: string; source: string; verified: boolean }
>;

function percentKinds(isHome: boolean) {
	return {
		...mealKinds(isHome ? 'per-diem.meal' : 'per-diem.abroad-meal'),
		afterMonths: 'per-diem.after-three-months',
		afterYears: 'per-diem.after-two-years'
	};
}

/** Null in the first three months; else what is left of the rate. */
function longStay(
	workplace: SchemeInput['claim']['workplace'],
	date: string,
	percents: Percents
): { percent: number; since: string; isYears: boolean } | null {
	const since = stretchAt(workplace, date);
	if (since === null) return null;
	const away = workingDaysAway(workplace.absences, since, date);
	if (date < plusWorkingDays(plusMonths(since, 3), away)) return null;
	const isYears = date >= plusWorkingDays(plusMonths(since, 24), away);
	const rate = isYears ? percents.afterYears : percents.afterMonths;
	return { percent: Number(rate.amount), since, isYears };
}

/** Whether the journey goes on through the night (00–06) that begins with a day. */
function isNightAway({ date }: TravelDay, { journey }: SchemeInput): boolean {
	const night = windowOn(journey, date, 24, 30);
	return journey.fromMs <= night.fromMs && journey.toMs >= night.toMs;
}
