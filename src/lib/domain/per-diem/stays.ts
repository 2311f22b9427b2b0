import { daysBetween, plusDays, weekdayOf } from '../calendar-date.ts';
import type { Stay, WorkplaceFacts } from './claim.ts';

const FOUR_WEEKS_DAYS = 28;

/**
 * The first day from which calendar months at a workplace are counted, when every day counts, work or not (DK,
 * ligningsloven § 9 A, stk. 5: holidays, days off, business trips and sickness are counted in; info.skat.dk
 * oid=92441). What begins a new twelve months was not retrieved: whoever knows that one began leaves the earlier stays
 * out. Null when the person has not been there by `onDate`.
 */
export function firstDayAt(
	{ stays, workplaceId }: Pick<WorkplaceFacts, 'stays' | 'workplaceId'>,
	onDate: string
): string | null {
	const began = stays
		.filter((stay) => stay.workplaceId === workplaceId && stay.from <= onDate)
		.map(({ from }) => from)
		.sort();
	return began[0] ?? null;
}

/**
 * The first day of the unbroken stretch at a workplace to which `onDate` belongs, when only work at another place
 * for at least four weeks in a row breaks it (SE, three-month rule; faronline.se). Null when there is none before.
 */
export function stretchAt(
	{ stays, workplaceId }: Pick<WorkplaceFacts, 'stays' | 'workplaceId'>,
	onDate: string
): string | null {
	const here = stays
		.filter((stay) => stay.workplaceId === workplaceId && stay.from <= onDate)
		.sort((a, b) => (a.from < b.from ? -1 : 1));
	let began: string | null = null;
	let endedOn: string | null = null;
	for (const stay of here) {
		const isBroken =
			endedOn !== null && isFourWeeksElsewhere(stays, workplaceId, endedOn, stay.from);
		if (began === null || isBroken) began = stay.from;
		if (endedOn === null || stay.to > endedOn) endedOn = stay.to;
	}
	if (
		endedOn !== null &&
		endedOn < onDate &&
		isFourWeeksElsewhere(stays, workplaceId, endedOn, onDate)
	) {
		return null;
	}
	return began;
}

/** Working days (Monday to Friday) of absences within a stretch: they lengthen it (SKV A 2025:5; faronline.se). */
export function workingDaysAway(
	absences: WorkplaceFacts['absences'],
	from: string,
	to: string
): number {
	const away = new Set<string>();
	for (const absence of absences) {
		const last = absence.to < to ? absence.to : to;
		for (
			let date = absence.from < from ? from : absence.from;
			date <= last;
			date = plusDays(date, 1)
		) {
			if (weekdayOf(date) <= 5) away.add(date);
		}
	}
	return away.size;
}

/** Working days after `date`, so that an absence is made up for by days on which work would have been done. */
export function plusWorkingDays(date: string, days: number): string {
	let left = days;
	let day = date;
	while (left > 0) {
		day = plusDays(day, 1);
		if (weekdayOf(day) <= 5) left--;
	}
	return day;
}

function isFourWeeksElsewhere(
	stays: readonly Stay[],
	workplaceId: string,
	after: string,
	before: string
): boolean {
	const elsewhere = stays
		.filter((stay) => stay.workplaceId !== workplaceId && stay.to > after && stay.from < before)
		.sort((a, b) => (a.from < b.from ? -1 : 1));
	let from: string | null = null;
	let to: string | null = null;
	for (const stay of elsewhere) {
		const start = stay.from > after ? stay.from : plusDays(after, 1);
		const end = stay.to < before ? stay.to : plusDays(before, -1);
		// A weekend at home between two weeks elsewhere does not break those four weeks.
		const goesOn = to !== null && daysBetween(to, start) <= 3;
		if (!goesOn) from = start;
		if (!goesOn || to === null || end > to) to = end;
		if (from !== null && daysBetween(from, to) + 1 >= FOUR_WEEKS_DAYS) return true;
	}
	return false;
}
