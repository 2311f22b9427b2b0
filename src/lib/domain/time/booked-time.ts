import { dimensionFault } from '../checks/dimensions.ts';
import { compareText } from '../compare-text.ts';
import { ok, refuse, type Refusal, type Result } from '../refusal.ts';
import { absenceDays, type Absence, type AbsenceDay } from './absence.ts';
import type { TimeRules } from './time-claim.ts';
import {
	minutesByDate,
	minutesOfDay,
	overlapAmong,
	spanOf,
	type TimeEntry,
	type WorkedSpan
} from './time-entry.ts';
import type { WageType } from './wage-type.ts';
import { hundredthsOfHours, yearOf, type UnitsUsed } from './wage-units.ts';
import type { DayNorm } from './working-scheme.ts';

/** The work of a week, entry by entry and day by day. */
interface BookedWork {
	minutes: Map<string, number>;
	units: UnitsUsed[];
	/** Those of the days before too. */
	spans: WorkedSpan[];
	sinceMs: number;
}

const DIMENSION_REFUSALS = {
	missing: 'time.dimension_missing',
	parent: 'time.dimension_parent',
	too_many: 'time.too_many_dimensions',
	unknown: 'time.dimension_unknown'
} as const;

/** Takes the entries of a week onto the line of time. Refuses as `timeWeek` says. */
export function workOf(
	entries: readonly TimeEntry[],
	earlier: readonly TimeEntry[],
	dates: readonly string[],
	rules: TimeRules
): Result<BookedWork> {
	const [monday = ''] = dates;
	const sunday = dates[dates.length - 1] ?? '';
	const spans: WorkedSpan[] = [];
	for (const entry of earlier) {
		const span = spanOf(entry, rules.timeZone);
		if (span.ok && span.value !== null && entry.date < monday) spans.push(span.value);
	}
	let sinceMs = Infinity;
	const minutes = new Map<string, number>();
	/** The same by the calendar, whatever day the company counts a night to. */
	const onDate = new Map<string, number>();
	const daysBooked = new Set<string>();
	const units: UnitsUsed[] = [];
	for (const entry of [...entries].sort(byDateAndId)) {
		const { entryId, date } = entry;
		if (!dates.includes(date))
			return refuse('time.entry_outside_week', 'entries', { entryId, date });
		const wageType = wageTypeOf(entry, 'worked', rules.wageTypes);
		if (!wageType.ok)
			return { ok: false, refusal: named(wageType.refusal, 'entries', { entryId, date }) };
		const fault = dimensionFault(
			entry.dimensions,
			rules.dimensions,
			wageType.value.requiredDimensionIds
		);
		if (fault !== null) {
			const { dimensionId } = fault;
			return refuse(DIMENSION_REFUSALS[fault.fault], 'entries', {
				entryId,
				date,
				...(dimensionId === null ? {} : { dimensionId })
			});
		}
		const span = spanOf(entry, rules.timeZone);
		if (!span.ok) return span;
		if (span.value !== null) {
			spans.push(span.value);
			sinceMs = Math.min(sinceMs, span.value.fromMs);
		}
		const byDate = minutesByDate(entry, span.value, rules.overMidnight, rules.timeZone, sunday);
		for (const [day, some] of byDate) {
			minutes.set(day, (minutes.get(day) ?? 0) + some);
			const { wageTypeId, unit } = wageType.value;
			const dayKey = `${date} ${wageTypeId}`;
			const unitsHundredths =
				unit === 'hours' ? hundredthsOfHours(some) : daysBooked.has(dayKey) ? 0 : 100;
			daysBooked.add(dayKey);
			units.push({ wageTypeId, year: yearOf(day), minutes: some, unitsHundredths });
		}
		for (const [day, some] of minutesByDate(entry, span.value, 'split', rules.timeZone, '9999')) {
			onDate.set(day, (onDate.get(day) ?? 0) + some);
		}
	}
	const overlap = overlapAmong(spans.filter(({ toMs }) => toMs > sinceMs));
	if (overlap !== null) {
		const [one, other] = overlap;
		return refuse('time.entries_overlap', 'entries', {
			entryId: other.entryId,
			date: other.date,
			otherId: one.entryId,
			otherDate: one.date
		});
	}
	for (const [date, some] of onDate) {
		if (some > minutesOfDay(date, rules.timeZone)) {
			return refuse('time.day_over_24_hours', 'entries', { date });
		}
	}
	return ok({ minutes, units, spans, sinceMs });
}

/** The days of a week's absences. Refuses as `timeWeek` says. */
export function awayOf(
	absences: readonly Absence[],
	norms: ReadonlyMap<string, DayNorm>,
	wageTypes: readonly WageType[]
): Result<AbsenceDay[]> {
	const minutesOf = new Map([...norms].map(([date, { minutes }]) => [date, minutes]));
	const days: AbsenceDay[] = [];
	for (const absence of [...absences].sort(byStartAndId)) {
		const { absenceId, from } = absence;
		const wageType = wageTypeOf(absence, 'absence', wageTypes);
		if (!wageType.ok)
			return { ok: false, refusal: named(wageType.refusal, 'absences', { absenceId, from }) };
		const some = absenceDays(absence, wageType.value, minutesOf);
		if (!some.ok) return some;
		days.push(...some.value);
	}
	for (const [date, norm] of minutesOf) {
		const sum = days.reduce((all, day) => (day.date === date ? all + day.minutes : all), 0);
		if (sum > norm) return refuse('time.absences_overlap', 'absences', { date });
	}
	return ok(days);
}

function wageTypeOf(
	{ wageTypeId, comment }: { wageTypeId: string; comment: string },
	counts: WageType['counts'],
	wageTypes: readonly WageType[]
): Result<WageType> {
	const wageType = wageTypes.find((one) => one.wageTypeId === wageTypeId);
	if (wageType === undefined) return refuse('time.wage_type_unknown');
	if (!wageType.isActive) return refuse('time.wage_type_inactive');
	if (wageType.counts !== counts) return refuse('time.wage_type_of_other_kind');
	if (wageType.isCommentRequired && comment.trim() === '') return refuse('time.comment_missing');
	return ok(wageType);
}

function named({ code }: Refusal, field: string, values: Record<string, string>): Refusal {
	return { code, field, values };
}

// In one order, so that of two faults always the same is named.
function byDateAndId(a: TimeEntry, b: TimeEntry): number {
	return a.date === b.date ? compareText(a.entryId, b.entryId) : compareText(a.date, b.date);
}

function byStartAndId(a: Absence, b: Absence): number {
	return a.from === b.from ? compareText(a.absenceId, b.absenceId) : compareText(a.from, b.from);
}
