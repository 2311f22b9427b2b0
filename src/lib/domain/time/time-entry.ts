import { Temporal } from 'temporal-polyfill';
import { isDate, plusDays } from '../calendar-date.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import type { RuleRefusal } from '../rule-codes.ts';

/** Work of one day: by the clock, or only how long. */
export interface TimeEntry {
	entryId: string;
	wageTypeId: string;
	/** The day it begins. */
	date: string;
	/** `22:00` by the local clock; both or neither. An end at or before the start is on the next day. */
	from: string | null;
	to: string | null;
	/** Where no clock was noted. */
	minutes: number | null;
	/** Taken off what the clock says. */
	breakMinutes: number;
	comment: string;
	/** Dimension to value, such as a project. */
	dimensions: Readonly<Record<string, string>>;
}

/** An entry on the line of time. */
export interface WorkedSpan {
	entryId: string;
	date: string;
	fromMs: number;
	toMs: number;
	breakMinutes: number;
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

/**
 * When an entry was worked; null where only its length is known. Hours are elapsed: 22–06 is seven hours in the night the
 * clock goes forward. Refuses with `time.date_unreadable`, `time.clock_unreadable`, `time.span_missing`,
 * `time.span_empty`, `time.minutes_out_of_range` or `time.break_too_long`.
 */
export function spanOf(entry: TimeEntry, timeZone: string): Result<WorkedSpan | null> {
	const { entryId, date, from, to, minutes, breakMinutes } = entry;
	const no = (code: RuleRefusal) => refuse(code, 'entries', { entryId, date });
	if (!isDate(date)) return no('time.date_unreadable');
	if (from === null && to === null) {
		if (minutes === null) return no('time.span_missing');
		if (!Number.isInteger(minutes) || minutes < 1 || minutes > 1440) {
			return no('time.minutes_out_of_range');
		}
		return ok(null);
	}
	if (from === null || to === null) return no('time.span_missing');
	if (!CLOCK.test(from) || !CLOCK.test(to)) return no('time.clock_unreadable');
	if (from === to) return no('time.span_empty');
	const fromMs = onClock(date, from, timeZone);
	const toMs = onClock(to < from ? plusDays(date, 1) : date, to, timeZone);
	if (fromMs === null || toMs === null) return no('time.clock_unreadable');
	// In the hour the clock shows twice an end can lie before its start.
	if (toMs <= fromMs) return no('time.span_empty');
	if (
		!Number.isInteger(breakMinutes) ||
		breakMinutes < 0 ||
		breakMinutes * 60_000 >= toMs - fromMs
	) {
		return no('time.break_too_long');
	}
	return ok({ entryId, date, fromMs, toMs, breakMinutes });
}

/** Two spans of which one begins before the other ended, or null. Spans that only touch do not overlap. */
export function overlapAmong(spans: readonly WorkedSpan[]): [WorkedSpan, WorkedSpan] | null {
	const sorted = [...spans].sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
	let before: WorkedSpan | undefined;
	for (const span of sorted) {
		if (before !== undefined && span.fromMs < before.toMs) return [before, span];
		before = span;
	}
	return null;
}

/**
 * Minutes of an entry by date. With `split` the part after midnight belongs to the next date (a break is taken off the
 * first part, what is left of it off the second); with `start-day` all of it to the day it began. `lastDate` keeps the
 * night after it, so that each entry is in exactly one week.
 */
export function minutesByDate(
	entry: TimeEntry,
	span: WorkedSpan | null,
	overMidnight: 'split' | 'start-day',
	timeZone: string,
	lastDate: string
): Map<string, number> {
	if (span === null) return new Map([[entry.date, entry.minutes ?? 0]]);
	const whole = Math.round((span.toMs - span.fromMs) / 60_000);
	const midnightMs = onClock(plusDays(entry.date, 1), '00:00', timeZone) ?? span.toMs;
	const isOne = overMidnight === 'start-day' || span.toMs <= midnightMs || entry.date >= lastDate;
	if (isOne) return new Map([[entry.date, whole - span.breakMinutes]]);
	const before = Math.round((midnightMs - span.fromMs) / 60_000);
	const breakBefore = Math.min(before, span.breakMinutes);
	const after = whole - before - (span.breakMinutes - breakBefore);
	return new Map([
		[entry.date, before - breakBefore],
		[plusDays(entry.date, 1), after]
	]);
}

/** Minutes a date has: 1440, an hour less or more when the clock is moved. */
export function minutesOfDay(date: string, timeZone: string): number {
	const fromMs = onClock(date, '00:00', timeZone);
	const toMs = onClock(plusDays(date, 1), '00:00', timeZone);
	return fromMs === null || toMs === null ? 1440 : (toMs - fromMs) / 60_000;
}

function onClock(date: string, clock: string, timeZone: string): number | null {
	try {
		return Temporal.PlainDateTime.from(`${date}T${clock}`).toZonedDateTime(timeZone)
			.epochMilliseconds;
	} catch {
		return null;
	}
}
