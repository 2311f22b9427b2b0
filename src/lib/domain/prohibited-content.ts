import { refuse, type Refusal } from './refusal.ts';

/**
 * National identity numbers (GDPR Article 87) and card numbers have no place in free text. This looks for the
 * two that do most harm; the check digit of a CPR number is not asked for, since numbers without it have been
 * issued from 2007 on (cpr.dk).
 */
const CPR_WITH_HYPHEN = /(?<![\d-])(\d{2})(\d{2})(\d{2})[-‐‑–](\d{4})(?![\d-])/g;
const CARD_DIGITS = /(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)/g;

/** `content.identity_number` or `content.card_number`, or null when the text may be stored. */
export function findProhibited(text: string, field: string): Refusal | null {
	for (const [, day, month] of text.matchAll(CPR_WITH_HYPHEN)) {
		if (isDayOfMonth(Number(day), Number(month))) {
			return refuse('content.identity_number', field).refusal;
		}
	}
	for (const [match] of text.matchAll(CARD_DIGITS)) {
		if (isLuhn(match.replace(/[ -]/g, '')) && !isIban(text, match)) {
			return refuse('content.card_number', field).refusal;
		}
	}
	return null;
}

/** Looks through all free-text members of a body. */
export function findProhibitedIn(body: Readonly<Record<string, unknown>>): Refusal | null {
	for (const field of FREE_TEXT_FIELDS) {
		const text = body[field];
		const refusal = typeof text === 'string' ? findProhibited(text, field) : null;
		if (refusal) return refusal;
	}
	return null;
}

const FREE_TEXT_FIELDS = [
	'merchant',
	'purpose',
	'from',
	'to',
	'reason',
	'amountText',
	'distanceText'
];

function isDayOfMonth(day: number, month: number): boolean {
	return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

/** ISO/IEC 7812-1 annex B. */
function isLuhn(digits: string): boolean {
	let sum = 0;
	for (let i = 0; i < digits.length; i++) {
		const digit = Number(digits[digits.length - 1 - i]);
		sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
	}
	// A row of zeros has a sum of 0 and is nobody's card.
	return sum > 0 && sum % 10 === 0;
}

function isIban(text: string, match: string): boolean {
	return /[A-Z]{2}\d{0,2}\s?$/.test(text.slice(0, text.indexOf(match)));
}
