import type { Absence } from '@outlay/domain/time/absence';
import type { TimeBefore, TimeRules, TimeWeekInput } from '@outlay/domain/time/time-claim';
import type { TimeEntry } from '@outlay/domain/time/time-entry';
import type { WageType } from '@outlay/domain/time/wage-type';

/** Builders of weeks for tests: valid ones, to be bent where a test needs it. */
export function aWageType(change: Partial<WageType> = {}): WageType {
	return {
		wageTypeId: 'normal',
		label: 'Normal time',
		neutralLabel: 'Work',
		sortKey: 10,
		isActive: true,
		counts: 'worked',
		unit: 'hours',
		account: '2210',
		isCommentRequired: false,
		requiredDimensionIds: [],
		isFromTo: false,
		creditsNorm: false,
		isNeutralForAverage: false,
		budgetHundredths: null,
		payrollCode: '100',
		...change
	};
}

const HOLIDAY_PAY = aWageType({
	wageTypeId: 'leave',
	label: 'Annual leave',
	neutralLabel: 'Absence',
	sortKey: 20,
	counts: 'absence',
	unit: 'days',
	isFromTo: true,
	creditsNorm: true,
	isNeutralForAverage: true,
	budgetHundredths: 2500,
	payrollCode: '200'
});

export const WAGE_TYPES: WageType[] = [
	aWageType(),
	aWageType({
		wageTypeId: 'overtime-50',
		label: 'Overtime 50 %',
		neutralLabel: 'Overtime',
		sortKey: 11,
		payrollCode: '150'
	}),
	aWageType({
		wageTypeId: 'overtime-100',
		label: 'Overtime 100 %',
		neutralLabel: 'Overtime',
		sortKey: 12,
		payrollCode: '151'
	}),
	HOLIDAY_PAY,
	{
		...HOLIDAY_PAY,
		wageTypeId: 'sick',
		label: 'Sickness',
		sortKey: 21,
		unit: 'hours',
		budgetHundredths: null,
		payrollCode: '210'
	},
	{
		...HOLIDAY_PAY,
		wageTypeId: 'in-lieu',
		label: 'Time off in lieu',
		sortKey: 22,
		unit: 'hours',
		isFromTo: false,
		creditsNorm: false,
		isNeutralForAverage: false,
		isCommentRequired: true,
		budgetHundredths: null,
		payrollCode: null
	}
];

/** 37 hours: 7:24 from Monday to Friday. */
export const RULES: TimeRules = {
	timeZone: 'Europe/Copenhagen',
	schemes: [{ validFrom: '2025-01-01', weeks: [[444, 444, 444, 444, 444, 0, 0]] }],
	holidays: [],
	wageTypes: WAGE_TYPES,
	dimensions: [
		{
			dimensionId: 'project',
			isRequired: false,
			parentId: null,
			values: [{ valueId: '4711', parentValueId: null }]
		}
	],
	overtimeBands: [],
	overMidnight: 'start-day',
	flexLimits: null
};

export const NOTHING_BEFORE: TimeBefore = {
	flexMinutes: 0,
	entries: [],
	worked: [],
	knownFrom: '2026-11-23',
	used: []
};

/** Work by the clock, or, with a number, so many minutes. */
export function work(
	date: string,
	fromOrMinutes: string | number,
	to = '',
	change: Partial<TimeEntry> = {}
): TimeEntry {
	const isClock = typeof fromOrMinutes === 'string';
	return {
		entryId: `${date} ${fromOrMinutes}`,
		wageTypeId: 'normal',
		date,
		from: isClock ? fromOrMinutes : null,
		to: isClock ? to : null,
		minutes: isClock ? null : fromOrMinutes,
		breakMinutes: 0,
		comment: '',
		dimensions: {},
		...change
	};
}

export function away(
	wageTypeId: string,
	from: string,
	to = from,
	change: Partial<Absence> = {}
): Absence {
	return {
		absenceId: `${wageTypeId} ${from}`,
		wageTypeId,
		from,
		to,
		minutesPerDay: null,
		comment: '',
		...change
	};
}

/** 23 to 29 November 2026. */
export function aWeek(change: Partial<TimeWeekInput> = {}): TimeWeekInput {
	return {
		week: '2026-W48',
		entries: [],
		absences: [],
		rules: RULES,
		before: NOTHING_BEFORE,
		...change
	};
}
