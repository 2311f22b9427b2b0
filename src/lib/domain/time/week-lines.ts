import type { LineCode } from '../rule-codes.ts';
import type { RuleLine } from '../rule-outcome.ts';
import type { OvertimeMinutes } from './overtime.ts';
import type { TimeDay } from './time-claim.ts';
import { neutralLabelOf, type WageType } from './wage-type.ts';
import type { DayNorm } from './working-scheme.ts';

/** How a week came about, with neutral labels: they travel to the approver. */
export function linesOf(
	days: readonly TimeDay[],
	norms: ReadonlyMap<string, DayNorm>,
	overtime: readonly OvertimeMinutes[],
	wageTypes: readonly WageType[],
	flexBeforeMinutes: number,
	flexMinutes: number
): RuleLine[] {
	const line = (code: LineCode, values: RuleLine['values'], source: string, verified = true) => ({
		code,
		values,
		amountMinor: 0,
		source,
		verified
	});
	return [
		...days.map(({ holiday, ...day }) => {
			const norm = norms.get(day.date);
			const scheme = `weekly scheme from ${norm?.schemeFrom ?? ''}`;
			const isHoliday = norm?.holiday != null;
			return line(
				'time.day',
				{ ...day, ...(holiday === null ? {} : { holiday }) },
				isHoliday ? `${scheme}; ${norm?.holiday?.source ?? ''}`.slice(0, 300) : scheme,
				norm?.holiday?.verified ?? true
			);
		}),
		...overtime.map(({ wageTypeId, date, minutes }) => {
			const label = neutralLabelOf(wageTypeId, wageTypes);
			return line(
				'time.overtime',
				{ label, minutes, ...(date === null ? {} : { date }) },
				'company overtime bands'
			);
		}),
		line(
			'time.flex',
			{
				beforeMinutes: flexBeforeMinutes,
				minutes: flexMinutes,
				afterMinutes: flexBeforeMinutes + flexMinutes
			},
			'norm against worked'
		)
	];
}
