import { Temporal } from 'temporal-polyfill';

/** Dates are `YYYY-MM-DD`, without a clock or a zone. All but `isDate` throw a RangeError where they are given no date. */

/** Whether it is a day of the calendar. */
export function isDate(text: string): boolean {
	try {
		return /^\d{4}-\d{2}-\d{2}$/.test(text) && Temporal.PlainDate.from(text).toString() === text;
	} catch {
		return false;
	}
}

/** 1 is Monday, 7 Sunday. */
export function weekdayOf(date: string): number {
	return Temporal.PlainDate.from(date).dayOfWeek;
}

export function daysBetween(date: string, later: string): number {
	return Temporal.PlainDate.from(date).until(later).days;
}

export function plusDays(date: string, days: number): string {
	return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The same day of another month, or its last: 31 January and one month is 28 February. */
export function plusMonths(date: string, months: number): string {
	return Temporal.PlainDate.from(date).add({ months }).toString();
}
