import { Temporal } from 'temporal-polyfill';
import { ok, refuse, type Result } from '../refusal.ts';
import type { RuleNotice } from '../rule-outcome.ts';
import type { Journey, Moment } from './claim.ts';

/** Longer ones would not fit the derivation of one submission. */
export const LONGEST_JOURNEY_DAYS = 190;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Part of the journey in one country (or place with a rate of its own). */
interface Stretch {
	country: string;
	place: string | null;
	fromMs: number;
	toMs: number;
}

export interface TimedJourney {
	fromMs: number;
	toMs: number;
	/** The clock of the place of departure, which names days and hours of the day. */
	timeZone: string;
	homeCountry: string;
	stretches: Stretch[];
	notices: RuleNotice[];
}

export interface TravelDay {
	/** From 1. */
	day: number;
	fromMs: number;
	toMs: number;
	/** Local date on which it begins. */
	date: string;
	/** Elapsed. */
	minutes: number;
}

/**
 * Puts a journey on one line of time. Refuses with `per_diem.time_unreadable`, `per_diem.return_before_departure`,
 * `per_diem.arrivals_out_of_order` or `per_diem.journey_too_long`. A local time that the clock skipped or showed
 * twice is taken the way calendars do (forward, the first of two) and noticed as `per_diem.clock_changed`.
 */
export function timeJourney({ departure, arrivals, return: back }: Journey): Result<TimedJourney> {
	const notices: RuleNotice[] = [];
	const from = zoned(departure, notices);
	if (from === null) return refuse('per_diem.time_unreadable', 'departure');
	const to = zoned(back, notices);
	if (to === null) return refuse('per_diem.time_unreadable', 'return');
	const fromMs = from.epochMilliseconds;
	const toMs = to.epochMilliseconds;
	if (toMs <= fromMs) return refuse('per_diem.return_before_departure', 'return');
	if (toMs - fromMs > LONGEST_JOURNEY_DAYS * DAY_MS) {
		return refuse('per_diem.journey_too_long', 'return', { days: LONGEST_JOURNEY_DAYS });
	}
	const stretches: Stretch[] = [{ country: departure.country, place: null, fromMs, toMs }];
	for (const arrival of arrivals) {
		const arrived = zoned(arrival, notices);
		if (arrived === null) return refuse('per_diem.time_unreadable', 'arrivals');
		const atMs = arrived.epochMilliseconds;
		const before = stretches[stretches.length - 1];
		if (before === undefined || atMs < before.fromMs || atMs > toMs) {
			return refuse('per_diem.arrivals_out_of_order', 'arrivals');
		}
		before.toMs = atMs;
		const { country, place } = arrival;
		stretches.push({ country, place, fromMs: atMs, toMs });
	}
	return ok({
		fromMs,
		toMs,
		timeZone: departure.timeZone,
		homeCountry: departure.country,
		stretches,
		notices
	});
}

/** Days of 24 elapsed hours from departure; the last may be shorter. A clock that is moved changes nothing. */
export function elapsedDays({ fromMs, toMs, timeZone }: TimedJourney): TravelDay[] {
	const days: TravelDay[] = [];
	for (let startMs = fromMs; startMs < toMs; startMs += DAY_MS) {
		days.push(travelDay(days.length + 1, startMs, Math.min(startMs + DAY_MS, toMs), timeZone));
	}
	return days;
}

/** Days from midnight to midnight by the clock of the place of departure; the first and last are cut. */
export function calendarDays({ fromMs, toMs, timeZone }: TimedJourney): TravelDay[] {
	const days: TravelDay[] = [];
	for (let startMs = fromMs; startMs < toMs;) {
		const midnight = at(startMs, timeZone).toPlainDate().add({ days: 1 });
		const endMs = Math.min(midnight.toZonedDateTime({ timeZone }).epochMilliseconds, toMs);
		days.push(travelDay(days.length + 1, startMs, endMs, timeZone));
		startMs = endMs;
	}
	return days;
}

