import { isDate } from '../calendar-date.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import type { RuleNotice } from '../rule-outcome.ts';
import type { AbsenceDay } from './absence.ts';
import { awayOf, workOf } from './booked-time.ts';
import { overtimeOf } from './overtime.ts';
import { averageNotices, restNotices, type WorkedDate } from './rest-and-average.ts';
import type { TimeDay, TimeRules, TimeWeek, TimeWeekInput } from './time-claim.ts';
import { neutralLabelOf } from './wage-type.ts';
import { balancesOf, payrollOf, unitsOfOvertime, yearOf, type UnitsUsed } from './wage-units.ts';
import { linesOf } from './week-lines.ts';
import { datesOfWeek } from './week.ts';
import { normOf, type DayNorm } from './working-scheme.ts';

/**
 * A person's whole week, which is submitted as one: norm by the weekly scheme, work, absence, overtime by bands, what goes
 * to the flex balance, what goes to payroll and what is left of budgets. Hours are elapsed (a night the clock is moved is
 * an hour shorter or longer). Worked and credited minutes less the norm are always overtime and flex together.
 *
 * Warns, and blocks nothing, on less than 11 hours of rest in 24 (Directive 2003/88/EC, Art. 3), over 48 hours a week on
 * average of four months (Art. 6 and 16; annual leave and sickness left out), a balance outside its limits
 * (`time.flex_outside`), a budget exceeded (`time.budget_exceeded`) and work on a day of whole absence
 * (`time.worked_while_away`). The order of entries and absences does not matter.
 *
 * Refuses, naming the entry: codes of `spanOf` and `absenceDays`, `time.week_unreadable`, `time.entry_outside_week`,
 * `time.entries_overlap`, `time.day_over_24_hours`, `time.absences_overlap`, `time.wage_type_unknown`,
 * `time.wage_type_inactive`, `time.wage_type_of_other_kind`, `time.comment_missing`, `time.dimension_missing`,
 * `time.dimension_unknown`, `time.dimension_parent`, `time.too_many_dimensions`, `time.scheme_missing`,
 * `time.scheme_broken`, `time.band_broken`, `time.bands_overlap`.
 */
