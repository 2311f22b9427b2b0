import type { RuleLine, RuleNotice } from '../rule-outcome.ts';
import { MEALS, type DayFacts, type Meal, type MealExpense } from './claim.ts';
import { windowOn, overlapMs, type TimedJourney } from './journey.ts';

/** When a meal is usually eaten, by the clock of the place of departure. */
const MEAL_HOURS: Readonly<Record<Meal, readonly [number, number]>> = {
	breakfast: [5, 10],
	lunch: [11, 14],
	dinner: [17, 22]
};

/**
 * Meals that an expense already covers while the per diem pays for them too: `per_diem.meal_paid_twice` where the meal
 * of that day is not marked as free, `per_diem.meal_expense_same_day` where the expense does not say which meal. A day
 * that pays nothing, and a meal that is paid by itself and was not claimed (NL, the Finnish meal allowance), are nothing
 * twice. They block nothing: hosting guests is an expense of its own.
 */
export function mealsPaidTwice(
	expenses: readonly MealExpense[],
	days: readonly { day: number; fromMs: number; toMs: number; lines: readonly RuleLine[] }[],
	journey: TimedJourney,
	factsOf: (day: number) => DayFacts
): RuleNotice[] {
	const notices: RuleNotice[] = [];
	for (const { expenseId, spentOn, meal } of expenses) {
		const eaten = MEALS.filter((one) => meal === null || one === meal).flatMap((one) => {
			const [fromHour, toHour] = MEAL_HOURS[one];
			const window = windowOn(journey, spentOn, fromHour, toHour);
			const day = days.find((each) => overlapMs(each, window) > 0);
			if (day === undefined) return [];
			const facts = factsOf(day.day);
			const isFree = facts.freeMeals?.includes(one) === true;
			return [{ day: day.day, isFree, isPaid: paysFor(one, day.lines, facts) }];
		});
		const paid = eaten.find(({ isPaid }) => isPaid);
		// One that doesn't say which meal it was is taken for the one that is marked.
		if (paid === undefined || eaten.some(({ isFree }) => isFree)) continue;
		notices.push({
			code: meal === null ? 'per_diem.meal_expense_same_day' : 'per_diem.meal_paid_twice',
			values: { expenseId, date: spentOn, day: paid.day, ...(meal === null ? {} : { meal }) }
		});
	}
	return notices;
}

function paysFor(meal: Meal, lines: readonly RuleLine[], { boughtMeals }: DayFacts): boolean {
	return lines.some(({ code, amountMinor, values }) => {
		if (amountMinor === 0) return false;
		if (code === 'per_diem.food_day' || code === 'per_diem.food_half_day') return true;
		if (code === 'per_diem.component') return values['component'] === meal;
		return code === 'per_diem.meal_allowance' && boughtMeals?.includes(meal) === true;
	});
}
