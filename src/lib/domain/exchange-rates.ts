import { isDate } from './calendar-date.ts';
import { parseCsv } from './csv.ts';
import { ok, refuse, type Result } from './refusal.ts';

/** What one bank said on one day: `per` units of `base` cost `amount` of `quote`. */
export interface ExchangeRate {
	base: string;
	quote: string;
	/** Danmarks Nationalbank quotes a hundred units, the ECB one. */
	per: number;
	/** A decimal, as published. */
	amount: string;
	/** The day it was published for, `YYYY-MM-DD`. */
	date: string;
	source: string;
}

export const ECB = 'European Central Bank, euro foreign exchange reference rates';
export const NATIONALBANKEN = 'Danmarks Nationalbank, valutakurser';

/**
 * Reads the reference rates as the European Central Bank publishes them: `eurofxref-daily.xml`, `-hist.xml` and the
 * CSV of either. Days a currency was not quoted are left out. Refuses with `exchange.unreadable`, also where another
 * bank uses the same form for rates of its own: the ECB never quotes the euro.
 */
export function importEcbRates(text: string): Result<ExchangeRate[]> {
	const rates = text.trimStart().startsWith('<') ? fromEcbXml(text) : fromEcbCsv(text);
	const isOthers = rates.some(({ quote }) => quote === 'EUR');
	return rates.length === 0 || isOthers ? refuse('exchange.unreadable') : ok(rates);
}

function ecbRate(date: string | null, quote: string, amount: string): ExchangeRate[] {
	const decimal = decimalOf(amount);
	return date === null || !/^[A-Z]{3}$/.test(quote) || decimal === null
		? []
		: [{ base: 'EUR', quote, per: 1, amount: decimal, date, source: ECB }];
}

function fromEcbXml(text: string): ExchangeRate[] {
	return cubesOf(text).flatMap(({ date, currency, amount }) => ecbRate(date, currency, amount));
}

/** The cubes of a `gesmes:Envelope`: a day and the currencies quoted on it. */
function cubesOf(text: string): { date: string | null; currency: string; amount: string }[] {
	let date: string | null = null;
	return tagsOf(text, 'Cube').flatMap((tag) => {
		if (tag['time'] !== undefined) date = isoDayOf(tag['time']);
		const { currency, rate: amount } = tag;
		return currency === undefined || amount === undefined ? [] : [{ date, currency, amount }];
	});
}

function fromEcbCsv(text: string): ExchangeRate[] {
	return parseCsv(text).flatMap(({ Date: day = '', ...cells }) =>
		Object.entries(cells).flatMap(([quote, amount]) => ecbRate(isoDayOf(day), quote, amount))
	);
}

/**
 * Reads the rates as Danmarks Nationalbank publishes them, kroner for a hundred of the currency, with a comma (Danish) or
 * a point (English): the day's XML (`nationalbanken.dk/api/currencyratesxml`), the XML of the last days, which has the
 * ECB's form (`CurrencyRatesHistoryXML`), and the CSV of the statistics bank (`api.statbank.dk`, table DNVALD by codes).
 * A currency not quoted that day is left out. Refuses with `exchange.unreadable`, also where the file is not in kroner.
 */
export function importNationalbankRates(text: string): Result<ExchangeRate[]> {
	const rates = text.trimStart().startsWith('<')
		? [...fromNationalbankXml(text), ...fromNationalbankHistory(text)]
		: fromStatbankCsv(text);
	return rates.length === 0 ? refuse('exchange.unreadable') : ok(rates);
}

function nationalbankRate(date: string | null, base: string, amount: string): ExchangeRate[] {
	const decimal = decimalOf(amount);
	return date === null || !/^[A-Z]{3}$/.test(base) || decimal === null
		? []
		: [{ base, quote: 'DKK', per: 100, amount: decimal, date, source: NATIONALBANKEN }];
}

function fromNationalbankXml(text: string): ExchangeRate[] {
	const [head] = tagsOf(text, 'exchangerates');
	if (head?.['refcur'] !== 'DKK') return [];
	let date: string | null = null;
	return tagsOf(text, '(?:dailyrates|currency)').flatMap((tag) => {
		if (tag['id'] !== undefined) date = isoDayOf(tag['id']);
		return nationalbankRate(date, tag['code'] ?? '', tag['rate'] ?? '');
	});
}

/** In the ECB's form the two banks are told apart by the euro, which only Nationalbanken quotes, and the krone, which it doesn't. */
function fromNationalbankHistory(text: string): ExchangeRate[] {
	const cubes = cubesOf(text);
	const quotes = (code: string) => cubes.some(({ currency }) => currency === code);
	if (!quotes('EUR') || quotes('DKK')) return [];
	return cubes.flatMap(({ date, currency, amount }) => nationalbankRate(date, currency, amount));
}

/** Columns VALUTA, KURTYP, TID, INDHOLD; of the kinds of rate only KBH is kroner for a hundred. */
function fromStatbankCsv(text: string): ExchangeRate[] {
	return parseCsv(text).flatMap((row) => {
		const { VALUTA: base = '', KURTYP: kind, TID: day = '', INDHOLD: amount = '' } = row;
		const [, year = '', month = '', dayOfMonth = ''] = /^(\d{4})M(\d{2})D(\d{2})$/.exec(day) ?? [];
		return kind === 'KBH'
			? nationalbankRate(isoDayOf(`${year}-${month}-${dayOfMonth}`), base, amount)
			: [];
	});
}

/** The attributes of each start tag of that name, in order. These files have no text that could look like a tag. */
function tagsOf(xml: string, name: string): Record<string, string>[] {
	const tags = xml.matchAll(new RegExp(`<(?:[\\w-]+:)?${name}(\\s[^<>]*)?>`, 'g'));
	return [...tags].map(([, attributes = '']) =>
		Object.fromEntries(
			[...attributes.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(
				([, key = '', double, single = '']): [string, string] => [key, double ?? single]
			)
		)
	);
}

/** With two marks the last is the decimal one: `1.234,50` and `1,234.50` are the same. */
function decimalOf(text: string): string | null {
	const typed = text.trim();
	const mark = Math.max(typed.lastIndexOf(','), typed.lastIndexOf('.'));
	const hasGroups = typed.includes(',') && typed.includes('.');
	if (hasGroups && !/^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?!\1)[.,]\d+$/.test(typed)) return null;
	const whole = mark < 0 ? typed : typed.slice(0, mark);
	const decimal = mark < 0 ? whole : `${whole.replace(/[.,]/g, '')}.${typed.slice(mark + 1)}`;
	return /^\d{1,9}(\.\d{1,10})?$/.test(decimal) && Number(decimal) > 0 ? decimal : null;
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** The daily CSV says `20 November 2025`, the other files `2025-11-20`. Null for no day of the calendar. */
function isoDayOf(text: string): string | null {
	const [, day = '', name = '', year = ''] = /^(\d{1,2}) ([A-Za-z]+) (\d{4})$/.exec(text) ?? [];
	const month = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
	const iso =
		name === '' ? text : `${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}`;
	return isDate(iso) ? iso : null;
}
