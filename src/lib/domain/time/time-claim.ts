import type { Dimension } from '../checks/expense-claim.ts';
import type { RuleLine, RuleNotice } from '../rule-outcome.ts';
import type { Absence } from './absence.ts';
import type { OvertimeBand, OvertimeMinutes } from './overtime.ts';
import type { WorkedDate } from './rest-and-average.ts';
import type { TimeEntry } from './time-entry.ts';
import type { WageType } from './wage-type.ts';
import type { PayrollRow, UnitsUsed, WageBalance } from './wage-units.ts';
import type { Holiday, WorkingScheme } from './working-scheme.ts';

export interface TimeRules {
	timeZone: string;
	schemes: readonly WorkingScheme[];
	holidays: readonly Holiday[];
	wageTypes: readonly WageType[];
	/** What entries may name: projects, departments, …; a value may belong under one of its parent. */
	dimensions: readonly Dimension[];
	overtimeBands: readonly OvertimeBand[];
	/** Work past midnight belongs to the day it began, or is split. */
	overMidnight: 'start-day' | 'split';
	/** A balance outside is noticed, not cut. */
	flexLimits: { leastMinutes: number; mostMinutes: number } | null;
}

/** What is known from before the week. */
export interface TimeBefore {
	flexMinutes: number;
	/** Entries of the days before, so that rest and overlaps are seen across Sunday night. */
	entries: readonly TimeEntry[];
	/** For the 48 hour average: dates worked or away in the months before, and since when they are all known. */
	worked: readonly WorkedDate[];
	knownFrom: string;
	/** Of wage types with a budget, in each calendar year. */
	used: readonly UnitsUsed[];
}

export interface TimeWeekInput {
	/** ISO 8601, such as `2026-W48`. */
	week: string;
	entries: readonly TimeEntry[];
	/** May reach beyond the week; only its days count. */
	absences: readonly Absence[];
	rules: TimeRules;
	before: TimeBefore;
}

export interface TimeDay {
	date: string;
	normMinutes: number;
	/** The holiday's name, or null. */
	holiday: string | null;
	workedMinutes: number;
	/** Absence that counts against the norm, and absence that does not. */
	creditedMinutes: number;
	uncreditedMinutes: number;
	overtimeMinutes: number;
	/** Worked and credited above or below the norm. */
	differenceMinutes: number;
}

export interface TimeWeek {
	week: string;
	days: TimeDay[];
	normMinutes: number;
	workedMinutes: number;
	creditedMinutes: number;
	overtime: OvertimeMinutes[];
	/** What the week adds to the balance: the difference without overtime. */
	flexMinutes: number;
	flexAfterMinutes: number;
	payroll: PayrollRow[];
	balances: WageBalance[];
	/** For the approver too, hence with neutral labels; amounts are 0, time is counted in minutes. */
	lines: RuleLine[];
	notices: RuleNotice[];
	/** False where a holiday of the week, or the rule of a warning about rest or the average, is from no official page. */
	verified: boolean;
}
