import { ok, refuse, type Result } from '../refusal.ts';
import { MILEAGE_RULES } from '../rates/mileage-rules.ts';
import { settingOn, type Setting } from '../setting.ts';
import type { DerivationLine } from '../submission.ts';
import type { MileageBody } from '../transaction.ts';
import { rateMileage } from './rate-mileage.ts';
import { ratedVehicle } from './vehicle.ts';

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
 * What one drive pays by the company's settings of its day, the same on device and server. A submission is judged by
 * itself, so kilometres are not counted over the year here: the threshold's part is `rateMileage`'s over all trips.
 * Refuses with `mileage.distance_missing`, `mileage.date_missing`, `mileage.zero_distance`, `mileage.vehicle_unrated` or
 * `rate.missing`.
 */
export function mileageAmount(
	{ distanceM, drivenOn, country, vehicle, vehicleOwner }: MileageFacts,
	settings: readonly Setting[]
): Result<MileageAmount> {
	if (distanceM === null) return refuse('mileage.distance_missing', 'distanceM');
	if (drivenOn === null) return refuse('mileage.date_missing', 'drivenOn');
	if (distanceM === 0) return refuse('mileage.zero_distance', 'distanceM');
	const rated = ratedVehicle({ vehicle, vehicleOwner });
	if (rated === null) return refuse('mileage.vehicle_unrated', 'vehicle');
	const setting = settingOn(settings, 'mileage-rates', drivenOn)?.body;
	if (setting === undefined) return refuse('rate.missing', 'drivenOn', { day: drivenOn, country });
	const [trip] = rateMileage({
		trips: [
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
			}
		],
		rates: { state: setting.state, company: setting.company },
		rules: MILEAGE_RULES,
		excessIsSalary: setting.excessIsSalary,
		exported: [],
		fuelReceipts: []
	}).trips;
	if (trip === undefined) throw new TypeError('a trip came back unrated');
	if (!trip.outcome.ok) return trip.outcome;
	const { taxFreeMinor, taxableMinor, currency, lines } = trip.outcome.value;
	return ok({ amountMinor: taxFreeMinor + taxableMinor, currency, derivation: lines });
}
