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
