const NUMBER = String.raw`(?:[ .-]{0,2}(?:nr|nummer(?:et)?|numret|number|numero|no|code|koodi))?`;

/** Words that say a number identifies a person. */
const IDENTITY_WORDS = words(
	'cpr',
	'person(?:al|lig)?[ -]?(?:id(?:entity|entification)?[ -]?)?(?:nr|nummer(?:et)?|numret|number|no|code)',
	'f(?:ø|oe|o)dsels?[ -]?(?:nr|nummer(?:et)?)',
	'[fdh][.-]?nr',
	'pnr',
	'[dh]-?nummer',
	'samordningsnummer',
	'(?:national|citizen) (?:id|identity|identification|service)',
	'identity',
	'social security',
	'ssn',
	'civil registration',
	String.raw`henkil(?:ö|o)tunnu\p{L}*`,
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
	'moms|mva',
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
	return new RegExp(String.raw`^[ ,;_-]{0,2}[(\[]?${some}${NUMBER}(?!\p{L})`, 'iu');
}

/** Words before and after a number, by what they make of it. */
export const BESIDE = {
	identity: [before(IDENTITY_WORDS), after(IDENTITY_WORDS)],
	bsn: [before(BSN_WORDS), after(BSN_WORDS)],
	card: [before(CARD_WORDS), after(CARD_WORDS)],
	// `974 760 673 MVA` is a company registered for VAT.
	other: [beforeOther(OTHER_WORDS), after(words('mva', 'moms', 'vat'))]
} as const;
