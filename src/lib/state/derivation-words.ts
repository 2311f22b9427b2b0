import { formatAmount } from '@outlay/domain/money';
import type { DerivationLine } from '@outlay/domain/submission';
import { m } from '#lib/paraglide/messages.js';
import { formatKilometres, languageTag } from './formats.ts';

/** A derivation line in words: the sum, and the rule it stands on with its source. */
export function derivationWords(line: DerivationLine): { sum: string; rule: string } {
	const { values, source } = line;
	const currency = String(values['currency'] ?? '');
	const rate = formatAmount(Number(values['perKmMinor'] ?? 0), currency, languageTag());
	const sum = m.mileage_sum({
		kilometres: formatKilometres(Number(values['kilometres'] ?? 0) * 1000),
		rate: rate.whole + rate.decimals,
		currency
	});
	const rule = {
		country: String(values['country'] ?? ''),
		year: String(values['year'] ?? '')
	};
	const upToKm = values['upToKm'];
	const named =
		upToKm === undefined
			? m.mileage_rule(rule)
			: m.mileage_rule_up_to({
					...rule,
					kilometres: new Intl.NumberFormat(languageTag()).format(Number(upToKm))
				});
	return { sum, rule: source === '' ? named : `${named} · ${source}` };
}