/** Where a day was spent longest, among the countries it touched; of two equal ones the later. */
export function longestStretch(
	{ stretches, homeCountry }: TimedJourney,
	fromMs: number,
	toMs: number
): Pick<Stretch, 'country' | 'place'> {
	const spentMs = new Map<string, { stretch: Stretch; ms: number }>();
	for (const stretch of stretches) {
		const ms = overlapMs(stretch, { fromMs, toMs });
		if (ms <= 0) continue;
		const key = `${stretch.country} ${stretch.place ?? ''}`;
		spentMs.set(key, { stretch, ms: ms + (spentMs.get(key)?.ms ?? 0) });
	}
	let longest: { stretch: Stretch; ms: number } | undefined;
	for (const candidate of spentMs.values()) {
		if (longest === undefined || candidate.ms >= longest.ms) longest = candidate;
	}
	return longest?.stretch ?? { country: homeCountry, place: null };
}

/** Where the journey was just before a moment. */
export function stretchBefore(
	{ stretches, homeCountry }: TimedJourney,
	atMs: number
): Pick<Stretch, 'country' | 'place'> {
	const found = stretches.findLast(({ fromMs, toMs }) => fromMs < atMs && atMs <= toMs);
	return found ?? { country: homeCountry, place: null };
}

/** The part of a day between two hours of the local clock, such as lunch 12–14; `toHour` may pass 24. */
export function windowOn(
	{ timeZone }: TimedJourney,
	date: string,
	fromHour: number,
	toHour: number
): { fromMs: number; toMs: number } {
	const onClock = (hour: number) =>
		Temporal.PlainDate.from(date)
			.add({ days: Math.floor(hour / 24) })
			.toZonedDateTime({ timeZone, plainTime: new Temporal.PlainTime(hour % 24) })
			.epochMilliseconds;
	return { fromMs: onClock(fromHour), toMs: onClock(toHour) };
}

export function overlapMs(
	one: { fromMs: number; toMs: number },
	other: { fromMs: number; toMs: number }
): number {
	return Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs);
}

/** The hour of the local clock, with its minutes as a fraction. */
export function hourOnClock({ timeZone }: TimedJourney, atMs: number): number {
	const local = at(atMs, timeZone);
	return local.hour + local.minute / 60;
}

/** How long a journey lasts; elapsed. */
export function hoursOf({ fromMs, toMs }: Pick<TimedJourney, 'fromMs' | 'toMs'>): number {
	return (toMs - fromMs) / HOUR_MS;
}

/** Midnights of the local clock between two moments: nights away from home. */
export function nightsBetween({ timeZone }: TimedJourney, fromMs: number, toMs: number): number {
	const first = at(fromMs, timeZone).toPlainDate();
	return first.until(at(toMs, timeZone).toPlainDate()).days;
}

/** `2025-03-11T08:00` by the clock of the place of departure. */
export function localMinute({ timeZone }: TimedJourney, atMs: number): string {
	return at(atMs, timeZone).toPlainDateTime().toString({ smallestUnit: 'minute' });
}

function travelDay(day: number, fromMs: number, toMs: number, timeZone: string): TravelDay {
	const date = at(fromMs, timeZone).toPlainDate().toString();
	return { day, fromMs, toMs, date, minutes: Math.round((toMs - fromMs) / 60_000) };
}

function at(epochMs: number, timeZone: string): Temporal.ZonedDateTime {
	return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone);
}

/** Null when the time or the zone can't be read. */
function zoned(
	{ at: typed, timeZone }: Moment,
	notices: RuleNotice[]
): Temporal.ZonedDateTime | null {
	if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}([+-]\d{2}:\d{2})?$/.test(typed)) return null;
	try {
		const read = Temporal.ZonedDateTime.from(`${typed}[${timeZone}]`);
		if (typed.length === 'YYYY-MM-DDTHH:MM'.length) {
			const local = Temporal.PlainDateTime.from(typed);
			const later = local.toZonedDateTime(timeZone, { disambiguation: 'later' });
			const isPlain = read.equals(later) && read.toPlainDateTime().equals(local);
			if (!isPlain)
				notices.push({ code: 'per_diem.clock_changed', values: { at: typed, timeZone } });
		}
		return read;
	} catch {
		return null;
	}
}
