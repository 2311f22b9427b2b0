import { Temporal } from 'temporal-polyfill';
import { daysBetween, plusDays, plusMonths } from '../calendar-date.ts';
import type { RuleNotice } from '../rule-outcome.ts';
import type { WorkedSpan } from './time-entry.ts';

const HOUR_MS = 3_600_000;
const REST_HOURS = 11;
const WEEKLY_HOURS = 48;
/** The longest reference period there is without an agreement. */
const REFERENCE_MONTHS = 4;

/**
 * `time.rest_under_11_hours` where the 24 hours from a start of work hold no eleven hours of rest in a row (Directive
 * 2003/88/EC, Art. 3), once for each date on which they begin. Breaks inside an entry are no such rest. Work before
 * `sinceMs` counts for the rest; 24 hours without work after it are not told again.
 */
export function restNotices(
	spans: readonly Pick<WorkedSpan, 'fromMs' | 'toMs'>[],
	sinceMs: number,
	timeZone: string
): RuleNotice[] {
	const sorted = [...spans].sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
	const byDate = new Map<string, RuleNotice>();
	for (const [at, { fromMs, toMs }] of sorted.entries()) {
		const endMs = fromMs + 24 * HOUR_MS;
		const within = sorted.slice(at).filter((span) => span.fromMs < endMs);
		if (!within.some((span) => span.fromMs >= sinceMs)) continue;
		let workedUntilMs = toMs;
		let longestMs = 0;
		for (const next of within) {
			longestMs = Math.max(longestMs, next.fromMs - workedUntilMs);
			workedUntilMs = Math.max(workedUntilMs, next.toMs);
		}
		longestMs = Math.max(longestMs, endMs - workedUntilMs);
		const from = localMinute(fromMs, timeZone);
		const date = from.slice(0, 'YYYY-MM-DD'.length);
		if (longestMs >= REST_HOURS * HOUR_MS || byDate.has(date)) continue;
		byDate.set(date, {
			code: 'time.rest_under_11_hours',
			values: {
				from,
				to: localMinute(endMs, timeZone),
				restMinutes: Math.floor(longestMs / 60_000),
				neededMinutes: REST_HOURS * 60
			}
		});
	}
	return [...byDate.values()];
}

/** Minutes worked on a date, or a date of annual leave or sickness. */
export interface WorkedDate {
	date: string;
	workedMinutes: number;
	isNeutral: boolean;
}

/**
 * Average weekly minutes over the four months that end with `lastDate` (Directive 2003/88/EC, Art. 6 and 16): everything
 * worked, divided by the weeks of the period without its days of annual leave and sickness. Counted from `knownFrom` where
 * that is later. Null when no day is left to divide by.
 */
export function averageWeek(
	worked: readonly WorkedDate[],
	lastDate: string,
	knownFrom: string
): { averageMinutes: number; from: string; days: number } | null {
	const start = plusDays(plusMonths(lastDate, -REFERENCE_MONTHS), 1);
	const from = knownFrom > start ? knownFrom : start;
	const period = worked.filter(({ date }) => from <= date && date <= lastDate);
	const neutral = new Set(period.filter(({ isNeutral }) => isNeutral).map(({ date }) => date));
	const days = daysBetween(from, lastDate) + 1 - neutral.size;
	if (days <= 0) return null;
	const minutes = period.reduce((sum, { workedMinutes }) => sum + workedMinutes, 0);
	return { averageMinutes: Math.round((minutes * 7) / days), from, days };
}

/** `time.average_over_48_hours`, or nothing. */
export function averageNotices(
	worked: readonly WorkedDate[],
	lastDate: string,
	knownFrom: string
): RuleNotice[] {
	const average = averageWeek(worked, lastDate, knownFrom);
	if (average === null || average.averageMinutes <= WEEKLY_HOURS * 60) return [];
	return [{ code: 'time.average_over_48_hours', values: { ...average, to: lastDate } }];
}

function localMinute(epochMs: number, timeZone: string): string {
	return Temporal.Instant.fromEpochMilliseconds(epochMs)
		.toZonedDateTimeISO(timeZone)
		.toPlainDateTime()
		.toString({ smallestUnit: 'minute' });
}
