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
	isIban,
	isLuhn,
	type ProhibitedKind
} from './identity-numbers.ts';

/**
 * Where a text holds what has no place in it, from `start` to before `end` (UTF-16 offsets). It never holds the number
 * itself, so that it can be kept and shown without spreading it.
 */
export interface Finding {
	kind: ProhibitedKind;
	/** `block`: written as such a number, or beside a word for it. `warn`: only the digits fit. */
	verdict: 'block' | 'warn';
	start: number;
	end: number;
}

/**
 * How sure the digits are by themselves: written the way people write such a number, a bare row of digits that fits,
 * or too common to say anything without a word beside it.
 */
type Certainty = 'written' | 'bare' | 'needs-word';

interface Shape {
	kind: ProhibitedKind;
	/** Within a lookahead, so that candidates may overlap: `1234 4111 1111 1111 1111` hides one. */
	pattern: RegExp;
	certaintyOf(candidate: readonly string[]): Certainty | null;
}

const SHAPES: readonly Shape[] = [
	{
		kind: 'dk-cpr',
		pattern: /(?<!\d|\d-)(?=((\d{6})( ?- ?|)(\d{4}))(?!\d|-\d))/g,
		certaintyOf: ([, , date = '', separator = '', rest = '']) =>
			isCpr(date + rest) ? (separator === '' ? 'bare' : 'written') : null
	},
	{
		kind: 'dk-cpr',
		pattern: /(?<!\d)(?=((\d\d)[ ./-]?(\d\d)[ ./-]?(\d\d)[ ./-]{0,3}(\d{4}))(?!\d))/g,
		certaintyOf: ([, , ...parts]) => (isCpr(parts.join('')) ? 'needs-word' : null)
	},
	{
		kind: 'no-fnr',
		pattern: /(?<!\d|\d-)(?=((\d{6})([ .-]?)(\d{5}))(?!\d|-\d))/g,
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
		pattern: /(?<!\d|\d-)(?=((?:18|19|20)?(\d{6})( ?[-+] ?|)(\d{4}))(?!\d|-\d))/g,
		certaintyOf: ([, whole = '', date = '', separator = '', rest = '']) => {
			if (!hasPersonnummerDate(date + rest)) return null;
			if (!isLuhn(date + rest)) return 'needs-word';
			if (separator !== '') return 'written';
			// A row such as 202511251430 is a time: somebody born in this century rarely stands in an expense.
			return /^20\d{6}(?:[01]\d|2[0-3])[0-5]\d$/.test(whole) ? 'needs-word' : 'bare';
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
		pattern: /(?<!\d)(?=((\d{2,3}[ .]?\d{3}[ .]?\d{3}|\d{4}\.\d{2}\.\d{3}))(?!\d))/g,
		certaintyOf: ([, , digits = '']) => (isBsn(digits.replace(/\D/g, '')) ? 'needs-word' : null)
	},
	{
		kind: 'card',
		pattern:
			/(?<!\d)(?=((\d{4}([ .-])\d{4}\3\d{4}\3\d{4}(?:\3\d{3})?|\d{4}([ .-])\d{6}\4\d{4,5}|\d{12,19}))(?!\d|[.,]\d))/g,
		certaintyOf: ([, , text = '']) => {
			const digits = text.replace(/\D/g, '');
			if (!isLuhn(digits)) return null;
			if (isGtin(digits) || !hasCardScheme(digits)) return 'needs-word';
			// Scheme, length and check digit all fit: a number of this length is written without spaces as well.
			return 'written';
		}
	}
];

const NUMBER = String.raw`(?:[ .-]{0,2}(?:nr|nummer|number|numero|no|code|koodi))?`;

/** Words that say a number identifies a person. */
const IDENTITY_WORDS = words(
	'cpr',
	'person(?:al|lig)?[ -]?(?:id(?:entity|entification)?[ -]?)?(?:nr|nummer|number|no|code)',
	'f(?:ø|oe|o)dsels?[ -]?(?:nr|nummer)',
	'[fdh][.-]?nr',
	'pnr',
	'[dh]-?nummer',
	'samordningsnummer',
	'(?:national|citizen) (?:id|identity|identification|service)',
	'identity',
	'social security',
	'ssn',
	'civil registration',
	'henkil(?:ö|o)tunnus',
	'hetu',
	'sotu'
);
const BSN_WORDS = words(
	'bsn',
	'burger ?service',
	'sofi',
	'persoonsnummer',
	'citizen service',
	'national (?:id|identity|identification)'
);
const CARD_WORDS = words(
	'(?:credit|debit|payment|bank|kredit|betalings?|betal|konto|luotto|maksu|pankki)?[ -]?(?:card|kort|kortti|kaart)',
	'kreditkort',
	'visa',
	'master ?card',
	'maestro',
	'dankort',
	'amex',
	'pan'
);
/** Words that say a number is something else: a telephone, a company, an invoice, an account. */
const OTHER_WORDS = words(
	'te?l(?:e?f(?:on)?)?(?:ephone)?',
	'tlf',
	'phone',
	'puh(?:elin)?',
	'mob(?:il)?(?:e)?(?:telefon)?',
	'fax',
	'(?:ean|gln|gtin|upc|isbn)(?:-1[34])?',
	'cvr',
	// A Danish place of business has a number of ten digits.
	'p[.-](?:nr|nummer|enhed)|produktionsenhed',
	'se[ -](?:nr|nummer)',
	'vat',
	'moms',
	'org(?:anisations?|anisasjons)?',
	'y-tunnus',
	'kvk',
	'btw',
	'(?:invoice|faktura|rechnungs?|factuur|lasku)',
	'inv',
	'(?:order|ordre|bestillings?|tilaus)',
	'ref(?:erence|eranse|erens)?',
	'reg',
	'(?:konto|account|iban|bank|tili)',
	'(?:fik|giro|bankgiro|plusgiro|bg|pg|kid|ocr)',
	'(?:receipt|bon|kvittering|kvitto|kuitti)',
	'(?:trans(?:action|aktion|aksjon)?|terminal|auth|stan|batch)',
	'(?:sags?|sak|case|ticket|booking|serial|serie|parcel|tracking|pakke)'
);

function words(...alternatives: string[]): string {
	return `(?:${alternatives.join('|')})`;
}

/** A word with at most a few characters, and no digit, between it and the number that follows. */
function before(some: string): RegExp {
	return new RegExp(String.raw`(?<!\p{L})${some}${NUMBER}(?!\p{L})[^\d\n]{0,14}$`, 'iu');
}

/** Beside an account the number of its branch may stand in between. */
function beforeOther(some: string): RegExp {
	return new RegExp(
		String.raw`(?<!\p{L})${some}${NUMBER}(?!\p{L})[^\d\n]{0,14}(?:\d{4}[ -]{1,3})?$`,
		'iu'
	);
}

function after(some: string): RegExp {
	return new RegExp(String.raw`^[ ,;]{0,2}[(\[]?${some}${NUMBER}(?!\p{L})`, 'iu');
}

const BESIDE = {
	identity: [before(IDENTITY_WORDS), after(IDENTITY_WORDS)],
	bsn: [before(BSN_WORDS), after(BSN_WORDS)],
	card: [before(CARD_WORDS), after(CARD_WORDS)],
	other: [beforeOther(OTHER_WORDS)]
} as const;

/** Giro and FIK payment lines: `+71<123456789012345+12345678<`. Source: Betalingsservice, "Indbetalingskort". */
const PAYMENT_LINE = /(?:\+ ?)?\b(?:01|04|15|71|73|75) ?< ?[\d ]*(?:\+ ?\d+ ?<?)?/g;
const IBAN_START = /(?<![\p{L}\d])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}/giu;

