import { formatAmount } from '@outlay/domain/money';
import type { DerivationLine } from '@outlay/domain/submission';
import { m } from '#lib/paraglide/messages.js';
import { languageTag } from './formats.ts';

/** What a figure of a derivation line says; '' where the line has none. */
export function textOf({ values }: DerivationLine, name: string): string {
	return String(values[name] ?? '');
}

/** A figure in minor units of the line's currency, without its code. */
export function amountOf(line: DerivationLine, name: string): string {
	return amountWords(line, Number(line.values[name] ?? 0));
}

/** An amount in minor units of the line's currency, without its code. */
export function amountWords(line: DerivationLine, minor: number): string {
	const { whole, decimals } = formatAmount(minor, textOf(line, 'currency'), languageTag());
	return whole + decimals;
}

/** A figure in minutes: "7 h 30 min". The minus is U+2212. */
export function hoursOf(line: DerivationLine, name: string): string {
	const all = Number(line.values[name] ?? 0);
	const size = Math.abs(all);
	const hours = String(Math.floor(size / 60));
	const words = m.line_time_hours({ hours, minutes: String(size % 60).padStart(2, '0') });
	return all < 0 ? `\u2212${words}` : words;
}
