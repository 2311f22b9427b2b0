import Big from 'big.js';
import type { DatedRate } from './dated-rates.ts';
import { currencyExponent } from './money.ts';

/** A mileage rate as settings of version 1 held it. */
interface FirstMileageRate {
	country: string;
	vehicle: 'own-car' | 'company-car';
	currency: string;
	perKmMinor: number;
	upToKm: number | null;
	validFrom: string;
	validTo: string | null;
	source: string;
	verified: boolean;
}

/**
 * Version 2 of settings: mileage rates are dated rates, the state's and the company's apart. What version 1 held were
 * the state's. A rate without a limit beside one with a limit was the one above it.
 */
export function withDatedMileageRates(body: Record<string, unknown>): Record<string, unknown> {
	if (body['name'] !== 'mileage-rates') return body;
	const rates = body['rates'] as FirstMileageRate[];
	const thresholds = new Map<string, DatedRate>();
	const state = rates.map((rate): DatedRate => {
		const { country, vehicle, currency, perKmMinor, upToKm, validFrom, validTo, source, verified } =
			rate;
		const dated = {
			country,
			place: null,
			validFrom,
			validTo,
			unit: 'km' as const,
			source,
			verified
		};
		if (upToKm !== null) {
			const kind = 'mileage.threshold';
			thresholds.set(`${country} ${validFrom}`, {
				...dated,
				kind,
				amount: String(upToKm),
				currency: null
			});
		}
		const isAbove = upToKm === null && rates.some((other) => isLimited(other, rate));
		return {
			...dated,
			kind: `mileage.tax-free.${vehicle}${isAbove ? '.above' : ''}`,
			amount: new Big(perKmMinor).div(new Big(10).pow(currencyExponent(currency))).toFixed(),
			currency
		};
	});
	return {
		name: 'mileage-rates',
		state: [...state, ...thresholds.values()],
		company: [],
		excessIsSalary: false
	};
}

/** Before version 5 no company could demand that devices are guarded by a passcode. */
export function withoutDemandedLock(body: Record<string, unknown>): Record<string, unknown> {
	return body['name'] === 'company' ? { ...body, deviceLock: null } : body;
}

/** Whether one of the two is the limited rate of the same days the other goes on from. */
function isLimited(limited: FirstMileageRate, rate: FirstMileageRate): boolean {
	return (
		limited.upToKm !== null &&
		limited.country === rate.country &&
		limited.vehicle === rate.vehicle &&
		(rate.validTo === null || limited.validFrom <= rate.validTo) &&
		(limited.validTo === null || rate.validFrom <= limited.validTo)
	);
}
