import Big from 'big.js';
import { ok, refuse, type Result } from './refusal.ts';
import { settingOn, type MileageRate, type Setting } from './setting.ts';
import type { DerivationLine } from './submission.ts';
import type { MileageBody } from './transaction.ts';

export type MileageFacts = Pick<MileageBody, 'distanceM' | 'drivenOn' | 'country' | 'vehicle'>;

export interface MileageAmount {
	amountMinor: number;
	currency: string;
	derivation: DerivationLine[];
}

/** Kilometres are paid to one decimal, as people read them; half up. */
export function paidKilometres(distanceM: number): Big {
	return new Big(distanceM).div(1000).round(1, Big.roundHalfUp);
}

/**
 * The rate in force on a day for a country and vehicle: the lowest threshold's, since kilometres are not yet
 * counted over the year. Refuses with `rate.missing`, never with another country's rate.
 */
export function mileageRateOn(
	facts: Pick<MileageFacts, 'country' | 'vehicle'>,
	day: string,
	settings: readonly Setting[]
): Result<MileageRate> {
	const rates = settingOn(settings, 'mileage-rates', day)?.body.rates ?? [];
	const candidates = rates
		.filter(
			(rate) =>
				rate.country === facts.country &&
				rate.vehicle === facts.vehicle &&
				rate.validFrom <= day &&
				(rate.validTo === null || day <= rate.validTo)
		)
		.sort((a, b) => (a.upToKm ?? Infinity) - (b.upToKm ?? Infinity));
	const rate = candidates[0];
	return rate === undefined
		? refuse('rate.missing', 'drivenOn', { day, country: facts.country })
		: ok(rate);
}

/**
 * What a drive pays: kilometres to one decimal times the day's rate, rounded half up to the minor unit.
 * Refuses with `mileage.distance_missing`, `mileage.zero_distance`, `mileage.date_missing` or `rate.missing`.
 */
export function mileageAmount(
	facts: MileageFacts,
	settings: readonly Setting[]
): Result<MileageAmount> {
	if (facts.distanceM === null) return refuse('mileage.distance_missing', 'distanceM');
	if (facts.drivenOn === null) return refuse('mileage.date_missing', 'drivenOn');
	const kilometres = paidKilometres(facts.distanceM);
	if (kilometres.eq(0)) return refuse('mileage.zero_distance', 'distanceM');
	const found = mileageRateOn(facts, facts.drivenOn, settings);
	if (!found.ok) return found;
	const rate = found.value;
	const amountMinor = kilometres.times(rate.perKmMinor).round(0, Big.roundHalfUp).toNumber();
	return ok({
		amountMinor,
		currency: rate.currency,
		derivation: [
			{
				code: 'mileage.distance_times_rate',
				values: {
					kilometres: kilometres.toFixed(1),
					perKmMinor: rate.perKmMinor,
					currency: rate.currency,
					country: rate.country,
					year: facts.drivenOn.slice(0, 4),
					...(rate.upToKm === null ? {} : { upToKm: rate.upToKm })
				},
				amountMinor,
				source: rate.source,
				verified: rate.verified
			}
		]
	});
}
