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
 * CSV of either. Days a currency was not quoted are left out. Refuses with `exchange.unreadable`.
 */
export function importEcbRates(text: string): Result<ExchangeRate[]> {
	const rates = text.trimStart().startsWith('<') ? fromEcbXml(text) : fromEcbCsv(text);
	return rates.length === 0 ? refuse('exchange.unreadable') : ok(rates);
}

function ecbRate(date: string | null, quote: string, amount: string): ExchangeRate[] {
	const decimal = decimalOf(amount);
	return date === null || !/^[A-Z]{3}$/.test(quote) || decimal === null
		? []
		: [{ base: 'EUR', quote, per: 1, amount: decimal, date, source: ECB }];
}

function fromEcbXml(text: string): ExchangeRate[] {
	let date: string | null = null;
	return tagsOf(text, 'Cube').flatMap((tag) => {
		if (tag['time'] !== undefined) date = isoDayOf(tag['time']);
		return ecbRate(date, tag['currency'] ?? '', tag['rate'] ?? '');
	});
}

function fromEcbCsv(text: string): ExchangeRate[] {
	return parseCsv(text).flatMap(({ Date: day = '', ...cells }) =>
		Object.entries(cells).flatMap(([quote, amount]) => ecbRate(isoDayOf(day), quote, amount))
	);
}

/**
 * Reads the rates as Danmarks Nationalbank publishes them (`currencyratesxml`, today's and past ones): kroner for a
 * hundred of the currency, with a comma or a point. A currency not quoted that day is left out. Refuses with
 * `exchange.unreadable`, also where the file is not in kroner.
 */
export function importNationalbankRates(text: string): Result<ExchangeRate[]> {
	const [head] = tagsOf(text, 'exchangerates');
	if (head?.['refcur'] !== 'DKK') return refuse('exchange.unreadable');
	let date: string | null = null;
	const rates = tagsOf(text, '(?:dailyrates|currency)').flatMap((tag): ExchangeRate[] => {
		if (tag['id'] !== undefined) date = isoDayOf(tag['id']);
		const base = tag['code'] ?? '';
		const amount = decimalOf(tag['rate'] ?? '');
		return date === null || !/^[A-Z]{3}$/.test(base) || amount === null
			? []
			: [{ base, quote: 'DKK', per: 100, amount, date, source: NATIONALBANKEN }];
	});
	return rates.length === 0 ? refuse('exchange.unreadable') : ok(rates);
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

function decimalOf(text: string): string | null {
	const decimal = text.trim().replace(',', '.');
	return /^\d{1,9}(\.\d{1,10})?$/.test(decimal) && Number(decimal) > 0 ? decimal : null;
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** The daily CSV says `20 November 2025`, the other files `2025-11-20`. */
function isoDayOf(text: string): string | null {
	if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
	const [, day = '', name = '', year = ''] = /^(\d{1,2}) ([A-Za-z]+) (\d{4})$/.exec(text) ?? [];
	const month = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
	return month === 0 ? null : `${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}`;
}
