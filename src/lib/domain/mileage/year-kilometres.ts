import Big from 'big.js';
import { rateOn } from '../dated-rates.ts';
import { paidKilometres } from '../rounding.ts';
import { MILEAGE_RULES } from '../rates/mileage-rules.ts';
import { settingOn, type Setting } from '../setting.ts';
import type { MileageBody } from '../transaction.ts';
import { countsToThreshold } from './mileage-parts.ts';
import { ratedVehicle } from './vehicle.ts';

export interface YearKilometres {
	/** `2026`. */
	year: string;
	/** Business kilometres that count, as paid. */
	kilometres: number;
	/** Where the lower rate begins. */
	thresholdKm: number;
}

type Drive = Pick<MileageBody, 'distanceM' | 'drivenOn' | 'country' | 'vehicle' | 'vehicleOwner'>;

/**
 * How far the drives of a year have come towards the limit above which kilometres are paid less, for a drive like
 * `drive`. Null where its country counts none for such a vehicle, or there is no figure for its day.
 */
export function yearKilometres(
	drive: Drive,
	drives: readonly Drive[],
	settings: readonly Setting[]
): YearKilometres | null {
	const { drivenOn, country } = drive;
	if (drivenOn === null) return null;
	const state = settingOn(settings, 'mileage-rates', drivenOn)?.body.state ?? [];
	const rounding = MILEAGE_RULES.find((rules) => rules.country === country)?.rounding;
	const limit = rateOn(state, { country, kind: 'mileage.threshold' }, drivenOn);
	const counts = (one: Drive) => {
		const rated = ratedVehicle(one);
		return rated !== null && countsToThreshold({ country: one.country, ...rated }, state);
	};
	if (rounding === undefined || !limit.ok || !counts(drive)) return null;
	const year = drivenOn.slice(0, 4);
	const kilometres = drives
		.filter((one) => one.country === country && one.drivenOn?.startsWith(year) && counts(one))
		.reduce((sum, { distanceM }) => sum.plus(paidKilometres(distanceM ?? 0, rounding)), new Big(0));
	return { year, kilometres: kilometres.toNumber(), thresholdKm: Number(limit.value.amount) };
}
