import Type, { type Static } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { isDate, plusDays } from './calendar-date.ts';
import { parseCsv } from './csv.ts';
import { CountryCode, CurrencyCode, IsoDate, Nullable } from './envelope.ts';
import { ok, refuse, type Result } from './refusal.ts';
import { SETTING } from './privacy.ts';

/**
 * One figure of a rule, with the days it holds: the same row in the tables we ship, in a company's settings and in an
 * imported file. A mid-year change is two rows.
 */
export const DatedRate = Type.Object(
	{
		/** Whose rule it is (ISO 3166-1), not where the journey went. */
		country: CountryCode({ privacy: SETTING }),
		/** Dotted name of the figure, such as `mileage.tax-free.own-car` or `per-diem.food`. */
		kind: Type.String({ pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)*$', maxLength: 80, privacy: SETTING }),
		/** The country or place a rate abroad is for, such as `DE` or `GB-LONDON`; null at home. */
		place: Nullable(
			Type.String({ pattern: '^[A-Z]{2}(-[A-Z0-9]+)*$', maxLength: 40, privacy: SETTING })
		),
		/** First and last day it holds; null is open. */
		validFrom: IsoDate({ privacy: SETTING }),
		validTo: Nullable(IsoDate({ privacy: SETTING })),
		/** What one amount is for. `mil` is the Scandinavian one, 10 km; `percent` and `count` have no currency. */
		unit: Type.Union(
			[
				Type.Literal('km'),
				Type.Literal('mil'),
				Type.Literal('day'),
				Type.Literal('night'),
				Type.Literal('hour'),
				Type.Literal('meal'),
				Type.Literal('percent'),
				Type.Literal('count')
			],
			{ privacy: SETTING }
		),
		/** In major units of the currency, as a decimal: `3.81`. */
		amount: Type.String({ pattern: '^\\d{1,9}(\\.\\d{1,6})?$', maxLength: 16, privacy: SETTING }),
		/** Null for a percentage or a count. */
		currency: Nullable(CurrencyCode({ privacy: SETTING })),
		source: Type.String({ minLength: 1, maxLength: 300, privacy: SETTING }),
		/** False when the figure is not from an official page. */
		verified: Type.Boolean({ privacy: SETTING })
	},
	{ additionalProperties: false }
);
export type DatedRate = Static<typeof DatedRate>;

/** Two rows of one rate that both hold on `from`, days between its rows on which none holds, or a row that is none. */
export interface RateFault {
	fault: 'overlap' | 'gap' | 'backwards' | 'no-date';
	country: string;
	kind: string;
	place: string | null;
	/** First and last day concerned; `to` is null when it never ends. */
	from: string;
	to: string | null;
}

/**
 * Overlaps, gaps between rows of one rate, and rows that end before they begin or on no day of the calendar, in order of
 * country, kind and day.
 */
export function checkRates(rates: readonly DatedRate[]): RateFault[] {
	const faults: RateFault[] = [];
	const groups = new Map<string, DatedRate[]>();
	for (const rate of rates) {
		const { country, kind, place, validFrom, validTo } = rate;
		const isNoDate = !isDayOrOpen(validFrom) || !isDayOrOpen(validTo);
		if (isNoDate || (validTo !== null && validTo < validFrom)) {
			const fault = isNoDate ? 'no-date' : 'backwards';
			faults.push({ fault, country, kind, place, from: validFrom, to: validTo });
			continue;
		}
		const key = `${country} ${kind} ${place ?? ''}`;
		groups.set(key, [...(groups.get(key) ?? []), rate]);
	}
	for (const key of [...groups.keys()].sort()) {
		const rows = (groups.get(key) ?? []).sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
		/** The last day covered so far; null once a row never ends. */
		let covered: string | null | undefined;
		for (const { country, kind, place, validFrom, validTo } of rows) {
			const of = { country, kind, place };
			if (covered === null || (covered !== undefined && validFrom <= covered)) {
				const to = covered === null ? validTo : earlier(covered, validTo);
				faults.push({ fault: 'overlap', ...of, from: validFrom, to });
			} else if (covered !== undefined && plusDays(covered, 1) < validFrom) {
				faults.push({
					fault: 'gap',
					...of,
					from: plusDays(covered, 1),
					to: plusDays(validFrom, -1)
				});
			}
			if (covered === undefined || (covered !== null && (validTo === null || validTo > covered))) {
				covered = validTo;
			}
		}
	}
	return faults;
}

/**
 * Reads a table of rates: a JSON array of rows, or CSV whose first line names the columns (any order; an empty cell is
 * null; `true`/`false`). For tables of other countries and a company's own. Refuses with `rates.unreadable`,
 * `rates.row` (its number and column, never its content), `rates.backwards` or `rates.overlap`. Gaps are let through:
 * `checkRates` names them.
 */
export function importRates(text: string): Result<DatedRate[]> {
	const rows = rowsOf(text.replace(/^\uFEFF/, ''));
	if (rows === null || rows.length === 0) return refuse('rates.unreadable');
	const rates: DatedRate[] = [];
	for (const [index, row] of rows.entries()) {
		if (!Check(DatedRate, row)) {
			const column = (Errors(DatedRate, row)[0]?.instancePath ?? '').slice(1);
			return refuse('rates.row', undefined, { row: index + 1, column });
		}
		const wrongDay = (['validFrom', 'validTo'] as const).find((name) => !isDayOrOpen(row[name]));
		if (wrongDay) return refuse('rates.row', undefined, { row: index + 1, column: wrongDay });
		rates.push(row);
	}
	for (const { fault, country, kind, from } of checkRates(rates)) {
		if (fault === 'overlap' || fault === 'backwards')
			return refuse(`rates.${fault}`, undefined, { country, kind, from });
	}
	return ok(rates);
}

function rowsOf(text: string): unknown[] | null {
	if (!text.trimStart().startsWith('[')) {
		return parseCsv(text).map((row) => ({
			...Object.fromEntries(
				Object.entries(row).map(([name, cell]) => [name, cell === '' ? null : cell])
			),
			verified: row['verified'] === 'true' ? true : row['verified'] === 'false' ? false : null
		}));
	}
	try {
		const read: unknown = JSON.parse(text);
		return Array.isArray(read) ? read : null;
	} catch {
		return null;
	}
}

function isDayOrOpen(day: string | null): boolean {
	return day === null || isDate(day);
}

function earlier(day: string, other: string | null): string {
	return other === null || day < other ? day : other;
}
