import { isIban } from './identity-numbers.ts';

/** Giro and FIK payment lines: `+71<123456789012345+12345678<`. Source: Betalingsservice, "Indbetalingskort". */
const PAYMENT_LINE = /(?:\+ ?)?\b(?:01|04|15|71|73|75) ?< ?[\d ]*(?:\+ ?\d+ ?<?)?/g;
const IBAN_START = /(?<![\p{L}\d])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}/giu;

/** Where a text, as `readableText` gives it, holds IBANs and payment lines: no digit of them is anything else. */
export function accountRangesIn(plain: string): [number, number][] {
	const ranges: [number, number][] = [...plain.matchAll(PAYMENT_LINE)].map((match) => [
		match.index,
		match.index + match[0].length
	]);
	for (const match of plain.matchAll(IBAN_START)) {
		// The pattern takes what follows an account number too: the longest part that checks is the number.
		for (let length = match[0].length; length >= 15; length--) {
			const part = match[0].slice(0, length);
			if (/[\p{L}\d]/u.test(match[0][length] ?? '') || part.endsWith(' ')) continue;
			if (!isIban(part.replaceAll(' ', ''))) continue;
			ranges.push([match.index, match.index + length]);
			break;
		}
	}
	return ranges;
}
