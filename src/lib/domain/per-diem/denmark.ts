import Big from 'big.js';
import { plusMonths } from '../calendar-date.ts';
import { rateMinor } from '../rate-on.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import { roundAt, type Rounding } from '../rounding.ts';
import { standsOn, type RuleNotice, type StatedRule } from '../rule-outcome.ts';
import { elapsedDays, longestStretch, nightsBetween, type TravelDay } from './journey.ts';
import { cutEachMeal, lessCuts, mealKinds, percentOf } from './meal-cuts.ts';
import {
	dayValues,
	figuresOn,
	nightItem,
	payOn,
	pricedDays,
	type PricedItem,
	type SchemeInput,
	type SchemeResult
} from './priced-item.ts';
import { firstDayAt } from './stays.ts';

const DK_ROUNDING: Rounding = { unit: 'minor', at: ['meal', 'day'], kilometreDecimals: 1 };

const WHOLE_DAYS: StatedRule = {
	source: 'skat.dk, Skattefri rejsegodtgørelse (diæter)',
	verified: true
};
/** A 24th of the rate for the hours that follow. */
const FOLLOWING_HOURS: StatedRule = { source: 'info.skat.dk oid=92441', verified: true };
/** That a begun hour counts as a whole one is only from a payroll vendor. */
const BEGUN_HOUR: StatedRule = { source: 'bluegarden.dk', verified: false };
const TWELVE_MONTHS: StatedRule = {
	source: 'ligningsloven § 9 A, stk. 5; info.skat.dk oid=92441',
	verified: true
};

/**
 * Denmark, ligningsloven § 9 A. A journey of at least 24 hours with an overnight stay pays the food rate for every
 * 24 hours and a 24th for each begun hour after; free meals take 15, 30 and 30 % of what the day pays. With food by
 * receipts 25 % of the rate is left for small expenses, not for tourist drivers, who have rates of their own. Lodging
 * without a receipt pays per whole 24 hours, decided day by day. Food is tax-free in the first twelve months at a
 * workplace, all calendar days counted, without end where the work itself moves. The rate is the same abroad. A journey
 * whose nights were all spent at home or awake (`lodging: 'none'`) has no overnight stay.
 *
 * Hours are elapsed. Sources: skat.dk "Skattefri rejsegodtgørelse (diæter)" (24 hours, overnight, tourist drivers),
 * info.skat.dk oid=92441 (hours, twelve months), oid=1976869 (25 %, one principle a journey, lodging by day);
 * unverified: the meals' percentages (medarbejdere.au.dk), that they go for hours too and that a begun hour counts
 * (bluegarden.dk). A company's rate above the state's makes the food of that day taxable altogether (ri.dk).
 *
 * Refuses with `per_diem.under_24_hours`, `per_diem.no_overnight`, `per_diem.no_small_expenses`,
 * `per_diem.food_not_known_here` or `rate.missing`.
 */
export function denmark(input: SchemeInput): Result<SchemeResult> {
	const { claim, journey, factsOf } = input;
	const days = elapsedDays(journey);
	if ((days[0]?.minutes ?? 0) < 24 * 60) return refuse('per_diem.under_24_hours', 'return');
	const isNightAway = (day: TravelDay) =>
		nightsBetween(journey, day.fromMs, day.toMs) > 0 && factsOf(day.day).lodging !== 'none';
	if (!days.some(isNightAway)) return refuse('per_diem.no_overnight', 'days');
	if (claim.food === 'meal-allowance') return refuse('per_diem.food_not_known_here', 'food');
	if (claim.food === 'receipts' && claim.traveller === 'tourist-driver') {
		return refuse('per_diem.no_small_expenses', 'food');
	}
	const notices: RuleNotice[] = [];
	const items = pricedDays(
		days,
		(day) => foodOf(day, input, notices),
		(day) => lodgingOf(day, input)
	);
	return items.ok ? ok({ currency: 'DKK', items: items.value, notices }) : items;
}

