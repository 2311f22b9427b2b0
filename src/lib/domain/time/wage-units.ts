import type { OvertimeMinutes } from './overtime.ts';
import type { WageType } from './wage-type.ts';

/** Time booked as a wage type in a calendar year. */
export interface UnitsUsed {
	wageTypeId: string;
	year: number;
	minutes: number;
	/** Of the wage type's unit. */
	unitsHundredths: number;
}

/** A line of the salary export: units, no amount. */
export interface PayrollRow {
	wageTypeId: string;
	payrollCode: string;
	account: string | null;
	unit: WageType['unit'];
	unitsHundredths: number;
	minutes: number;
	/** Last day of the week it is for. */
	date: string;
}

/** What is left of a budget in a calendar year. */
export interface WageBalance {
	wageTypeId: string;
	year: number;
	unit: WageType['unit'];
	budgetHundredths: number;
	usedHundredths: number;
	leftHundredths: number;
}

/**
 * Units by wage type for payroll, in the company's order; those without a payroll code stay out. Overtime comes on top:
 * the hours stand under what they were booked as, too. Hours are rounded once, from the sum of minutes.
 */
export function payrollOf(
	wageTypes: readonly WageType[],
	used: readonly UnitsUsed[],
	overtime: readonly OvertimeMinutes[],
	date: string
): PayrollRow[] {
	const rows: PayrollRow[] = [];
	const sorted = [...wageTypes].sort((a, b) => a.sortKey - b.sortKey);
	for (const { wageTypeId, payrollCode, account, unit } of sorted) {
		if (payrollCode === null) continue;
		const booked = used.filter((one) => one.wageTypeId === wageTypeId);
		const extra = overtime.filter((one) => one.wageTypeId === wageTypeId);
		const minutes = sumOf([...booked, ...extra]);
		if (minutes === 0) continue;
		const unitsHundredths = unit === 'days' ? unitsOf(unit, booked) : hundredthsOfHours(minutes);
		rows.push({ wageTypeId, payrollCode, account, unit, unitsHundredths, minutes, date });
	}
	return rows;
}

/** Overtime as time booked, in the year of its day, or of the week's last day where it was counted over the week. */
export function unitsOfOvertime(
	overtime: readonly OvertimeMinutes[],
	lastDate: string
): UnitsUsed[] {
	return overtime.map(({ wageTypeId, date, minutes }) => ({
		wageTypeId,
		year: yearOf(date ?? lastDate),
		minutes,
		unitsHundredths: hundredthsOfHours(minutes)
	}));
}

/** Of every wage type with a budget, in each year the week or the time before touched. */
export function balancesOf(
	wageTypes: readonly WageType[],
	before: readonly UnitsUsed[],
	used: readonly UnitsUsed[]
): WageBalance[] {
	const all = [...before, ...used];
	return wageTypes.flatMap(({ wageTypeId, unit, budgetHundredths }) => {
		if (budgetHundredths === null) return [];
		const own = all.filter((one) => one.wageTypeId === wageTypeId);
		const years = [...new Set(own.map(({ year }) => year))].sort((a, b) => a - b);
		return years.map((year) => {
			const usedHundredths = unitsOf(
				unit,
				own.filter((one) => one.year === year)
			);
			const leftHundredths = budgetHundredths - usedHundredths;
			return { wageTypeId, year, unit, budgetHundredths, usedHundredths, leftHundredths };
		});
	});
}

function unitsOf(unit: WageType['unit'], used: readonly UnitsUsed[]): number {
	if (unit === 'hours') return hundredthsOfHours(sumOf(used));
	return used.reduce((sum, { unitsHundredths }) => sum + unitsHundredths, 0);
}

export function yearOf(date: string): number {
	return Number(date.slice(0, 'YYYY'.length));
}

export function hundredthsOfHours(minutes: number): number {
	return Math.round((minutes * 100) / 60);
}

function sumOf(used: readonly { minutes: number }[]): number {
	return used.reduce((sum, { minutes }) => sum + minutes, 0);
}
