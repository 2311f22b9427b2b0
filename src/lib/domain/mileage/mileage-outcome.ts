import Big from 'big.js';
import { perKmMinor, type MileagePart, type MileageParts } from './mileage-parts.ts';
import type { MileageRules, MileageTrip, TripCost } from './mileage-trip.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import { paidKilometres, roundAt } from '../rounding.ts';
import type { LineCode } from '../rule-codes.ts';
import { standsOn, type RuleLine, type RuleNotice, type RuleOutcome } from '../rule-outcome.ts';

/** The two ladders side by side for some kilometres, in minor units a kilometre. */
export interface MileageRung {
	addition: MileagePart['addition'];
	kilometres: string;
	count: number;
	entitledPerKmMinor: number;
	taxFreePerKmMinor: number;
}

export interface MileageOutcome extends RuleOutcome {
	tripId: string;
	/** Business kilometres, as paid. */
	kilometres: string;
	ladders: MileageRung[];
}

/**
 * What a trip comes to: entitlement and tax-free part by the parts' rates, each rounded once for the trip, the costs of
 * the trip as they are, and what of its kilometres is not paid. Refuses with `mileage.cost_currency` or
 * `amount.negative`.
 */
export function outcomeOf(
	trip: MileageTrip,
	{ parts, unknown, threshold }: MileageParts,
	rules: MileageRules,
	excessIsSalary: boolean
): Result<MileageOutcome> {
	const [first] = parts;
	const currency = first?.taxFree.currency ?? '';
	const refusal = refusedCost(trip.costs, currency);
	if (refusal) return refusal;

	const isAbove = parts.some(({ entitled, taxFree }) =>
		perKmMinor(entitled).gt(perKmMinor(taxFree))
	);
	const isAllTaxable = isAbove && rules.aboveOfficial === 'all-taxable' && !excessIsSalary;
	const round = roundingOf(currency, rules);
	const lines: RuleLine[] = [];
	let owed = new Big(0);
	let shown = new Big(0);
	for (const part of parts) {
		const [mine, free] = [perKmMinor(part.entitled), perKmMinor(part.taxFree)];
		const units = part.kilometres.times(part.count);
		const perKm = isAllTaxable || mine.lt(free) ? mine : free;
		const before = round(shown);
		shown = shown.plus(units.times(perKm));
		owed = owed.plus(units.times(mine));
		if (units.gt(0)) {
			const rate = isAllTaxable || mine.lt(free) ? part.entitled : part.taxFree;
			// How it is taxed hangs on both rates, whichever is shown.
			const { entitled, taxFree } = part;
			const grounds = [entitled, taxFree, ...(threshold ? [threshold] : [])];
			lines.push({
				code: codeOf(part, isAllTaxable),
				values: valuesOf(part, perKm, currency, trip),
				amountMinor: round(shown) - before,
				source: standsOn(rate, ...(isAllTaxable ? [rules] : [])).source,
				verified: standsOn(...grounds, ...(isAllTaxable ? [rules] : [])).verified
			});
		}
	}
	const total = round(owed);
	const taxFree = isAllTaxable ? 0 : round(shown);
	if (!isAllTaxable && total > taxFree) {
		lines.push({
			code: 'mileage.taxable_excess',
			values: { entitledMinor: total, taxFreeMinor: taxFree, currency },
			amountMinor: total - taxFree,
			source: rules.source,
			verified: standsOn(rules, ...parts.flatMap((part) => [part.entitled, part.taxFree])).verified
		});
	}
	lines.push(...costLines(trip.costs));
	const notPaid = notPaidLines(trip, first, currency, rules);
	lines.push(...notPaid.lines);
	const costsMinor = trip.costs.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
	return ok({
		tripId: trip.tripId,
		currency,
		kilometres: paidKilometres(
			trip.distanceM - trip.privateM - trip.commutingM,
			rules.rounding
		).toFixed(rules.rounding.kilometreDecimals),
		ladders: parts.map(rungOf),
		taxFreeMinor: taxFree + costsMinor,
		taxableMinor: total - taxFree,
		notPayableMinor: notPaid.minor,
		lines,
		notices: noticesOf(trip, parts, unknown, isAllTaxable),
		verified: lines.every((line) => line.verified)
	});
}

