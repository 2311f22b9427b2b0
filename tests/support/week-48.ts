/** Week 48 of 2026, which the tests of time are about. */

import { timeWeek } from '@outlay/domain/time/time-week';
import type { TimeWeekInput } from '@outlay/domain/time/time-claim';
import { aWeek } from './time-weeks.ts';

export const MONDAY = '2026-11-23';
export const TUESDAY = '2026-11-24';
export const SATURDAY = '2026-11-28';
export const SUNDAY = '2026-11-29';
export const WORKING_DAYS = [MONDAY, TUESDAY, '2026-11-25', '2026-11-26', '2026-11-27'];

/** What a week comes to; throws where it is refused. */
export function weekOf(change: Partial<TimeWeekInput>) {
	const found = timeWeek(aWeek(change));
	if (!found.ok) throw new Error(found.refusal.code);
	return found.value;
}

/** Why it is refused; null where it is not. */
export function refusalOf(change: Partial<TimeWeekInput>) {
	const found = timeWeek(aWeek(change));
	return found.ok ? null : found.refusal;
}
