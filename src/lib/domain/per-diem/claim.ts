import type { RuleOutcome } from '../rule-outcome.ts';

/** Whose rules apply: the country of the employing entity, not where the journey went. */
export const PER_DIEM_SCHEMES = ['DK', 'NO', 'SE', 'FI', 'NL'] as const;
export type PerDiemScheme = (typeof PER_DIEM_SCHEMES)[number];

/**
 * A moment by the clock of the place: `at` is `2025-03-11T08:00`, `timeZone` an IANA name. Where the clock showed a
 * time twice, an offset says which one: `2025-10-26T02:30+01:00`.
 */
export interface Moment {
	at: string;
	timeZone: string;
}

/** Where the journey was from `arrival` on. */
export interface Arrival extends Moment {
	/** ISO 3166-1. */
	country: string;
	/** A place with a rate of its own, such as `GB-LONDON`; else null. */
	place: string | null;
}

export interface Journey {
	/** Where and when it began. */
	departure: Moment & { country: string };
	/** Each further country in order, by its own clock; the way home is an arrival too. */
	arrivals: readonly Arrival[];
	/** When it ended, by the clock of where it ended. */
	return: Moment;
}

export const MEALS = ['breakfast', 'lunch', 'dinner'] as const;
export type Meal = (typeof MEALS)[number];

/**
 * How the night that begins in a day is covered: by receipts (an expense of its own), by the allowance without a
 * receipt, free of charge, or no night away.
 */
export type Lodging = 'receipts' | 'allowance' | 'free' | 'none';
export type LodgingKind = 'hotel' | 'guesthouse' | 'private';

/** What a person says of one day of the journey; what is left out has its plain meaning. */
export interface DayFacts {
	/** From 1, as `travelDaysOf` numbers them. */
	day: number;
	/** Meals somebody else paid or served. */
	freeMeals?: readonly Meal[];
	/** Meals the person paid; only where a meal is paid by itself (NL, and the Finnish meal allowance). */
	boughtMeals?: readonly Meal[];
	/** `receipts` when left out. */
	lodging?: Lodging;
	/** `hotel` when left out. */
	lodgingKind?: LodgingKind;
	/** The room has somewhere to cook. */
	canCook?: boolean;
	/** Taken out by the person: nothing is asked for that day. */
	isRemoved?: boolean;
	/** The food amount the person changed the day to; null or left out asks what the rules give. */
	askedMinor?: number | null;
}

/** Per diem, or food by receipts (DK then pays a share for small expenses), or the Finnish meal allowance. */
export type FoodPrinciple = 'per-diem' | 'receipts' | 'meal-allowance';

/** One earlier or later stay at a workplace, whole days, both ends included. */
export interface Stay {
	workplaceId: string;
	from: string;
	to: string;
}

export interface WorkplaceFacts {
	workplaceId: string;
	/** Metres to the place of the journey by the usual way; null where nobody knows. */
	distanceFromHomeM: number | null;
	distanceFromWorkplaceM: number | null;
	startedFrom: 'home' | 'workplace';
	/** NL: the destination lies in another municipality than the workplace. */
	isOtherMunicipality: boolean;
	/** The work itself moves, such as driving or building a road: no limit of months. */
	isMoving: boolean;
	/** All stays of the person at this and other temporary workplaces; the journey itself may be left out. */
	stays: readonly Stay[];
	/** Days the person would have worked but was away (holiday, sickness), whole days. */
	absences: readonly { from: string; to: string }[];
}

/** An expense for food that exists beside the claim. */
export interface MealExpense {
	expenseId: string;
	spentOn: string;
	/** Null when it is not said which meal. */
	meal: Meal | null;
}

export interface PerDiemClaim {
	scheme: PerDiemScheme;
	journey: Journey;
	food: FoodPrinciple;
	traveller: 'employee' | 'tourist-driver';
	days: readonly DayFacts[];
	workplace: WorkplaceFacts;
	mealExpenses: readonly MealExpense[];
}

/** What a company decides where the rules leave it open. */
export interface PerDiemChoices {
	/** DK: what lies beyond the tax-free limits is paid as salary; else it is not paid. */
	paysBeyondLimits: boolean;
	/** NO: a meal's percentage is taken of the day's own rate (DFØ) or always of the overnight rate (text of 2018). */
	mealBase: 'rate-of-the-day' | 'overnight-rate';
	/** SE: the company cuts what it pays for free meals too, not only the tax-free maximum. */
	paysLessForFreeMeals: boolean;
}

export const USUAL_CHOICES: PerDiemChoices = {
	paysBeyondLimits: false,
	mealBase: 'rate-of-the-day',
	paysLessForFreeMeals: false
};

/** Elapsed hours ignore how the clock was moved; hours on the clock ignore how many passed. */
export type HoursAre = 'elapsed' | 'on-the-clock';

/** A day as a person knows it, with what it came to. */
export interface PerDiemDay {
	day: number;
	/** Local date it begins on. */
	date: string;
	/** First and last moment by the clock at the place of departure, `2025-03-11T08:00`. */
	from: string;
	to: string;
	minutes: number;
	country: string;
	taxFreeMinor: number;
	taxableMinor: number;
	notPayableMinor: number;
}

export interface PerDiemOutcome extends RuleOutcome {
	hoursAre: HoursAre;
	days: PerDiemDay[];
}
