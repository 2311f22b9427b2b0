import { isDate } from '../calendar-date.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import type { RuleRefusal } from '../rule-codes.ts';
import type { WageType } from './wage-type.ts';

export interface Absence {
	absenceId: string;
	wageTypeId: string;
	/** First and last day. */
	from: string;
	to: string;
	/** Null takes the whole of each working day's norm. */
	minutesPerDay: number | null;
	comment: string;
}

/** One day of an absence. */
export interface AbsenceDay {
	absenceId: string;
	wageType: WageType;
	date: string;
	minutes: number;
	/** Hundredths of its unit: hours, or parts of that day. */
	unitsHundredths: number;
}

/**
 * An absence on the dates given (those of a week), by each date's norm: weekends and holidays inside it take nothing.
 * Refuses with `time.date_unreadable`, `time.absence_ends_before_it_begins`, `time.single_date_only` or
 * `time.absence_too_long` (more than the day's norm).
 */
export function absenceDays(
	absence: Absence,
	wageType: WageType,
	norms: ReadonlyMap<string, number>
): Result<AbsenceDay[]> {
	const { absenceId, from, to, minutesPerDay } = absence;
	const no = (code: RuleRefusal) => refuse(code, 'absences', { absenceId, from });
	if (!isDate(from) || !isDate(to)) return no('time.date_unreadable');
	if (to < from) return no('time.absence_ends_before_it_begins');
	if (!wageType.isFromTo && from !== to) return no('time.single_date_only');
	const days: AbsenceDay[] = [];
	for (const [date, normMinutes] of norms) {
		if (date < from || date > to || normMinutes === 0) continue;
		const minutes = minutesPerDay ?? normMinutes;
		if (!Number.isInteger(minutes) || minutes < 1 || minutes > normMinutes) {
			return no('time.absence_too_long');
		}
		const share = wageType.unit === 'days' ? minutes / normMinutes : minutes / 60;
		days.push({ absenceId, wageType, date, minutes, unitsHundredths: Math.round(share * 100) });
	}
	return ok(days);
}
