import type { DerivationLine } from '@outlay/domain/submission';
import { m } from '#lib/paraglide/messages.js';
import { CHECK_WORDS } from './check-words.ts';
import { formatKilometres, languageTag } from './formats.ts';
import { numberFormat } from './intl-formats.ts';
import { amountOf, textOf } from './line-figures.ts';
import { perDiemWords } from './per-diem-words.ts';

type Words = (line: DerivationLine) => { sum: string; rule: string };

const ADDITIONS: Readonly<Record<string, () => string>> = {
	passenger: m.mileage_addition_passenger,
	trailer: m.mileage_addition_trailer,
	'forest-road': m.mileage_addition_forest_road,
	'heavy-load': m.mileage_addition_heavy_load
};

const COSTS: Readonly<Record<string, () => string>> = {
	toll: m.mileage_cost_toll,
	parking: m.mileage_cost_parking,
	ferry: m.mileage_cost_ferry,
	charging: m.mileage_cost_charging
};

/** One entry for each code an engine gives a line. */
const WORDS: Readonly<Record<string, Words>> = {
	...CHECK_WORDS,
	'mileage.distance_times_rate': (line) => ({ sum: distanceSum(line), rule: rateRule(line) }),
	'mileage.taxable_distance_times_rate': (line) => ({
		sum: distanceSum(line),
		rule: m.mileage_rule_taxed({ rule: rateRule(line) })
	}),
	'mileage.addition': (line) => ({ sum: additionSum(line), rule: rateRule(line) }),
	'mileage.taxable_addition': (line) => ({
		sum: additionSum(line),
		rule: m.mileage_rule_taxed({ rule: rateRule(line) })
	}),
	'mileage.taxable_excess': (line) => ({
		sum: m.mileage_sum_excess({
			entitled: amountOf(line, 'entitledMinor'),
			taxFree: amountOf(line, 'taxFreeMinor'),
			currency: textOf(line, 'currency')
		}),
		rule: m.mileage_rule_excess()
	}),
	'mileage.cost': (line) => ({
		sum: COSTS[textOf(line, 'cost')]?.() ?? textOf(line, 'cost'),
		rule: m.mileage_rule_cost()
	}),
	'mileage.private_not_paid': (line) => ({
		sum: m.mileage_sum_private({ kilometres: kilometresOf(line) }),
		rule: m.mileage_rule_not_paid()
	}),
	'mileage.commuting_not_paid': (line) => ({
		sum: m.mileage_sum_commuting({ kilometres: kilometresOf(line) }),
		rule: m.mileage_rule_not_paid()
	})
};

/** A derivation line in words: the sum, and the rule it stands on with its source. */
export function derivationWords(line: DerivationLine): { sum: string; rule: string } {
	// A line of a newer app names its code, so that nothing is hidden.
	const words = WORDS[line.code]?.(line) ?? perDiemWords(line);
	const { sum, rule } = words ?? { sum: line.code, rule: '' };
	return { sum, rule: [rule, line.source].filter((part) => part !== '').join(' · ') };
}

function kilometresOf({ values }: DerivationLine): string {
	return formatKilometres(Number(values['kilometres'] ?? 0) * 1000);
}

function distanceSum(line: DerivationLine): string {
	return m.mileage_sum({
		kilometres: kilometresOf(line),
		rate: amountOf(line, 'perKmMinor'),
		currency: textOf(line, 'currency')
	});
}

function additionSum(line: DerivationLine): string {
	const addition = textOf(line, 'addition');
	const named = ADDITIONS[addition]?.() ?? addition;
	const count = Number(line.values['count'] ?? 1);
	return m.mileage_sum_addition({
		addition: count === 1 ? named : `${named} × ${count}`,
		sum: distanceSum(line)
	});
}

function rateRule(line: DerivationLine): string {
	const rule = { country: textOf(line, 'country'), year: textOf(line, 'year') };
	const { upToKm, aboveKm } = line.values;
	const limit = (km: string | number) => ({
		...rule,
		kilometres: numberFormat(languageTag(), {}).format(Number(km))
	});
	if (upToKm !== undefined) return m.mileage_rule_up_to(limit(upToKm));
	return aboveKm === undefined ? m.mileage_rule(rule) : m.mileage_rule_above(limit(aboveKm));
}
