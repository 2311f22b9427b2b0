import Holidays from 'date-holidays';

/** Countries with a per diem of their own and the years our tables reach. */
const COUNTRIES = ['DK', 'NO', 'SE', 'FI', 'NL'];
export const YEARS = { from: 2023, to: 2030 };

export const SOURCE =
	'date-holidays 3.37.0, by commenthol and contributors; data under CC BY-SA 3.0, as is this file';

/** Public holidays by country, in order of their dates, with the name in the country's own language. */
export function holidaysOfLibrary(): Record<string, { date: string; name: string }[]> {
	return Object.fromEntries(
		COUNTRIES.map((country) => {
			const calendar = new Holidays(country);
			const years = Array.from({ length: YEARS.to - YEARS.from + 1 }, (_, at) => YEARS.from + at);
			const days = years.flatMap((year) => calendar.getHolidays(year));
			return [
				country,
				days
					.filter(({ type }) => type === 'public')
					.map(({ date, name }) => ({ date: date.slice(0, 10), name }))
			];
		})
	);
}
