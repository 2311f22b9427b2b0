import Big, { type BigSource } from 'big.js';
import { currencyExponent } from './money.ts';

/** Where an engine comes by an amount, from small to large. */
export type RoundingPlace = 'meal' | 'day' | 'trip' | 'total';

/** How one country rounds under one set of rules; every call that rounds names it. Halves go away from zero. */
export interface Rounding {
	/** `minor` is to the øre, `major` to the whole krone. */
	unit: 'minor' | 'major';
	/** Places at which an amount is rounded; at all others it is carried on exactly. */
	at: readonly RoundingPlace[];
	/** Decimals of a kilometre that is paid. */
	kilometreDecimals: 0 | 1 | 2 | 3;
}

/** An amount in minor units as it stands after a place: rounded if the country rounds there, else exactly as it was. */
export function roundAt(
	place: RoundingPlace,
	amountMinor: BigSource,
	currency: string,
	{ unit, at }: Pick<Rounding, 'unit' | 'at'>
): Big {
	const exact = new Big(amountMinor);
	if (!at.includes(place)) return exact;
	const decimals = unit === 'major' ? -currencyExponent(currency) : 0;
	return roundHalfAway(exact, decimals);
}

/** The integer an outcome ends in: rounded at `total` if the country does, and to the minor unit always. */
export function totalMinor(
	amountMinor: BigSource,
	currency: string,
	rounding: Pick<Rounding, 'unit' | 'at'>
): number {
	return roundHalfAway(roundAt('total', amountMinor, currency, rounding), 0).toNumber();
}

/** Kilometres that are paid, from metres. */
export function paidKilometres(
	distanceM: number,
	{ kilometreDecimals }: Pick<Rounding, 'kilometreDecimals'>
): Big {
	return new Big(distanceM).div(1000).round(kilometreDecimals, Big.roundHalfUp);
}

/** big.js names "half up" what goes away from zero for negative numbers too. */
function roundHalfAway(value: Big, decimals: number): Big {
	return value.round(decimals, Big.roundHalfUp);
}
