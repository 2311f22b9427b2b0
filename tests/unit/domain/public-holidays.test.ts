import { HOLIDAY_YEARS, publicHolidays } from '@outlay/domain/time/public-holidays';
import { expect, test } from 'vitest';
import { YEARS, holidaysOfLibrary } from '../../support/public-holidays.ts';

test('the shipped holidays are those of the library (else: npm run data:holidays)', () => {
	expect(HOLIDAY_YEARS).toEqual(YEARS);
	for (const [country, days] of Object.entries(holidaysOfLibrary())) {
		const shipped = publicHolidays(country, `${YEARS.from}-01-01`, `${YEARS.to}-12-31`);
		expect(shipped.map(({ date, name }) => ({ date, name }))).toEqual(days);
	}
});

test('the Great Prayer Day was one in Denmark until 2023', () => {
	const names = (year: number) =>
		publicHolidays('DK', `${year}-01-01`, `${year}-12-31`).map(({ name }) => name);
	expect(names(2023)).toContain('Store Bededag');
	expect(names(2024)).not.toContain('Store Bededag');
});

test('of a country or year that is not there, there are none', () => {
	expect(publicHolidays('DE', '2026-01-01', '2026-12-31')).toEqual([]);
	expect(publicHolidays('DK', '2022-01-01', '2022-12-31')).toEqual([]);
});

/** Easter Sunday by the anonymous Gregorian computus (Nature, 20 April 1876). */
function easterOf(year: number): Date {
	const a = year % 19;
	const [b, c] = [Math.floor(year / 100), year % 100];
	const g = Math.floor((8 * b + 13) / 25);
	const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
	const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
	const m = Math.floor((a + 11 * h + 19 * l) / 433);
	const month = Math.floor((h + l - 7 * m + 90) / 25);
	return new Date(Date.UTC(year, month - 1, (h + l - 7 * m + 33 * month + 19) % 32));
}

/** Days from Easter Sunday that are holidays by each country's law, whatever the library says. */
test.each([
	['DK', [-3, -2, 0, 1, 39, 49, 50]],
	['NO', [-3, -2, 0, 1, 39, 49, 50]],
	['SE', [-2, 0, 1, 39, 49]],
	['FI', [-2, 0, 1, 39, 49]],
	['NL', [0, 1, 39, 49, 50]]
])('the feasts that move with Easter: %s', (country, days) => {
	for (let year = YEARS.from; year <= YEARS.to; year += 1) {
		const dates = days.map((day) =>
			new Date(easterOf(year).getTime() + day * 86_400_000).toISOString().slice(0, 10)
		);
		const shipped = publicHolidays(country, `${year}-03-01`, `${year}-06-30`).map(
			({ date }) => date
		);
		expect(dates.filter((date) => !shipped.includes(date))).toEqual([]);
	}
});
