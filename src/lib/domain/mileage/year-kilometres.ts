import Big from 'big.js';
import { rateOn } from '../rate-on.ts';
import { paidKilometres } from '../rounding.ts';
import { MILEAGE_RULES } from '../rates/mileage-rules.ts';
import { settingOn } from '../setting-on.ts';
import type { Setting } from '../setting.ts';
import type { MileageFacts } from './mileage-amount.ts';
import { countsToThreshold } from './mileage-parts.ts';
import { ratedVehicle } from './rated-vehicle.ts';

export interface YearKilometres {
	/** `2026`. */
	year: string;
	/** Business kilometres that count, as paid. */
	kilometres: number;
	/** Where the lower rate begins. */
	thresholdKm: number;
	/** Metres that other drives were paid at the high rate for: what an amount is worked out with. */
	beforeM: number;
}

/** A drive that was submitted, with the metres its amount was worked out with. */
export interface StatedDrive {
	drive: MileageFacts;
	yearBeforeM: number;
}

/**
 * How far the drives of a year have come towards the limit above which kilometres are paid less, for a drive like
 * `drive`. `others` are the person's drives that stand: submitted, and not declined or taken back, in any order. Null
 * where its country counts none for such a vehicle, or there is no figure for its day.
 *
 * Drives use the high rate up in the order they are submitted, each as much as it was paid for. So an amount that was
 * said stays as it was said: when an earlier drive is submitted later, it is the late one that meets the limit; when
 * one is declined or taken back, the kilometres it leaves unused go to the next one submitted, itself if it comes again.
 * Over the year nobody is paid the high rate for more than the limit, nor, while they go on driving, for less.
 */
export function yearKilometres(
	drive: MileageFacts,
	others: readonly StatedDrive[],
	settings: readonly Setting[]
): YearKilometres | null {
	const { drivenOn, country } = drive;
	const limitKm = limitOf(drive, settings);
	const rounding = MILEAGE_RULES.find((rules) => rules.country === country)?.rounding;
	if (drivenOn === null || limitKm === null || rounding === undefined) return null;
	const year = drivenOn.slice(0, 4);
	const limits = new Map<string, number | null>();
	let [kilometres, usedKm] = [new Big(0), new Big(0)];
	for (const { drive: other, yearBeforeM } of others) {
		if (other.country !== country || !other.drivenOn?.startsWith(year)) continue;
		const kind = `${other.drivenOn} ${other.vehicle} ${other.vehicleOwner}`;
		const itsLimitKm = limits.has(kind) ? limits.get(kind) : limitOf(other, settings);
		limits.set(kind, itsLimitKm ?? null);
		if (itsLimitKm === null || itsLimitKm === undefined) continue;
		const driven = paidKilometres(other.distanceM ?? 0, rounding);
		const room = new Big(itsLimitKm).minus(new Big(yearBeforeM).div(1000));
		kilometres = kilometres.plus(driven);
		usedKm = usedKm.plus(room.lt(0) ? 0 : room.lt(driven) ? room : driven);
	}
	return {
		year,
		kilometres: kilometres.toNumber(),
		thresholdKm: limitKm,
		beforeM: usedKm.times(1000).round().toNumber()
	};
}

function limitOf(
	{ drivenOn, country, vehicle, vehicleOwner }: MileageFacts,
	settings: readonly Setting[]
): number | null {
	if (drivenOn === null) return null;
	const state = settingOn(settings, 'mileage-rates', drivenOn)?.body.state ?? [];
	const rated = ratedVehicle({ vehicle, vehicleOwner });
	if (rated === null || !countsToThreshold({ country, ...rated }, state)) return null;
	const limit = rateOn(state, { country, kind: 'mileage.threshold' }, drivenOn);
	return limit.ok ? Number(limit.value.amount) : null;
}
