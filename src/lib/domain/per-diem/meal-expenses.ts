import type { RuleNotice } from '../rule-outcome.ts';
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
 * of that day is not marked as free, `per_diem.meal_expense_same_day` where the expense does not say which meal. They
 * block nothing: hosting guests is an expense of its own.
 */
export function mealsPaidTwice(
	expenses: readonly MealExpense[],
	days: readonly { day: number; fromMs: number; toMs: number }[],
	journey: TimedJourney,
	factsOf: (day: number) => DayFacts
): RuleNotice[] {
	const notices: RuleNotice[] = [];
	for (const { expenseId, spentOn, meal } of expenses) {
		const eaten = MEALS.filter((one) => meal === null || one === meal).flatMap((one) => {
			const [fromHour, toHour] = MEAL_HOURS[one];
			const window = windowOn(journey, spentOn, fromHour, toHour);
			const day = days.find((each) => overlapMs(each, window) > 0);
			return day === undefined ? [] : [{ meal: one, facts: factsOf(day.day) }];
		});
		const [first] = eaten;
		if (first === undefined || eaten.every(({ facts }) => facts.isRemoved)) continue;
		const isMarked = eaten.some((each) => each.facts.freeMeals?.includes(each.meal));
		if (isMarked) continue;
		notices.push({
			code: meal === null ? 'per_diem.meal_expense_same_day' : 'per_diem.meal_paid_twice',
			values: { expenseId, date: spentOn, day: first.facts.day, ...(meal === null ? {} : { meal }) }
		});
	}
	return notices;
}
