import Big from 'big.js';
import { rateMinor, rateOn, type RateTables } from '../rate-on.ts';
import type { DatedRate } from '../dated-rates.ts';
import type { MileageAddition, MileageTrip } from './mileage-trip.ts';
import { ok, refuse, type Result } from '../refusal.ts';
import { paidKilometres, type Rounding } from '../rounding.ts';

/** Kilometres of a trip at one pair of rates: what the person is entitled to, and what of it may be free of tax. */
export interface MileagePart {
	addition: MileageAddition | null;
	kilometres: Big;
	/** Passengers; 1 for anything else. */
	count: number;
	entitled: DatedRate;
	taxFree: DatedRate;
	/** Kilometres of the year at which the band begins or ends; null without a threshold. */
	upToKm: number | null;
	aboveKm: number | null;
}

export interface MileageParts {
	parts: MileagePart[];
	/** Additions the country does not know. */
	unknown: MileageAddition[];
	/** Kilometres the trip adds to the year; 0 where the country counts none. */
	counted: Big;
	/** The threshold's own row. */
	threshold: DatedRate | null;
}

/** Minor units a kilometre, exactly: 25.00 SEK a mil is 250 öre. */
export function perKmMinor(rate: DatedRate): Big {
	const amount = rateMinor(rate);
	return rate.unit === 'mil' ? amount.div(10) : amount;
}

/** Kilometres of a trip that are business. */
export function businessKilometres(trip: MileageTrip, rounding: Rounding): Big {
	return paidKilometres(trip.distanceM - trip.privateM - trip.commutingM, rounding);
}

/**
 * Splits a trip into what is paid at which rates. `drivenKm` are the kilometres of the same person, employer and year
 * before it. Refuses with `rate.missing`, `rate.overlap` or `rate.currency`.
 */
export function partsOf(
	trip: MileageTrip,
	drivenKm: Big,
	rates: RateTables,
	rounding: Rounding
): Result<MileageParts> {
	const kilometres = businessKilometres(trip, rounding);
	const bands = bandsOf(trip, kilometres, drivenKm, rates.state);
	if (!bands.ok) return bands;
	const parts: MileagePart[] = [];
	for (const band of bands.value.bands) {
		const pair = ratesOf(trip, trip.vehicle, band.aboveKm !== null, rates);
		if (!pair.ok) return pair;
		parts.push({ addition: null, count: 1, ...pair.value, ...band });
	}
	const unknown: MileageAddition[] = [];
	for (const { addition, distanceM, count } of trip.additions) {
		const name = `addition.${addition}`;
		if (!isKnown(rates.state, trip.country, `mileage.tax-free.${name}`)) {
			unknown.push(addition);
			continue;
		}
		const pair = ratesOf(trip, name, false, rates);
		if (!pair.ok) return pair;
		const along = paidKilometres(distanceM, rounding);
		parts.push({
			addition,
			count,
			kilometres: along.gt(kilometres) ? kilometres : along,
			...pair.value,
			upToKm: null,
			aboveKm: null
		});
	}
	const { threshold } = bands.value;
	return ok({
		parts,
		unknown,
		threshold,
		counted: threshold === null ? new Big(0) : kilometres
	});
}

interface Band {
	kilometres: Big;
	upToKm: number | null;
	aboveKm: number | null;
}

/** A trip below the threshold is one band, one above it another, and the one that crosses it both. */
function bandsOf(
	trip: MileageTrip,
	kilometres: Big,
	drivenKm: Big,
	state: readonly DatedRate[]
): Result<{ bands: Band[]; threshold: DatedRate | null }> {
	if (!countsToThreshold(trip, state)) {
		return ok({ bands: [{ kilometres, upToKm: null, aboveKm: null }], threshold: null });
	}
	const found = rateOn(state, { country: trip.country, kind: 'mileage.threshold' }, trip.drivenOn);
	if (!found.ok) return found;
	const limit = Number(found.value.amount);
	const room = new Big(limit).minus(drivenKm);
	const below = room.lt(0) ? new Big(0) : room.lt(kilometres) ? room : kilometres;
	const above = kilometres.minus(below);
	const bands: Band[] = [
		{ kilometres: below, upToKm: limit, aboveKm: null },
		{ kilometres: above, upToKm: null, aboveKm: limit }
	].filter((band) => band.kilometres.gt(0));
	// A trip with nothing to pay still has the rates its other kilometres would have been paid at.
	const whole = { kilometres, upToKm: null, aboveKm: room.gt(0) ? null : limit };
	return ok({ bands: bands.length > 0 ? bands : [whole], threshold: found.value });
}

/** Whether the country counts such a vehicle's kilometres over the year. */
export function countsToThreshold(
	trip: Pick<MileageTrip, 'country' | 'fuel' | 'vehicle'>,
	state: readonly DatedRate[]
): boolean {
	return isKnown(state, trip.country, `${kindOf(state, 'tax-free', trip, trip.vehicle)}.above`);
}

/**
 * The two ladders for one kind. The company's own entitlement goes before the state's; where a country knows none, what
 * is free of tax is what a person is entitled to.
 */
function ratesOf(
	trip: MileageTrip,
	name: string,
	isAbove: boolean,
	{ state, company }: RateTables
): Result<{ entitled: DatedRate; taxFree: DatedRate }> {
	const { country, drivenOn } = trip;
	const lookUp = (rates: readonly DatedRate[], ladder: string): Result<DatedRate> => {
		const kind = kindOf(rates, ladder, trip, name);
		const above = `${kind}.above`;
		const query = isAbove && isKnown(rates, country, above) ? above : kind;
		return rateOn(rates, { country, kind: query }, drivenOn);
	};
	const taxFree = lookUp(state, 'tax-free');
	if (!taxFree.ok) return taxFree;
	const own = lookUp(company, 'entitlement');
	if (!own.ok && own.refusal.code !== 'rate.missing') return own;
	const hasLadder = isKnown(state, country, kindOf(state, 'entitlement', trip, name));
	const entitled = own.ok ? own : hasLadder ? lookUp(state, 'entitlement') : taxFree;
	if (!entitled.ok) return entitled;
	return entitled.value.currency === taxFree.value.currency
		? ok({ entitled: entitled.value, taxFree: taxFree.value })
		: refuse('rate.currency', undefined, { country, day: drivenOn });
}

/** The rate for the fuel where the country tells fuels apart, else the vehicle's. */
function kindOf(
	rates: readonly DatedRate[],
	ladder: string,
	{ country, fuel }: Pick<MileageTrip, 'country' | 'fuel'>,
	name: string
): string {
	const kind = `mileage.${ladder}.${name}`;
	return isKnown(rates, country, `${kind}.${fuel}`) ? `${kind}.${fuel}` : kind;
}

/** Whether a country has such a rate at all, on whatever day. */
function isKnown(rates: readonly DatedRate[], country: string, kind: string): boolean {
	return rates.some((rate) => rate.country === country && rate.kind === kind);
}
