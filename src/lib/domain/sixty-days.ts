import { isDate, plusMonths } from './calendar-date.ts';
import { ok, refuse, type Result } from './refusal.ts';
import type { RuleLine, RuleNotice } from './rule-outcome.ts';

export const SIXTY_DAYS_SOURCE =
	'skat.dk, 60-dages-reglen for skattefri kørselsgodtgørelse (oid 2234871)';
const LIMIT = 60;
/** Days left at which a person is told. */
const TELL_AT = 10;

/**
 * What is known of one day of one person. Days off (weekends, holidays, sickness) have no workplaces, or are left out.
 * Which car, train or bicycle was taken does not matter.
 */
export interface Workday {
	personId: string;
	/** `YYYY-MM-DD`. */
	day: string;
	/** In the order they were worked at. */
	workplaces: readonly string[];
	/** Whether the way to the first one began at home. */
	fromHome: boolean;
	/** Whether the way from the last one ended at home. */
	toHome: boolean;
	/** A working day at home, not a day off. It has no workplaces. */
	isAtHome?: boolean;
}

/** The way between home and a workplace on one day; a day's two ways at one workplace count as one. */
export interface HomeLeg {
	day: string;
	workplaceId: string;
	ends: ('from-home' | 'to-home')[];
	/** Which of the counted days of the last twelve months this is, from 1. */
	count: number;
	/** Business until the sixtieth day; then commuting, which can't be paid free of tax. */
	isBusiness: boolean;
	/** `false` where the count hangs on a point that skat.dk does not settle: the generous reading counts fewer days. */
	verified: boolean;
}

export interface SixtyDays {
	homeLegs: HomeLeg[];
	/** Ways between workplaces: always business. */
	innerLegs: { day: string; from: string; to: string }[];
	/** One a home leg, in order of days; they carry no amount. */
	lines: RuleLine[];
	/** `sixty_days.soon` for the workplaces last worked at with ten days or fewer left. */
	notices: RuleNotice[];
	/** Whether every leg's count is settled by skat.dk. */
	verified: boolean;
}

/** How far the count of one workplace has come. */
interface Count {
	/** Days with a way between home and it since the count began. */
	days: string[];
	/** Working days elsewhere in a row since it was last worked at. */
	elsewhere: number;
}

/**
 * skat.dk leaves two points open: whether a day on which a workplace was reached from another one breaks the row of
 * days elsewhere, and whether a working day at home is one of that row. The careful reading, which is the one applied,
 * answers yes and no, the generous one no and yes; answered one by one, the count lies between the two.
 */
type Reading = 'careful' | 'generous';

/**
 * Denmark's 60-day rule (ligningsloven § 9 B): the way between home and a workplace is business on the first sixty days
 * of any twelve months. Each working day counts once, whatever the transport and whether it was paid or not. The count
 * starts anew only after sixty working days in a row at other workplaces; days off neither count nor interrupt. Facts
 * may come in any order, and several of one day are one day. One person's facts at a time: refuses with
 * `workday.several_people` and `workday.day_unreadable`. Counts by the careful reading of what skat.dk leaves open, and
 * is `verified: false` where the generous one would count otherwise.
 */
export function sixtyDays(workdays: readonly Workday[]): Result<SixtyDays> {
	const [first] = workdays;
	if (workdays.some(({ personId }) => personId !== first?.personId)) {
		return refuse('workday.several_people', 'personId');
	}
	if (workdays.some(({ day }) => !isDate(day))) {
		return refuse('workday.day_unreadable', 'day');
	}
	const days = byDay(workdays);
	const careful = homeLegsOf(days, 'careful');
	const generous = homeLegsOf(days, 'generous');
	const homeLegs = careful.map((leg, n) => ({
		...leg,
		verified: leg.count === generous[n]?.count
	}));
	return ok({
		homeLegs,
		innerLegs: days.flatMap(([, facts]) => facts.flatMap(innerLegsOf)),
		lines: homeLegs.map(lineOf),
		notices: noticesOf(homeLegs),
		verified: homeLegs.every(({ verified }) => verified)
	});
}

/** The same legs in the same order for either reading; only what they count differs. */
function homeLegsOf(
	days: readonly [string, Workday[]][],
	reading: Reading
): Omit<HomeLeg, 'verified'>[] {
	const counts = new Map<string, Count>();
	return days.flatMap(([day, facts]) => {
		const legs = homeEnds(facts);
		const places = new Set(facts.flatMap(({ workplaces }) => workplaces));
		const isAtHome = facts.some((fact) => fact.isAtHome === true);
		const isElsewhere = places.size > 0 || (reading === 'generous' && isAtHome);
		for (const [workplaceId, count] of counts) {
			const breaksRow = reading === 'careful' ? places.has(workplaceId) : legs.has(workplaceId);
			if (breaksRow) restart(count);
			else if (isElsewhere) count.elsewhere += 1;
		}
		return [...legs].map(([workplaceId, ends]) => {
			const count = counts.get(workplaceId) ?? { days: [], elsewhere: 0 };
			counts.set(workplaceId, count);
			count.days = [...count.days.filter((one) => one > plusMonths(day, -12)), day];
			const number = count.days.length;
			return { day, workplaceId, ends, count: number, isBusiness: number <= LIMIT };
		});
	});
}

/** Called on a day at the workplace: sixty days elsewhere before it wipe what was counted. */
function restart(count: Count): void {
	if (count.elsewhere >= LIMIT) count.days = [];
	count.elsewhere = 0;
}

function byDay(workdays: readonly Workday[]): [string, Workday[]][] {
	const days = new Map<string, Workday[]>();
	for (const fact of workdays) days.set(fact.day, [...(days.get(fact.day) ?? []), fact]);
	return [...days].sort(([a], [b]) => (a < b ? -1 : 1));
}

function homeEnds(facts: readonly Workday[]): Map<string, HomeLeg['ends']> {
	const ends = new Map<string, Set<HomeLeg['ends'][number]>>();
	const note = (workplaceId: string | undefined, end: HomeLeg['ends'][number]) => {
		if (workplaceId === undefined) return;
		ends.set(workplaceId, (ends.get(workplaceId) ?? new Set()).add(end));
	};
	for (const { workplaces, fromHome, toHome } of facts) {
		if (fromHome) note(workplaces[0], 'from-home');
		if (toHome) note(workplaces[workplaces.length - 1], 'to-home');
	}
	return new Map(
		[...ends].sort(([a], [b]) => (a < b ? -1 : 1)).map(([place, set]) => [place, [...set].sort()])
	);
}

function innerLegsOf({ day, workplaces }: Workday): SixtyDays['innerLegs'] {
	const legs = workplaces.slice(1).map((to, n) => ({ day, from: workplaces[n] ?? '', to }));
	return legs.filter(({ from, to }) => from !== to);
}

function lineOf({ day, workplaceId, count, isBusiness, verified }: HomeLeg): RuleLine {
	return {
		code: isBusiness ? 'sixty_days.business' : 'sixty_days.commuting',
		values: { day, workplaceId, count, limit: LIMIT },
		amountMinor: 0,
		source: SIXTY_DAYS_SOURCE,
		verified
	};
}

function noticesOf(homeLegs: readonly HomeLeg[]): RuleNotice[] {
	const last = new Map(homeLegs.map((leg) => [leg.workplaceId, leg]));
	return [...last.values()].flatMap(({ workplaceId, count }) => {
		const left = LIMIT - count;
		return left < 0 || left > TELL_AT
			? []
			: [{ code: 'sixty_days.soon', values: { workplaceId, left } }];
	});
}
