import Big from 'big.js';
import { isDate } from '../calendar-date.ts';
import type { RateTables } from '../rate-on.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import type { RuleLine } from '../rule-outcome.ts';
import {
	USUAL_CHOICES,
	type DayFacts,
	type HoursAre,
	type PerDiemChoices,
	type PerDiemClaim,
	type PerDiemDay,
	type PerDiemOutcome,
	type PerDiemScheme
} from './claim.ts';
import { denmark } from './denmark.ts';
import { finland } from './finland.ts';
import { calendarDays, elapsedDays, localMinute, longestStretch, timeJourney } from './journey.ts';
import type { TimedJourney, TravelDay } from './journey.ts';
import { mealsPaidTwice } from './meal-expenses.ts';
import { netherlands } from './netherlands.ts';
import { norway } from './norway.ts';
import type { PricedItem, SchemeInput, SchemeResult } from './priced-item.ts';
import { sweden } from './sweden.ts';

interface Scheme {
	hoursAre: HoursAre;
	daysOf: (journey: TimedJourney) => TravelDay[];
	price: (input: SchemeInput) => Result<SchemeResult>;
}

const SCHEMES: Readonly<Record<PerDiemScheme, Scheme>> = {
	DK: { hoursAre: 'elapsed', daysOf: elapsedDays, price: denmark },
	NO: { hoursAre: 'elapsed', daysOf: elapsedDays, price: norway },
	SE: { hoursAre: 'on-the-clock', daysOf: calendarDays, price: sweden },
	FI: { hoursAre: 'elapsed', daysOf: elapsedDays, price: finland },
	NL: { hoursAre: 'on-the-clock', daysOf: calendarDays, price: netherlands }
};

/**
 * What a journey's per diem comes to under the rules of the employer's country (`claim.scheme`; each country's file
 * names its rules and their sources), day by day, split into tax-free, taxable and not payable.
 *
 * Asked for is what each day would pay before free meals are taken off, or the figure the person changed it to; a
 * removed day asks for nothing. `hoursAre` says whether hours are elapsed or on the clock. Days are numbered as
 * `travelDaysOf` gives them. The order of `days`, `mealExpenses` and `stays` does not matter.
 *
 * Refuses with the codes of the country's file, those of `timeJourney`, `per_diem.date_unreadable`, `per_diem.day_twice`,
 * `per_diem.day_outside_journey`, `per_diem.amount_not_whole` and `rate.missing`, which names day, country and kind.
 */
export function perDiem(
	claim: PerDiemClaim,
	tables: RateTables,
	choices: PerDiemChoices = USUAL_CHOICES
): Result<PerDiemOutcome> {
	const timed = timeJourney(claim.journey);
	if (!timed.ok) return timed;
	const journey = timed.value;
	const { stays, absences } = claim.workplace;
	const dates = [...stays, ...absences].flatMap(({ from, to }) => [from, to]);
	if (!dates.every(isDate)) return refuse('per_diem.date_unreadable', 'workplace');
	if (!claim.mealExpenses.every(({ spentOn }) => isDate(spentOn))) {
		return refuse('per_diem.date_unreadable', 'mealExpenses');
	}
	const scheme = SCHEMES[claim.scheme];
	const days = scheme.daysOf(journey);
	const facts = factsByDay(claim.days, days.length);
	if (!facts.ok) return facts;
	const factsOf = (day: number) => facts.value.get(day) ?? { day };
	const priced = scheme.price({ claim, journey, tables, choices, factsOf });
	if (!priced.ok) return priced;

	const { currency, items, notices } = priced.value;
	const lines = items.map((item) => lineOf(item, factsOf(item.travelDay.day), scheme.hoursAre));
	const parts = lines.map(({ parts: part }) => part);
	const sum = (of: (part: Parts) => number) => parts.reduce((total, part) => total + of(part), 0);
	const linesOf = (day: number) =>
		lines.flatMap(({ line }, at) => (items[at]?.travelDay.day === day ? [line] : []));
	return ok({
		currency,
		taxFreeMinor: sum((part) => part.taxFreeMinor),
		taxableMinor: sum((part) => part.taxableMinor),
		notPayableMinor: sum((part) => part.notPayableMinor),
		lines: lines.map(({ line }) => line),
		notices: [
			...journey.notices,
			...notices,
			...mealsPaidTwice(
				claim.mealExpenses,
				days.map((day) => ({ ...day, lines: linesOf(day.day) })),
				journey,
				factsOf
			)
		],
		verified: lines.every(({ line }) => line.verified),
		hoursAre: scheme.hoursAre,
		days: days.map((day) =>
			dayOutcome(
				day,
				journey,
				parts.filter((_, at) => items[at]?.travelDay.day === day.day)
			)
		)
	});
}

