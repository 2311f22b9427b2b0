import { daysBetween, isDate, plusDays, weekdayOf } from '../calendar-date.ts';
import { ok, refuse, type Result } from '../refusal.ts';

/** Standard time by the week: one list of seven days for each week of a rotation, often just one. */
export interface WorkingScheme {
	validFrom: string;
	/** Minutes of Monday to Sunday. */
	weeks: readonly (readonly number[])[];
}

export interface Holiday {
	date: string;
	name: string;
	/** What of the day's norm is still to be worked: 0 on a public holiday, 50 on a half one a company gives. */
	normPercent: number;
	source: string;
	verified: boolean;
}

export interface DayNorm {
	minutes: number;
	holiday: Holiday | null;
	/** Valid-from of the scheme. */
	schemeFrom: string;
}

/**
 * What was to be worked on a day by the scheme in force, the first week of a rotation being the one in which the scheme
 * began. Where two holidays fall on a day the one that leaves less counts. Refuses with `time.scheme_missing`, and with
 * `time.scheme_broken` where it begins on no date or a week has not
 * seven days of 0 to 1440 minutes.
 */
export function normOf(
	date: string,
	schemes: readonly WorkingScheme[],
	holidays: readonly Holiday[]
): Result<DayNorm> {
	let scheme: WorkingScheme | undefined;
	for (const candidate of schemes) {
		if (candidate.validFrom > date) continue;
		if (scheme === undefined || candidate.validFrom > scheme.validFrom) scheme = candidate;
	}
	if (scheme === undefined) return refuse('time.scheme_missing', undefined, { date });
	const { weeks, validFrom } = scheme;
	if (!isDate(validFrom)) return refuse('time.scheme_broken', undefined, { validFrom });
	const firstMonday = plusDays(validFrom, 1 - weekdayOf(validFrom));
	const week = weeks[Math.floor(daysBetween(firstMonday, date) / 7) % weeks.length];
	const full = week?.length === 7 ? week[weekdayOf(date) - 1] : undefined;
	if (full === undefined || !Number.isInteger(full) || full < 0 || full > 1440) {
		return refuse('time.scheme_broken', undefined, { validFrom });
	}
	let holiday: Holiday | null = null;
	for (const candidate of holidays) {
		if (candidate.date !== date) continue;
		if (holiday === null || candidate.normPercent < holiday.normPercent) holiday = candidate;
	}
	const minutes = holiday === null ? full : Math.round((full * holiday.normPercent) / 100);
	return ok({ minutes, holiday, schemeFrom: validFrom });
}
