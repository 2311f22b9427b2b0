import { rateMinor } from '../rate-on.ts';
import type { DatedRate } from '../dated-rates.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import { roundAt, type Rounding } from '../rounding.ts';
import { standsOn, type StatedRule } from '../rule-outcome.ts';
import {
	calendarDays,
	hoursOf,
	longestStretch,
	overlapMs,
	windowOn,
	type TravelDay
} from './journey.ts';
import { mealsOf } from './meal-cuts.ts';
import {
	dayValues,
	payOn,
	type PricedItem,
	type SchemeInput,
	type SchemeResult
} from './priced-item.ts';

const NL_ROUNDING: Rounding = { unit: 'minor', at: ['day'], kilometreDecimals: 1 };
const FARTHER_THAN_M = 1_000;
const LONG_EVENINGS = 8;

const COMPONENTS: StatedRule = {
	source: 'cao Rijk, as told by p-direkt.nl (2022) and kantoorabri.nl',
	verified: false
};

/** What is paid by itself; each has what is paid and what of it is exempt from tax. */
type Component = 'small-day' | 'small-evening' | 'lodging' | 'breakfast' | 'lunch' | 'dinner';

/**
 * The Netherlands has no per diem of the state for everyone; what civil servants get (cao Rijk) may be paid to others
 * under the same conditions, component by component, and is exempt from tax up to a figure for each. A journey of at
 * least 4 hours to another municipality or 1 km and more from the workplace: small expenses by day; by evening with a
 * night away (half after eight evenings in a row); lodging; breakfast after a night; lunch and dinner if 12–14 and
 * 18–21 lie wholly within the journey. Meals and lodging only where the person bore the cost (`boughtMeals`,
 * `lodging: 'allowance'`).
 *
 * The 4 hours are elapsed, the windows on the clock; days are calendar days. Where a year's figure is not known
 * (2023 and 2026; for 2025 the exempt part) or the day was spent abroad, the answer is `rate.missing`.
 * Sources, none of them official for these years: kantoorabri.nl, brink-hoek.nl, raaknederland.nl, p-direkt.nl (2022).
 *
 * Refuses with `per_diem.distance_missing`, `per_diem.too_near`, `per_diem.too_short`, `per_diem.food_not_known_here`,
 * `per_diem.amount_by_component` (a day changed to one figure) or `rate.missing`.
 */
export function netherlands(input: SchemeInput): Result<SchemeResult> {
	const { claim, journey } = input;
	if (claim.food !== 'per-diem') return refuse('per_diem.food_not_known_here', 'food');
	const edited = claim.days.find(({ askedMinor = null }) => askedMinor !== null);
	if (edited) return refuse('per_diem.amount_by_component', 'days', { day: edited.day });
	const { distanceFromWorkplaceM, isOtherMunicipality } = claim.workplace;
	if (!isOtherMunicipality) {
		if (distanceFromWorkplaceM === null) return refuse('per_diem.distance_missing', 'workplace');
		if (distanceFromWorkplaceM < FARTHER_THAN_M) {
			return refuse('per_diem.too_near', 'workplace', { km: FARTHER_THAN_M / 1000 });
		}
	}
	if (hoursOf(journey) < 4) return refuse('per_diem.too_short', 'return', { hours: 4 });
	const items: PricedItem[] = [];
	let evenings = 0;
	for (const day of calendarDays(journey)) {
		const hasEvening = hasNightAfter(day, input);
		if (hasEvening) evenings++;
		for (const component of componentsOf(day, hasEvening, input)) {
			const isHalf = component === 'small-evening' && evenings > LONG_EVENINGS;
			const item = priced(day, component, isHalf, input);
			if (!item.ok) return item;
			items.push(item.value);
		}
	}
	return ok({ currency: 'EUR', items, notices: [] });
}

function componentsOf(
	day: TravelDay,
	hasEvening: boolean,
	{ journey, factsOf }: SchemeInput
): Component[] {
	const facts = factsOf(day.day);
	const bought = mealsOf(facts.boughtMeals).filter((meal) => !facts.freeMeals?.includes(meal));
	const covers = (fromHour: number, toHour: number) => {
		const window = windowOn(journey, day.date, fromHour, toHour);
		return overlapMs(day, window) === window.toMs - window.fromMs;
	};
	const components: Component[] = ['small-day'];
	if (hasEvening) components.push('small-evening');
	if (hasEvening && facts.lodging === 'allowance') components.push('lodging');
	if (bought.includes('breakfast') && day.day > 1) components.push('breakfast');
	if (bought.includes('lunch') && covers(12, 14)) components.push('lunch');
	if (bought.includes('dinner') && covers(18, 21)) components.push('dinner');
	return components;
}

function priced(
	travelDay: TravelDay,
	component: Component,
	isHalf: boolean,
	{ journey, tables }: SchemeInput
): Result<PricedItem> {
	const { date } = travelDay;
	const { country } = longestStretch(journey, travelDay.fromMs, travelDay.toMs);
	if (country !== 'NL') {
		return refuse('rate.missing', undefined, {
			day: date,
			country: 'NL',
			kind: 'per-diem.abroad',
			place: country
		});
	}
	const pay = payOn(tables, 'NL', `per-diem.${component}`, date);
	if (!pay.ok) return pay;
	const exempt = payOn(tables, 'NL', `per-diem.tax-free.${component}`, date);
	if (!exempt.ok) return exempt;
	const { paid } = pay.value;
	const { official } = exempt.value;
	const half = (rate: DatedRate) =>
		isHalf ? roundAt('day', rateMinor(rate).div(2), 'EUR', NL_ROUNDING) : rateMinor(rate);
	const full = half(paid);
	const maximum = half(official);
	return ok({
		travelDay,
		country,
		code: 'per_diem.component',
		values: {
			...dayValues(travelDay, country, paid),
			component,
			fullMinor: full.toNumber(),
			taxFreeFullMinor: maximum.toNumber()
		},
		askedMinor: full,
		owedMinor: full,
		taxFreeMaximumMinor: maximum,
		isAllOrNothing: false,
		...standsOn(paid, official, COMPONENTS)
	});
}

function hasNightAfter(day: TravelDay, { journey, factsOf }: SchemeInput): boolean {
	return day.toMs < journey.toMs && (factsOf(day.day).lodging ?? 'receipts') !== 'none';
}