/**
 * National identity numbers (GDPR Article 87) and payment card numbers in a text or a file name: Danish CPR,
 * Norwegian fødselsnummer with D- and H-numbers, Swedish personnummer and samordningsnummer, Finnish henkilötunnus,
 * Dutch BSN and cards. Written the usual way or beside a word for it, it is to be refused; bare digits that fit are
 * worth a warning; telephone, company, article, invoice, giro and account numbers pass. In order of place, none
 * overlapping another.
 */
export function findProhibited(text: string): Finding[] {
	if (!/\p{Nd}/u.test(text)) return [];
	const { plain, offsets } = readable(text);
	const clear = rangesThatAreOthers(plain);
	const found: Finding[] = [];
	for (const shape of SHAPES) {
		for (const candidate of plain.matchAll(shape.pattern)) {
			const start = candidate.index;
			const end = start + (candidate[1]?.length ?? 0);
			if (clear.some(([from, to]) => start < to && end > from)) continue;
			const certainty = shape.certaintyOf(candidate);
			const verdict =
				certainty === null ? null : verdictOn(shape.kind, certainty, plain, start, end);
			if (verdict !== null) found.push({ kind: shape.kind, verdict, start, end });
		}
	}
	return apart(found).map((finding) => ({
		...finding,
		start: offsets[finding.start] ?? 0,
		end: (offsets[finding.end - 1] ?? text.length - 1) + 1
	}));
}