function foodOf(
	travelDay: TravelDay,
	{ claim, journey, tables, choices, factsOf }: SchemeInput,
	notices: RuleNotice[]
): Result<PricedItem> {
	const { country } = longestStretch(journey, travelDay.fromMs, travelDay.toMs);
	const isReceipts = claim.food === 'receipts';
	const rates = payOn(tables, 'DK', foodKind(claim.traveller, country), travelDay.date);
	if (!rates.ok) return rates;
	const { paid, official } = rates.value;
	const figures = figuresOn(
		tables,
		'DK',
		{
			...mealKinds('per-diem.meal'),
			smallExpenses: 'per-diem.small-expenses',
			months: 'per-diem.limit-months'
		},
		travelDay.date
	);
	if (!figures.ok) return figures;
	const { smallExpenses, months } = figures.value;

	const hours = Math.ceil(travelDay.minutes / 60);
	const share = isReceipts ? percentOf(smallExpenses).div(100) : new Big(1);
	const ofDay = (rate: Big) =>
		roundAt('day', rate.times(hours).div(24).times(share), 'DKK', DK_ROUNDING);
	const full = ofDay(rateMinor(paid));
	const maximum = ofDay(rateMinor(official));
	const freeMeals = isReceipts ? [] : factsOf(travelDay.day).freeMeals;
	const cuts = cutEachMeal(freeMeals, figures.value, full, 'DKK', DK_ROUNDING);
	const owed = lessCuts(full, cuts);
	const maximumLeft = lessCuts(
		maximum,
		cutEachMeal(freeMeals, figures.value, maximum, 'DKK', DK_ROUNDING)
	);

	const began = claim.workplace.isMoving ? null : firstDayAt(claim.workplace, travelDay.date);
	const limitOn = began === null ? null : plusMonths(began, Number(months.amount));
	const isBeyond = limitOn !== null && travelDay.date >= limitOn;
	if (isBeyond && !notices.some(({ code }) => code === 'per_diem.months_passed')) {
		notices.push({
			code: 'per_diem.months_passed',
			values: { months: Number(months.amount), since: began ?? '', from: limitOn }
		});
	}
	const isPaid = !isBeyond || choices.paysBeyondLimits;
	const isWholeHours = travelDay.minutes % 60 === 0;
	const isWholeDay = travelDay.minutes === 24 * 60;
	return ok({
		travelDay,
		country,
		code: isReceipts ? 'per_diem.small_expenses_day' : 'per_diem.food_day',
		values: {
			...dayValues(travelDay, country, paid),
			hours,
			fullMinor: full.toNumber(),
			...(isReceipts ? { percent: percentOf(smallExpenses).toNumber() } : {}),
			...cuts.values,
			...(isBeyond ? { beyondLimitFrom: limitOn } : {})
		},
		askedMinor: full,
		owedMinor: isPaid ? owed : new Big(0),
		taxFreeMaximumMinor: isBeyond ? new Big(0) : maximumLeft,
		isAllOrNothing: true,
		...standsOn(
			paid,
			...(isReceipts ? [smallExpenses] : cuts.rates),
			isWholeDay ? WHOLE_DAYS : FOLLOWING_HOURS,
			...(isWholeHours ? [] : [BEGUN_HOUR]),
			...(isBeyond ? [TWELVE_MONTHS] : [])
		)
	});
}

function lodgingOf(travelDay: TravelDay, input: SchemeInput): Result<PricedItem | null> {
	const isAllowance = input.factsOf(travelDay.day).lodging === 'allowance';
	if (travelDay.minutes < 24 * 60 || !isAllowance) return ok(null);
	const rule = { isAllOrNothing: true, grounds: [WHOLE_DAYS] };
	return nightItem(travelDay, { scheme: 'DK', kind: 'per-diem.lodging' }, input, rule);
}

function foodKind(traveller: 'employee' | 'tourist-driver', country: string): string {
	if (traveller === 'employee') return 'per-diem.food';
	return country === 'DK' ? 'per-diem.tourist-driver' : 'per-diem.tourist-driver-abroad';
}