function roundingOf(currency: string, { rounding }: MileageRules): (exact: Big) => number {
	return (exact) => roundAt('trip', exact, currency, rounding).round(0, Big.roundHalfUp).toNumber();
}

function codeOf({ addition }: MileagePart, isAllTaxable: boolean): LineCode {
	if (addition !== null) return isAllTaxable ? 'mileage.taxable_addition' : 'mileage.addition';
	return isAllTaxable ? 'mileage.taxable_distance_times_rate' : 'mileage.distance_times_rate';
}

function valuesOf(
	{ addition, kilometres, count, upToKm, aboveKm }: MileagePart,
	perKm: Big,
	currency: string,
	{ country, drivenOn }: MileageTrip
): RuleLine['values'] {
	return {
		kilometres: kilometres.toFixed(Math.max(1, fractionLength(kilometres))),
		perKmMinor: perKm.toNumber(),
		currency,
		country,
		year: drivenOn.slice(0, 4),
		...(addition === null ? {} : { addition, count }),
		...(upToKm === null ? {} : { upToKm }),
		...(aboveKm === null ? {} : { aboveKm })
	};
}

function fractionLength(value: Big): number {
	return value.toFixed().split('.')[1]?.length ?? 0;
}

function rungOf({ addition, kilometres, count, entitled, taxFree }: MileagePart): MileageRung {
	return {
		addition,
		kilometres: kilometres.toFixed(),
		count,
		entitledPerKmMinor: perKmMinor(entitled).toNumber(),
		taxFreePerKmMinor: perKmMinor(taxFree).toNumber()
	};
}

function refusedCost(costs: readonly TripCost[], currency: string): Result<never> | null {
	for (const cost of costs) {
		if (cost.amountMinor < 0) return refuse('amount.negative', 'costs');
		if (cost.currency !== currency) return refuse('mileage.cost_currency', 'costs', { currency });
	}
	return null;
}

function costLines(costs: readonly TripCost[]): RuleLine[] {
	return costs.map(({ cost, amountMinor, currency }) => ({
		code: 'mileage.cost',
		values: { cost, currency },
		amountMinor,
		source: '',
		verified: true
	}));
}

/** Private and commuting kilometres, at the rate the trip's first kilometre is paid at; these lines add nothing. */
function notPaidLines(
	trip: MileageTrip,
	first: MileagePart | undefined,
	currency: string,
	rules: MileageRules
): { lines: RuleLine[]; minor: number } {
	let minor = 0;
	const lines: RuleLine[] = [];
	for (const [code, distanceM] of [
		['mileage.private_not_paid', trip.privateM],
		['mileage.commuting_not_paid', trip.commutingM]
	] as const) {
		if (distanceM === 0 || first === undefined) continue;
		const kilometres = paidKilometres(distanceM, rules.rounding);
		const notPayableMinor = roundingOf(
			currency,
			rules
		)(kilometres.times(perKmMinor(first.entitled)));
		minor += notPayableMinor;
		lines.push({
			code,
			values: { kilometres: kilometres.toFixed(1), notPayableMinor, currency },
			amountMinor: 0,
			source: first.entitled.source,
			verified: first.entitled.verified
		});
	}
	return { lines, minor };
}

function noticesOf(
	trip: MileageTrip,
	parts: readonly MileagePart[],
	unknown: MileageParts['unknown'],
	isAllTaxable: boolean
): RuleNotice[] {
	const notices = unknown.map((addition): RuleNotice => ({
		code: 'mileage.no_such_addition',
		values: { addition, country: trip.country }
	}));
	const bands = parts.filter(({ addition }) => addition === null);
	if (bands.length === 2) {
		notices.push({ code: 'mileage.crosses_threshold', values: { km: bands[0]?.upToKm ?? 0 } });
	}
	if (isAllTaxable) {
		notices.push({ code: 'mileage.above_official', values: { country: trip.country } });
	}
	for (const { cost, receiptId } of trip.costs) {
		if (receiptId === null)
			notices.push({ code: 'mileage.cost_without_receipt', values: { cost } });
		if (cost === 'charging') notices.push({ code: 'mileage.charging_with_kilometres', values: {} });
	}
	return notices;
}
