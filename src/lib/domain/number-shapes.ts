import {
	hasCardScheme,
	hasFnrControlDigits,
	hasFnrDate,
	hasHetuControl,
	hasHetuDate,
	hasPersonnummerDate,
	isBsn,
	isCpr,
	isGtin,
	isLuhn,
	type ProhibitedKind
} from './identity-numbers.ts';

/**
 * How sure the digits are by themselves: written the way people write such a number, a bare row of digits that fits,
 * or too common to say anything without a word beside it.
 */
export type Certainty = 'written' | 'bare' | 'needs-word';

export interface NumberShape {
	kind: ProhibitedKind;
	/** Within a lookahead, so that candidates may overlap: `1234 4111 1111 1111 1111` hides one. */
	pattern: RegExp;
	certaintyOf(candidate: readonly string[]): Certainty | null;
}

export const NUMBER_SHAPES: readonly NumberShape[] = [
	{
		kind: 'dk-cpr',
		pattern: /(?<!\d|\d-)(?=((\d{6})( ?- ?|_|)(\d{4}))(?!\d|-\d))/g,
		certaintyOf: ([, , date = '', separator = '', rest = '']) => {
			if (!isCpr(date + rest)) return null;
			if (separator === '_') return isTimeOfDay(rest) ? 'needs-word' : 'bare';
			return separator === '' ? 'bare' : 'written';
		}
	},
	{
		kind: 'dk-cpr',
		pattern: /(?<!\d)(?=((\d\d)[ ./-]?(\d\d)[ ./-]?(\d\d)[ ./-]{0,3}(\d{4}))(?!\d))/g,
		certaintyOf: ([, text = '', ...parts]) => {
			if (!isCpr(parts.join(''))) return null;
			// A date with a hyphen behind it may go on with the time, or with a number of its own.
			const isDated = /^\d\d([./-])\d\d\1\d\d ?- ?\d{4}$/.test(text);
			return isDated && !isTimeOfDay(parts[3] ?? '') ? 'bare' : 'needs-word';
		}
	},
	{
		kind: 'no-fnr',
		pattern: /(?<!\d|\d-)(?=((\d{6})([ ._-]?)(\d{5}))(?!\d|-\d))/g,
		certaintyOf: ([, , date = '', separator = '', rest = '']) => {
			const digits = date + rest;
			// Day + 80 marks a common help number, which holds no date.
			if (!hasFnrDate(digits)) return /^[89]/.test(digits) ? 'needs-word' : null;
			if (separator === '') return hasFnrControlDigits(digits, 0) ? 'bare' : 'needs-word';
			return hasFnrControlDigits(digits, 3) ? 'written' : 'needs-word';
		}
	},
	{
		kind: 'se-personnummer',
		pattern: /(?<!\d|\d-)(?=((?:18|19|20)?(\d{6})( ?[-+] ?|_|)(\d{4}))(?!\d|-\d))/g,
		certaintyOf: ([, whole = '', date = '', separator = '', rest = '']) => {
			if (!hasPersonnummerDate(date + rest)) return null;
			if (!isLuhn(date + rest)) return 'needs-word';
			if (separator !== '' && separator !== '_') return 'written';
			// A row such as 202511251430 is a time: somebody born in this century rarely stands in an expense.
			const isTime = isTimeOfDay(rest) && (separator === '_' || /^20\d{10}$/.test(whole));
			return isTime ? 'needs-word' : 'bare';
		}
	},
	{
		kind: 'fi-hetu',
		pattern: /(?<!\d)(?=((\d{6})([-+A-FU-Y])(\d{3})([0-9A-Y]))(?![\p{L}\d]))/giu,
		certaintyOf: ([, , date = '', sign = '', individual = '', control = '']) => {
			if (!hasHetuDate(date, sign, individual)) return null;
			return hasHetuControl(date, individual, control) ? 'written' : 'needs-word';
		}
	},
	{
		kind: 'nl-bsn',
		pattern: /(?<!\d|\d[.,/-])(?=(\d{9}|\d{4}\.\d{2}\.\d{3})(?!\d|[.,/-]\d))/g,
		certaintyOf: ([, text = '']) => (isBsn(text.replaceAll('.', '')) ? 'bare' : null)
	},
	{
		kind: 'nl-bsn',
		// Telephones, company numbers and amounts are grouped like that, or as long as one that lost its zero.
		pattern: /(?<!\d)(?=(\d{2,3}[ .-]?\d{3}[ .-]?\d{3})(?!\d))/g,
		certaintyOf: ([, text = '']) => (isBsn(text.replace(/\D/g, '')) ? 'needs-word' : null)
	},
	{
		kind: 'card',
		pattern:
			/(?<!\d)(?=((\d{4}([ ._-])\d{4}\3\d{4}\3\d{4}(?:\3\d{3})?|\d{4}([ ._-])\d{6}\4\d{4,5}|\d{12,19}))(?!\d|[.,]\d))/g,
		certaintyOf: ([, , text = '']) => {
			const digits = text.replace(/\D/g, '');
			if (!isLuhn(digits)) return null;
			if (isGtin(digits) || !hasCardScheme(digits)) return 'needs-word';
			// In the groups it is embossed in; a bare row may as well be a reference of a bank or a parcel.
			return digits === text ? 'bare' : 'written';
		}
	}
];

/** Whether four digits are a time such as 1430: file names put one behind a date. */
function isTimeOfDay(digits: string): boolean {
	return /^(?:[01]\d|2[0-3])[0-5]\d$/.test(digits);
}
