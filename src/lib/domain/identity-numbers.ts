import { isDayOfYear } from './calendar-date.ts';

/**
 * What makes a row of digits a national identity number or a payment card number. Formats and check digits only;
 * where such a number stands in a text is the business of `prohibited-content.ts`.
 */
export const PROHIBITED_KINDS = [
	'dk-cpr',
	'no-fnr',
	'se-personnummer',
	'fi-hetu',
	'nl-bsn',
	'card'
] as const;
export type ProhibitedKind = (typeof PROHIBITED_KINDS)[number];

/**
 * Whether ten digits `DDMMYYNNNN` begin with the date of a Danish CPR number; the seventh digit gives the century.
 * The check digit is not asked for: numbers without it have been issued since 1 October 2007.
 * Source: cpr.dk, "Personnumre uden kontrolciffer (modulus 11 kontrol)".
 */
export function isCpr(digits: string): boolean {
	const [day, month, yy] = pairs(digits);
	const seventh = Number(digits[6]);
	const century =
		seventh <= 3
			? 1900
			: seventh === 4 || seventh === 9
				? yy >= 37
					? 1900
					: 2000
				: yy >= 58
					? 1800
					: 2000;
	return isDayOfYear(century + yy, month, day);
}

/**
 * Whether eleven digits `DDMMYYIIIKK` begin with the date of a Norwegian fødselsnummer, D-number (day + 40) or
 * H-number (month + 40). The century is not asked for: 29 February may stand in any leap year. The numbers of made-up
 * test persons (month + 65 or + 80) are nobody's. Source: skatteetaten.no, "Fødselsnummer, D-nummer og andre
 * identifikatorer (PID)"; the offset of H-numbers is unverified.
 */
export function hasFnrDate(digits: string): boolean {
	const [dayPart, monthPart, yy] = pairs(digits);
	const day = dayPart > 40 ? dayPart - 40 : dayPart;
	const month = monthPart > 40 ? monthPart - 40 : monthPart;
	return isDayOfYear(2000 + yy, month, day) || isDayOfYear(1900 + yy, month, day);
}

/**
 * The two control digits of a fødselsnummer. Of numbers given out from 1 January 2032 the first may leave a remainder
 * of up to 3; `largestRemainder` says how much is taken. Source: skatteetaten.no, as above.
 */
export function hasFnrControlDigits(digits: string, largestRemainder: 0 | 3): boolean {
	const remainder = (weights: readonly number[]) => weightedSum(digits, weights) % 11;
	return (
		remainder([3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) <= largestRemainder &&
		remainder([5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) === 0
	);
}

/**
 * Whether ten digits `YYMMDDNNNN` begin with the date of a Swedish personnummer or samordningsnummer (day + 60).
 * An organisation number has a third digit of 2 or more, so it is no date. Source: Skatteverket (SKV 704, SKV 707).
 */
export function hasPersonnummerDate(digits: string): boolean {
	const [yy, month, dayPart] = pairs(digits);
	const day = dayPart > 60 ? dayPart - 60 : dayPart;
	return isDayOfYear(2000 + yy, month, day) || isDayOfYear(1900 + yy, month, day);
}

const HETU_CONTROL = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/**
 * Whether `DDMMYY`, an individual number of three digits and a century sign are those of a Finnish henkilötunnus:
 * `+` for 18xx, `-` and `U` to `Y` for 19xx, `A` to `F` for 20xx; 002 to 899, temporary ones up to 999.
 * Source: Digital and Population Data Services Agency, "The personal identity code".
 */
export function hasHetuDate(date: string, sign: string, individual: string): boolean {
	const [day, month, yy] = pairs(date);
	const century = sign === '+' ? 1800 : /[-U-Y]/i.test(sign) ? 1900 : 2000;
	return Number(individual) >= 2 && isDayOfYear(century + yy, month, day);
}

export function hasHetuControl(date: string, individual: string, control: string): boolean {
	return HETU_CONTROL[Number(date + individual) % 31] === control.toUpperCase();
}

/**
 * The eleven-test of a Dutch burgerservicenummer of nine digits, or of eight where the leading zero was lost.
 * One in eleven of any such numbers passes it, so only a word beside it makes it one.
 * Source: Logisch Ontwerp BSN (RvIG).
 */
export function isBsn(digits: string): boolean {
	const nine = digits.padStart(9, '0');
	return /[1-9]/.test(nine) && weightedSum(nine, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** Prefixes and lengths of the card schemes in use. Source: ISO/IEC 7812 and the schemes' published ranges. */
const CARD_SCHEMES: readonly { prefix: RegExp; lengths: readonly number[] }[] = [
	{ prefix: /^4/, lengths: [16, 19] },
	{ prefix: /^5[1-5]|^2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)/, lengths: [16] },
	{ prefix: /^3[47]/, lengths: [15] },
	{ prefix: /^3(?:0[0-5]|095|[689])/, lengths: [14] },
	{ prefix: /^35(?:2[89]|[3-8])/, lengths: [16] },
	{ prefix: /^6(?:011|4[4-9]|5)/, lengths: [16] },
	{ prefix: /^62/, lengths: [16, 19] },
	// Dankort, then Maestro.
	{ prefix: /^5019/, lengths: [16] },
	{ prefix: /^5(?:0|[6-8])|^67/, lengths: [16, 18, 19] }
];

/** Whether digits have the prefix and length of a card scheme. */
export function hasCardScheme(digits: string): boolean {
	return CARD_SCHEMES.some(
		({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits)
	);
}

/** Mod 10. Source: ISO/IEC 7812-1 annex B. */
export function isLuhn(digits: string): boolean {
	let sum = 0;
	for (let i = 0; i < digits.length; i++) {
		const digit = Number(digits[digits.length - 1 - i]);
		sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
	}
	// A row of zeros has a sum of 0 and is nobody's number.
	return sum > 0 && sum % 10 === 0;
}

/** Check digit of a GTIN, EAN or GLN of 8, 12, 13 or 14 digits. Source: GS1 General Specifications, 7.9. */
export function isGtin(digits: string): boolean {
	if (![8, 12, 13, 14].includes(digits.length)) return false;
	let sum = 0;
	for (let i = 0; i < digits.length; i++) {
		sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 3);
	}
	return sum % 10 === 0;
}

/** Whether characters without spaces are an IBAN: mod 97 leaves 1. Source: ISO 13616-1, ISO/IEC 7064. */
export function isIban(compact: string): boolean {
	if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/i.test(compact)) return false;
	let remainder = 0;
	for (const character of (compact.slice(4) + compact.slice(0, 4)).toUpperCase()) {
		const value = parseInt(character, 36);
		remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
	}
	return remainder === 1;
}

function pairs(digits: string): [number, number, number] {
	return [Number(digits.slice(0, 2)), Number(digits.slice(2, 4)), Number(digits.slice(4, 6))];
}

function weightedSum(digits: string, weights: readonly number[]): number {
	return weights.reduce((sum, weight, i) => sum + weight * Number(digits[i]), 0);
}