/**
 * The days of a journey under a country's rules, for the page on which a person ticks meals: from–to by the clock of
 * the place of departure, and the country stayed in longest. Refuses as `timeJourney` does.
 */
export function travelDaysOf({
	scheme,
	journey
}: Pick<PerDiemClaim, 'scheme' | 'journey'>): Result<PerDiemDay[]> {
	const timed = timeJourney(journey);
	if (!timed.ok) return timed;
	const days = SCHEMES[scheme].daysOf(timed.value);
	return ok(days.map((day) => dayOutcome(day, timed.value, [])));
}

interface Parts {
	taxFreeMinor: number;
	taxableMinor: number;
	notPayableMinor: number;
}

function factsByDay(days: readonly DayFacts[], dayCount: number): Result<Map<number, DayFacts>> {
	const byDay = new Map<number, DayFacts>();
	for (const facts of days) {
		const { day, askedMinor } = facts;
		if (!Number.isInteger(day) || day < 1 || day > dayCount) {
			return refuse('per_diem.day_outside_journey', 'days', { day });
		}
		if (byDay.has(day)) return refuse('per_diem.day_twice', 'days', { day });
		if (typeof askedMinor === 'number' && (!Number.isSafeInteger(askedMinor) || askedMinor < 0)) {
			return refuse('per_diem.amount_not_whole', 'days', { day });
		}
		byDay.set(day, facts);
	}
	return ok(byDay);
}

/** A person's own figure is for the food of the day; a night pays its allowance or nothing. */
function lineOf(
	item: PricedItem,
	{ isRemoved = false, askedMinor = null }: DayFacts,
	hoursAre: HoursAre
): { line: RuleLine; parts: Parts } {
	const isFood = item.code !== 'per_diem.lodging_night';
	const isEdited = isFood && askedMinor !== null && !isRemoved;
	const asked = isRemoved ? new Big(0) : isEdited ? new Big(askedMinor) : item.askedMinor;
	const paid = item.owedMinor.lt(asked) ? item.owedMinor : asked;
	const isOver = paid.gt(item.taxFreeMaximumMinor);
	const taxFree = !isOver ? paid : item.isAllOrNothing ? new Big(0) : item.taxFreeMaximumMinor;
	const parts = {
		taxFreeMinor: taxFree.toNumber(),
		taxableMinor: paid.minus(taxFree).toNumber(),
		notPayableMinor: asked.minus(paid).toNumber()
	};
	return {
		line: {
			code: isRemoved ? 'per_diem.day_removed' : item.code,
			values: { ...item.values, ...(isEdited ? { askedMinor } : {}), ...parts, hoursAre },
			amountMinor: paid.toNumber(),
			source: item.source,
			verified: item.verified
		},
		parts
	};
}

function dayOutcome(day: TravelDay, journey: TimedJourney, parts: Parts[]): PerDiemDay {
	const sum = (of: (part: Parts) => number) => parts.reduce((total, part) => total + of(part), 0);
	return {
		day: day.day,
		date: day.date,
		from: localMinute(journey, day.fromMs),
		to: localMinute(journey, day.toMs),
		minutes: day.minutes,
		country: longestStretch(journey, day.fromMs, day.toMs).country,
		taxFreeMinor: sum((part) => part.taxFreeMinor),
		taxableMinor: sum((part) => part.taxableMinor),
		notPayableMinor: sum((part) => part.notPayableMinor)
	};
}
