/**
 * Dates are `YYYY-MM-DD`, without a clock or a zone. `weekdayOf`, `daysBetween`, `plusDays` and `plusMonths` throw a
 * RangeError where they are given none.
 */

const DAY_MS = 86_400_000;

/** Whether it is a day of the calendar. */
export function isDate(text: string): boolean {
	const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
	return day !== undefined && isDayOfYear(Number(year), Number(month), Number(day));
}

/** Whether a month (from 1) of a year has that day (from 1). */
export function isDayOfYear(year: number, month: number, day: number): boolean {
	return month >= 1 && month <= 12 && day >= 1 && day <= daysOfMonth(year, month);
}

/** 1 is Monday, 7 Sunday. */
export function weekdayOf(date: string): number {
	return new Date(startMsOf(date)).getUTCDay() || 7;
}

/** Negative where `later` is the earlier one. */
export function daysBetween(date: string, later: string): number {
	return (startMsOf(later) - startMsOf(date)) / DAY_MS;
}

/** How far apart two days are, whichever is first; endless where one is no date yet. */
export function daysApart(date: string, other: string): number {
	return isDate(date) && isDate(other) ? Math.abs(daysBetween(date, other)) : Infinity;
}

export function plusDays(date: string, days: number): string {
	return new Date(startMsOf(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The same day of another month, or its last: 31 January and one month is 28 February. */
export function plusMonths(date: string, months: number): string {
	const start = new Date(startMsOf(date));
	const monthsOfAll = start.getUTCFullYear() * 12 + start.getUTCMonth() + months;
	const year = Math.floor(monthsOfAll / 12);
	const month = monthsOfAll - year * 12 + 1;
	const day = Math.min(start.getUTCDate(), daysOfMonth(year, month));
	return [String(year).padStart(4, '0'), pad(month), pad(day)].join('-');
}

function startMsOf(date: string): number {
	if (!isDate(date)) throw new RangeError('not a date');
	// A date of ISO 8601 is midnight UTC, where every day has 24 hours.
	return Date.parse(date);
}

function daysOfMonth(year: number, month: number): number {
	const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
	return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function pad(part: number): string {
	return String(part).padStart(2, '0');
}
