import Big from 'big.js';
import type { DatedRate } from '../dated-rates.ts';
import { roundAt, type Rounding } from '../rounding.ts';
import { MEALS, type Meal } from './claim.ts';

export interface MealCuts {
	/** Taken off altogether. */
	cutMinor: Big;
	/** For the sentence: `lunchPercent`, `lunchMinor`, or `percent` and `mealsMinor` where meals count together. */
	values: Record<string, string | number>;
	/** The percentages it stands on. */
	rates: DatedRate[];
}

/** Names of the percentages of each meal. */
export function mealKinds(prefix: 'per-diem.meal' | 'per-diem.abroad-meal'): Record<Meal, string> {
	return {
		breakfast: `${prefix}.breakfast`,
		lunch: `${prefix}.lunch`,
		dinner: `${prefix}.dinner`
	};
}

/** Each free meal once, in the order of the day. */
export function mealsOf(meals: readonly Meal[] | undefined): Meal[] {
	return MEALS.filter((meal) => meals?.includes(meal));
}

/** Every meal's share is rounded by itself (DK, NO). */
export function cutEachMeal(
	meals: readonly Meal[] | undefined,
	percents: Record<Meal, DatedRate>,
	baseMinor: Big,
	currency: string,
	rounding: Rounding
): MealCuts {
	const cuts: MealCuts = { cutMinor: new Big(0), values: {}, rates: [] };
	for (const meal of mealsOf(meals)) {
		const share = baseMinor.times(percentOf(percents[meal])).div(100);
		const cutMinor = roundAt('meal', share, currency, rounding);
		cuts.cutMinor = cuts.cutMinor.plus(cutMinor);
		cuts.values[`${meal}Percent`] = percentOf(percents[meal]).toNumber();
		cuts.values[`${meal}Minor`] = cutMinor.toNumber();
		cuts.rates.push(percents[meal]);
	}
	return cuts;
}

/** The percentages are added first and rounded once (SE): lunch with dinner is 70 % of 290, 203, not twice 102. */
export function cutMealsTogether(
	meals: readonly Meal[] | undefined,
	percents: Record<Meal, DatedRate>,
	baseMinor: Big,
	currency: string,
	rounding: Rounding
): MealCuts {
	const free = mealsOf(meals);
	const percent = free.reduce((sum, meal) => sum.plus(percentOf(percents[meal])), new Big(0));
	const cutMinor = roundAt('meal', baseMinor.times(percent).div(100), currency, rounding);
	return {
		cutMinor,
		values:
			free.length === 0
				? {}
				: { meals: free.join(','), percent: percent.toNumber(), mealsMinor: cutMinor.toNumber() },
		rates: free.map((meal) => percents[meal])
	};
}

export function percentOf(rate: DatedRate): Big {
	return new Big(rate.amount);
}

/** Never below nothing. */
export function lessCuts(amountMinor: Big, { cutMinor }: MealCuts): Big {
	const left = amountMinor.minus(cutMinor);
	return left.lt(0) ? new Big(0) : left;
}
