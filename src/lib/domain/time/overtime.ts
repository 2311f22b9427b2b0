import { ok, refuse, type Result } from '../refusal.ts';
import type { WageType } from './wage-type.ts';

/** Part of what was worked above the norm that is paid as a wage type of its own. */
export interface OvertimeBand {
	wageTypeId: string;
	/** Counted each day, or once over the week on what no band of a day took. */
	over: 'day' | 'week';
	/** Days with a norm, or without one (weekends, holidays); a band over the week has `any`. */
	on: 'working-day' | 'day-off' | 'any';
	/** From so many minutes above the norm up to so many; null is open. */
	fromMinutes: number;
	toMinutes: number | null;
}

export interface OvertimeMinutes {
	wageTypeId: string;
	/** Null over the week. */
	date: string | null;
	minutes: number;
}

export interface SurplusDay {
	date: string;
	normMinutes: number;
	/** Above the norm, never negative. */
	surplusMinutes: number;
}

/**
 * Minutes above the norm, band by band. What no band takes is left for the flex balance. Bands over the week see the
 * week's surplus, in which short days are set off against long ones, without what the bands of a day took. Refuses with
 * `time.band_broken` (a wage type that is not there or not paid by the hour of work, limits that enclose nothing, a band
 * over the week on some days only) and `time.bands_overlap`.
 */
export function overtimeOf(
	days: readonly SurplusDay[],
	weekSurplusMinutes: number,
	bands: readonly OvertimeBand[],
	wageTypes: readonly WageType[]
): Result<OvertimeMinutes[]> {
	const broken = bands.find((band) => isBroken(band, wageTypes));
	if (broken !== undefined) {
		return refuse('time.band_broken', undefined, { wageTypeId: broken.wageTypeId });
	}
	for (const [at, band] of bands.entries()) {
		if (bands.slice(at + 1).some((other) => overlaps(band, other))) {
			return refuse('time.bands_overlap', undefined, { wageTypeId: band.wageTypeId });
		}
	}
	const sorted = [...bands].sort((a, b) => a.fromMinutes - b.fromMinutes);
	const overtime: OvertimeMinutes[] = [];
	for (const { date, normMinutes, surplusMinutes } of days) {
		const kind = normMinutes > 0 ? 'working-day' : 'day-off';
		for (const band of sorted) {
			if (band.over !== 'day' || (band.on !== 'any' && band.on !== kind)) continue;
			const minutes = within(band, surplusMinutes);
			if (minutes > 0) overtime.push({ wageTypeId: band.wageTypeId, date, minutes });
		}
	}
	const taken = overtime.reduce((sum, { minutes }) => sum + minutes, 0);
	const left = Math.max(0, weekSurplusMinutes - taken);
	for (const band of sorted) {
		if (band.over !== 'week') continue;
		const minutes = within(band, left);
		if (minutes > 0) overtime.push({ wageTypeId: band.wageTypeId, date: null, minutes });
	}
	return ok(overtime);
}

function isBroken(
	{ wageTypeId, over, on, fromMinutes, toMinutes }: OvertimeBand,
	wageTypes: readonly WageType[]
): boolean {
	const wageType = wageTypes.find((one) => one.wageTypeId === wageTypeId);
	const isPaidByTheHour = wageType?.counts === 'worked' && wageType.unit === 'hours';
	const enclosesSome = fromMinutes >= 0 && (toMinutes === null || toMinutes > fromMinutes);
	return !isPaidByTheHour || !enclosesSome || (over === 'week' && on !== 'any');
}

function within({ fromMinutes, toMinutes }: OvertimeBand, surplus: number): number {
	return Math.max(0, Math.min(surplus, toMinutes ?? surplus) - fromMinutes);
}

function overlaps(band: OvertimeBand, other: OvertimeBand): boolean {
	const isSameTime =
		band.fromMinutes < (other.toMinutes ?? Infinity) &&
		other.fromMinutes < (band.toMinutes ?? Infinity);
	const isSameDay = band.on === other.on || band.on === 'any' || other.on === 'any';
	return band.over === other.over && isSameDay && isSameTime;
}