/**
 * The text with what is to be refused made unreadable; everything else of it stays. `hidesIn` says of a text which
 * findings to hide: a number may come to light only when the one before it is hidden.
 */
export function maskProhibited(
	text: string,
	hidesIn: (text: string) => (finding: Finding) => boolean
): string {
	const hides = hidesIn(text);
	let masked = text;
	for (const finding of findProhibited(text)) {
		if (finding.verdict !== 'block' || !hides(finding)) continue;
		const { start, end } = finding;
		const hidden = text.slice(start, end).replace(/[\p{L}\p{Nd}]/gu, MASK);
		masked = masked.slice(0, start) + hidden + masked.slice(end);
	}
	return masked === text ? text : maskProhibited(masked, hidesIn);
}

const MASK = '•';

/** Whether a number was made unreadable in it. */
export function isMasked(text: string): boolean {
	return text.includes(MASK.repeat(4));
}

function verdictOn(
	kind: ProhibitedKind,
	certainty: Certainty,
	plain: string,
	start: number,
	end: number
): Finding['verdict'] | null {
	const head = plain.slice(Math.max(0, start - 60), start);
	const tail = plain.slice(end, end + 30);
	const isBeside = (place: keyof typeof BESIDE) => {
		const [ahead, behind] = BESIDE[place] as readonly RegExp[];
		return ahead?.test(head) === true || behind?.test(tail) === true;
	};
	if (isBeside(kind === 'card' ? 'card' : kind === 'nl-bsn' ? 'bsn' : 'identity')) return 'block';
	// Part of a longer name, such as a hash or the model of a machine.
	if (certainty === 'needs-word' || /\p{L}$/u.test(head) || /^\p{L}/u.test(tail)) return null;
	if (isBeside('other')) return certainty === 'written' ? 'warn' : null;
	if (certainty === 'written') return 'block';
	return /\+\d{0,3} ?$/.test(head) ? null : 'warn';
}

/**
 * The text as its reader sees it: every digit as 0 to 9, every hyphen and space as the plain one, nothing invisible
 * in between; `offsets[i]` is where character i stood.
 */
function readable(text: string): { plain: string; offsets: number[] } {
	let plain = '';
	const offsets: number[] = [];
	for (let at = 0; at < text.length; at++) {
		const character = text[at] ?? '';
		if (/[\u00ad\u200b-\u200f\u2060\ufeff]/.test(character)) continue;
		plain += plainCharacter(character);
		offsets.push(at);
	}
	return { plain, offsets };
}

function plainCharacter(character: string): string {
	if (character <= '~') return character === '\t' ? ' ' : character;
	if (/[‐‑‒–—―−﹣－]/.test(character)) return '-';
	if (/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/.test(character)) return ' ';
	const code = character.charCodeAt(0);
	// Full-width, Arabic-Indic and extended Arabic-Indic digits.
	const zero = [0xff10, 0x0660, 0x06f0].find((first) => code >= first && code <= first + 9);
	return zero === undefined ? character : String(code - zero);
}

function rangesThatAreOthers(plain: string): [number, number][] {
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

/** Of findings that overlap, the one to be refused, else the longest, else the first kind. */
function apart(findings: readonly Finding[]): Finding[] {
	const weight = ({ verdict, start, end }: Finding) =>
		(verdict === 'block' ? 1000 : 0) + end - start;
	const kept: Finding[] = [];
	for (const finding of [...findings].sort((a, b) => weight(b) - weight(a))) {
		if (kept.every(({ start, end }) => finding.start >= end || finding.end <= start)) {
			kept.push(finding);
		}
	}
	return kept.sort((a, b) => a.start - b.start);
}
