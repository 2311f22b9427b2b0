import data from './public-holidays.json' with { type: 'json' };
import type { Holiday } from './working-scheme.ts';

const COUNTRIES: Readonly<Record<string, readonly { date: string; name: string }[]>> =
	data.holidays;

/**
 * Public holidays of DK, NO, SE, FI or NL between two dates, both included; of no other country, and only for the years
 * that `public-holidays.json` holds. Written by `npm run data:holidays` from `date-holidays`, a community's data, hence
 * unverified; a company adds or takes away its own.
 */
export function publicHolidays(country: string, from: string, to: string): Holiday[] {
	return (COUNTRIES[country] ?? [])
		.filter(({ date }) => from <= date && date <= to)
		.map(({ date, name }) => ({
			date,
			name,
			normPercent: 0,
			source: data.source,
			verified: false
		}));
}

/** First and last year there are holidays for. */
export const HOLIDAY_YEARS: { from: number; to: number } = data.years;
