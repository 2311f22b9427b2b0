import type { DerivationLine } from '@outlay/domain/submission';
import { m } from '#lib/paraglide/messages.js';
import { amountWords, textOf } from './line-figures.ts';

const MEALS = {
	breakfast: m.per_diem_meal_breakfast,
	lunch: m.per_diem_meal_lunch,
	dinner: m.per_diem_meal_dinner
};

const COMPONENTS: Readonly<Record<string, () => string>> = {
	...MEALS,
	'small-day': m.per_diem_component_small_day,
	'small-evening': m.per_diem_component_small_evening,
	lodging: m.per_diem_component_lodging
};

/**
 * A line of a per diem in words, its source left out: "Day 2: 597.00 − 30 % lunch 179.10 = 417.90" and
 * "Rule DK 2025". Null for a line of another engine.
 */
export function perDiemWords(line: DerivationLine): { sum: string; rule: string } | null {
	if (!line.code.startsWith('per_diem.')) return null;
	const rule = m.mileage_rule({ country: textOf(line, 'scheme'), year: textOf(line, 'year') });
	const taxable = Number(line.values['taxableMinor'] ?? 0);
	return {
		sum: sumOf(line),
		rule: taxable > 0 ? m.per_diem_rule_taxed({ rule, amount: amountWords(line, taxable) }) : rule
	};
}

function sumOf(line: DerivationLine): string {
	const day = textOf(line, 'day');
	const paid = amountWords(line, line.amountMinor);
	switch (line.code) {
		case 'per_diem.day_removed':
			return m.per_diem_sum_removed({ day });
		case 'per_diem.too_few_hours':
			return m.per_diem_sum_too_few_hours({ day });
		case 'per_diem.no_half_days':
			return m.per_diem_sum_no_half_days({ day });
		case 'per_diem.lodging_night':
			return m.per_diem_sum_night({ day, amount: paid });
		case 'per_diem.component': {
			const component = textOf(line, 'component');
			const named = COMPONENTS[component]?.() ?? component;
			return m.per_diem_sum_component({ day, component: named, amount: paid });
		}
		default: {
			const cuts = cutsOf(line);
			const full = amountWords(line, Number(line.values['fullMinor'] ?? line.amountMinor));
			const isPlain = cuts.length === 0 || full === paid;
			if (isPlain) return m.per_diem_sum_plain({ day, amount: paid });
			return m.per_diem_sum({ day, figures: [full, ...cuts].join(' − '), amount: paid });
		}
	}
}

/** What was taken off for meals, meal by meal or together. */
function cutsOf(line: DerivationLine): string[] {
	const { mealsMinor, percent } = line.values;
	if (mealsMinor !== undefined) {
		const cut = amountWords(line, Number(mealsMinor));
		return [m.per_diem_cut_meals({ percent: String(percent), amount: cut })];
	}
	return Object.entries(MEALS).flatMap(([meal, name]) => {
		const cutMinor = line.values[`${meal}Minor`];
		if (cutMinor === undefined) return [];
		const mealPercent = textOf(line, `${meal}Percent`);
		return [
			m.per_diem_cut({
				percent: mealPercent,
				meal: name(),
				amount: amountWords(line, Number(cutMinor))
			})
		];
	});
}
