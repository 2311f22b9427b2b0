import Big from 'big.js';
import { ok, refuse, type Result } from '../refusal.ts';
import { MILEAGE_RULES } from '../rates/mileage-rules.ts';
import { settingOn } from '../setting-on.ts';
import type { Setting } from '../setting.ts';
import type { DerivationLine } from '../submission.ts';
import type { MileageBody } from '../transaction.ts';
import { rateTrip } from './rate-mileage.ts';
import { ratedVehicle } from './rated-vehicle.ts';

export type MileageFacts = Pick<
	MileageBody,
	'distanceM' | 'drivenOn' | 'country' | 'vehicle' | 'vehicleOwner'
>;

export interface MileageAmount {
	/** Free of tax and taxed together. */
	amountMinor: number;
	currency: string;
	derivation: DerivationLine[];
}

/**
 * What one drive pays by the company's settings of its day, the same on device and server. `yearBeforeM` are the
 * metres of its year that other drives have used of the high rate (`yearKilometres`): where a country pays less above
 * a threshold, the drive that crosses it is split there. Refuses with `mileage.distance_missing`, `mileage.date_missing`, `mileage.zero_distance`, `mileage.vehicle_unrated` or
 * `rate.missing`.
 */
export function mileageAmount(
	{ distanceM, drivenOn, country, vehicle, vehicleOwner }: MileageFacts,
	settings: readonly Setting[],
	yearBeforeM: number
): Result<MileageAmount> {
	if (distanceM === null) return refuse('mileage.distance_missing', 'distanceM');
	if (drivenOn === null) return refuse('mileage.date_missing', 'drivenOn');
	if (distanceM === 0) return refuse('mileage.zero_distance', 'distanceM');
	const rated = ratedVehicle({ vehicle, vehicleOwner });
	if (rated === null) return refuse('mileage.vehicle_unrated', 'vehicle');
	const setting = settingOn(settings, 'mileage-rates', drivenOn)?.body;
	if (setting === undefined) return refuse('rate.missing', 'drivenOn', { day: drivenOn, country });
	const { outcome } = rateTrip(
		{
			tripId: '',
			personId: '',
			employerId: '',
			drivenOn,
			startedAt: '',
			country,
			...rated,
			distanceM,
			privateM: 0,
			commutingM: 0,
			additions: [],
			costs: []
		},
		new Big(yearBeforeM).div(1000),
		{
			rates: { state: setting.state, company: setting.company },
			rules: MILEAGE_RULES,
			excessIsSalary: setting.excessIsSalary,
			fuelReceipts: []
		}
	);
	if (!outcome.ok) return outcome;
	const { taxFreeMinor, taxableMinor, currency, lines } = outcome.value;
	return ok({ amountMinor: taxFreeMinor + taxableMinor, currency, derivation: lines });
}