export function timeWeek({
	week,
	entries,
	absences,
	rules,
	before
}: TimeWeekInput): Result<TimeWeek> {
	const dates = datesOfWeek(week);
	if (!dates.ok) return dates;
	if (!isDate(before.knownFrom)) return refuse('time.date_unreadable', 'before');
	const norms = normsOf(dates.value, rules);
	if (!norms.ok) return norms;
	const work = workOf(entries, before.entries, dates.value, rules);
	if (!work.ok) return work;
	const away = awayOf(absences, norms.value, rules.wageTypes);
	if (!away.ok) return away;

	const days = dates.value.map((date) =>
		dayOf(date, norms.value.get(date), work.value.minutes.get(date) ?? 0, away.value)
	);
	const total = (of: (day: TimeDay) => number) => days.reduce((sum, day) => sum + of(day), 0);
	const difference = total((day) => day.differenceMinutes);
	const overtime = overtimeOf(
		days.map((day) => ({
			...day,
			surplusMinutes: Math.max(0, day.differenceMinutes)
		})),
		difference,
		rules.overtimeBands,
		rules.wageTypes
	);
	if (!overtime.ok) return overtime;
	for (const { date, minutes } of overtime.value) {
		const day = days.find((each) => each.date === date);
		if (day) day.overtimeMinutes += minutes;
	}
	const flexMinutes = difference - overtime.value.reduce((sum, { minutes }) => sum + minutes, 0);
	const flexAfterMinutes = before.flexMinutes + flexMinutes;
	const used = [...work.value.units, ...away.value.map(unitsOf)];
	const monday = dates.value[0] ?? '';
	const sunday = dates.value[6] ?? '';
	const balances = balancesOf(rules.wageTypes, before.used, [
		...used,
		...unitsOfOvertime(overtime.value, sunday)
	]);
	const worked: WorkedDate[] = [
		...before.worked.filter(({ date }) => date < monday),
		...days.map(({ date, workedMinutes }) => ({
			date,
			workedMinutes,
			isNeutral:
				workedMinutes === 0 &&
				away.value.some((day) => day.date === date && day.wageType.isNeutralForAverage)
		}))
	];
	const lines = linesOf(
		days,
		norms.value,
		overtime.value,
		rules.wageTypes,
		before.flexMinutes,
		flexMinutes
	);
	const warnings = [
		...restNotices(work.value.spans, work.value.sinceMs, rules.timeZone),
		...averageNotices(worked, sunday, before.knownFrom < monday ? before.knownFrom : monday)
	];
	return ok({
		week,
		days,
		normMinutes: total((day) => day.normMinutes),
		workedMinutes: total((day) => day.workedMinutes),
		creditedMinutes: total((day) => day.creditedMinutes),
		overtime: overtime.value,
		flexMinutes,
		flexAfterMinutes,
		payroll: payrollOf(rules.wageTypes, used, overtime.value, sunday),
		balances,
		lines,
		notices: [
			...warnings,
			...flexNotices(flexAfterMinutes, rules.flexLimits),
			...balances
				.filter(({ leftHundredths }) => leftHundredths < 0)
				.map(({ wageTypeId, year, unit, leftHundredths }): RuleNotice => ({
					code: 'time.budget_exceeded',
					values: {
						label: neutralLabelOf(wageTypeId, rules.wageTypes),
						year,
						unit,
						overHundredths: -leftHundredths
					}
				})),
			...days
				.filter(
					(day) =>
						day.workedMinutes > 0 && day.normMinutes > 0 && day.creditedMinutes === day.normMinutes
				)
				.map(({ date, workedMinutes }): RuleNotice => ({
					code: 'time.worked_while_away',
					values: { date, workedMinutes }
				}))
		],
		// The directive's text was not retrieved.
		verified: lines.every((line) => line.verified) && warnings.length === 0
	});
}

function normsOf(dates: readonly string[], rules: TimeRules): Result<Map<string, DayNorm>> {
	const norms = new Map<string, DayNorm>();
	for (const date of dates) {
		const norm = normOf(date, rules.schemes, rules.holidays);
		if (!norm.ok) return norm;
		norms.set(date, norm.value);
	}
	return ok(norms);
}

function dayOf(
	date: string,
	norm: DayNorm | undefined,
	workedMinutes: number,
	away: readonly AbsenceDay[]
): TimeDay {
	const sumOf = (isCredited: boolean) =>
		away.reduce(
			(sum, day) =>
				day.date === date && day.wageType.creditsNorm === isCredited ? sum + day.minutes : sum,
			0
		);
	const normMinutes = norm?.minutes ?? 0;
	const creditedMinutes = sumOf(true);
	return {
		date,
		normMinutes,
		holiday: norm?.holiday?.name ?? null,
		workedMinutes,
		creditedMinutes,
		uncreditedMinutes: sumOf(false),
		overtimeMinutes: 0,
		differenceMinutes: workedMinutes + creditedMinutes - normMinutes
	};
}

function unitsOf({ wageType, date, minutes, unitsHundredths }: AbsenceDay): UnitsUsed {
	return {
		wageTypeId: wageType.wageTypeId,
		year: yearOf(date),
		minutes,
		unitsHundredths
	};
}

function flexNotices(flexMinutes: number, limits: TimeRules['flexLimits']): RuleNotice[] {
	if (limits === null) return [];
	const { leastMinutes, mostMinutes } = limits;
	if (leastMinutes <= flexMinutes && flexMinutes <= mostMinutes) return [];
	return [{ code: 'time.flex_outside', values: { flexMinutes, leastMinutes, mostMinutes } }];
}
