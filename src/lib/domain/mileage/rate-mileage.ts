import Big from 'big.js';
import { isDate } from '../calendar-date.ts';
import type { RateTables } from '../rate-on.ts';
import { outcomeOf, type MileageOutcome } from './mileage-outcome.ts';
import { businessKilometres, countsToThreshold, partsOf } from './mileage-parts.ts';
import type { MileageRules, MileageTrip } from './mileage-trip.ts';
import { refuse, type Result } from '../refusal.ts';
import { paidKilometres } from '../rounding.ts';

/** What has left for payroll for a trip; later adjustments are further entries of the same trip. */
export interface ExportedMileage {
	tripId: string;
	currency: string;
	taxFreeMinor: number;
	taxableMinor: number;
}

/** Fuel paid back against a receipt. */
export interface FuelReceipt {
	expenseId: string;
	personId: string;
	/** `YYYY-MM-DD`. */
	spentOn: string;
}

export interface MileageQuestion {
	/** Every trip of the persons and years asked about, in any order. */
	trips: readonly MileageTrip[];
	rates: RateTables;
	rules: readonly MileageRules[];
	/** The company runs what it pays above the official rate through payroll as salary. */
	excessIsSalary: boolean;
	exported: readonly ExportedMileage[];
	fuelReceipts: readonly FuelReceipt[];
}

export interface RatedTrip {
	tripId: string;
	outcome: Result<MileageOutcome>;
	/** Exported before: what stands there stays, and only an adjustment changes it. */
	isExported: boolean;
}

export interface MileageRating {
	/** In the order they were driven. */
	trips: RatedTrip[];
	/**
	 * What to add to what was exported so that it comes to today's outcome. A withdrawn trip is taken back whole; one that
	 * another country pays now is taken back in the one currency and added in the other.
	 */
	adjustments: ExportedMileage[];
}

/**
 * Rates trips in the order they were driven, whatever order they came in, so that a late one re-rates those after it.
 * Thresholds are counted for each person, employing entity and calendar year. A trip that can't be rated refuses alone,
 * its kilometres still counting: `mileage.date_missing`, `mileage.zero_distance`, `mileage.deducted_too_much`,
 * `mileage.addition_too_long`, `mileage.cost_currency`, `amount.negative`, `rate.missing`, `rate.overlap`,
 * `rate.currency`.
 */
export function rateMileage(question: MileageQuestion): MileageRating {
	const drivenKm = new Map<string, Big>();
	const exportedIds = new Set(question.exported.map(({ tripId }) => tripId));
	const trips = [...question.trips].sort(byDriving).map((trip): RatedTrip => {
		const { tripId, personId, employerId, country, drivenOn } = trip;
		const key = JSON.stringify([personId, employerId, country, drivenOn.slice(0, 4)]);
		const before = drivenKm.get(key) ?? new Big(0);
		const rated = rateTrip(trip, before, question);
		drivenKm.set(key, before.plus(rated.counted));
		return { tripId, outcome: rated.outcome, isExported: exportedIds.has(tripId) };
	});
	return { trips, adjustments: adjustmentsOf(trips, question.exported) };
}

function byDriving(a: MileageTrip, b: MileageTrip): number {
	for (const member of ['drivenOn', 'startedAt', 'tripId'] as const) {
		if (a[member] !== b[member]) return a[member] < b[member] ? -1 : 1;
	}
	return 0;
}

/**
 * One trip, with the kilometres of the same person, employer and year before it; and the kilometres it adds to them.
 * Refuses as `rateMileage` says.
 */
export function rateTrip(
	trip: MileageTrip,
	drivenKm: Big,
	{
		rates,
		rules,
		excessIsSalary,
		fuelReceipts
	}: Pick<MileageQuestion, 'rates' | 'rules' | 'excessIsSalary' | 'fuelReceipts'>
): { outcome: Result<MileageOutcome>; counted: Big } {
	const none = new Big(0);
	const faulty = faultOf(trip);
	if (faulty) return { outcome: faulty, counted: none };
	const { country, drivenOn: day } = trip;
	const countryRules = rules.find((one) => one.country === country);
	if (countryRules === undefined) {
		return { outcome: refuse('rate.missing', 'drivenOn', { day, country }), counted: none };
	}
	if (paidKilometres(trip.distanceM, countryRules.rounding).eq(0)) {
		return { outcome: refuse('mileage.zero_distance', 'distanceM'), counted: none };
	}
	const parts = partsOf(trip, drivenKm, rates, countryRules.rounding);
	if (!parts.ok) {
		// A month without a figure must not move the threshold of the trips after it.
		const counted = countsToThreshold(trip, rates.state)
			? businessKilometres(trip, countryRules.rounding)
			: none;
		return { outcome: parts, counted };
	}
	const outcome = outcomeOf(trip, parts.value, countryRules, excessIsSalary);
	if (outcome.ok) {
		for (const receipt of fuelReceipts) {
			const isTheirs = receipt.personId === trip.personId && receipt.spentOn === day;
			if (!isTheirs || trip.vehicle === 'bicycle') continue;
			outcome.value.notices.push({
				code: 'mileage.fuel_with_kilometres',
				values: { expenseId: receipt.expenseId }
			});
		}
	}
	return { outcome, counted: parts.value.counted };
}

function faultOf(trip: MileageTrip): Result<never> | null {
	const { distanceM, privateM, commutingM, additions, drivenOn } = trip;
	if (!isDate(drivenOn)) return refuse('mileage.date_missing', 'drivenOn');
	if (distanceM <= 0) return refuse('mileage.zero_distance', 'distanceM');
	if (privateM < 0 || commutingM < 0 || privateM + commutingM > distanceM) {
		return refuse('mileage.deducted_too_much', 'privateM');
	}
	const isTooLong = additions.some(
		(one) => one.distanceM > distanceM || one.distanceM < 0 || one.count < 0
	);
	return isTooLong ? refuse('mileage.addition_too_long', 'additions') : null;
}

function adjustmentsOf(
	trips: readonly RatedTrip[],
	exported: readonly ExportedMileage[]
): ExportedMileage[] {
	const sums = new Map<string, ExportedMileage>();
	const add = (entry: ExportedMileage) => {
		const { tripId, currency } = entry;
		const key = JSON.stringify([tripId, currency]);
		const sum = sums.get(key) ?? { tripId, currency, taxFreeMinor: 0, taxableMinor: 0 };
		sum.taxFreeMinor += entry.taxFreeMinor;
		sum.taxableMinor += entry.taxableMinor;
		sums.set(key, sum);
	};
	for (const entry of exported) add(entry);
	for (const { tripId, outcome, isExported } of trips) {
		if (!isExported || !outcome.ok) continue;
		add({ tripId, currency: outcome.value.currency, taxFreeMinor: 0, taxableMinor: 0 });
	}
	const now = new Map(trips.map((trip) => [trip.tripId, trip.outcome]));
	return [...sums.values()].flatMap((sum) => {
		const outcome = now.get(sum.tripId);
		// What can't be rated today stays as it was paid until it can.
		if (outcome !== undefined && !outcome.ok) return [];
		const isInThis = outcome?.value.currency === sum.currency;
		const to = isInThis ? outcome.value : { taxFreeMinor: 0, taxableMinor: 0 };
		const taxFreeMinor = to.taxFreeMinor - sum.taxFreeMinor;
		const taxableMinor = to.taxableMinor - sum.taxableMinor;
		return taxFreeMinor === 0 && taxableMinor === 0 ? [] : [{ ...sum, taxFreeMinor, taxableMinor }];
	});
}
