import type { DatedRate } from '@outlay/domain/dated-rates';
import {
	rateMileage,
	type MileageQuestion,
	type MileageRating
} from '@outlay/domain/mileage/rate-mileage';
import type { MileageOutcome } from '@outlay/domain/mileage/mileage-outcome';
import type { MileageTrip } from '@outlay/domain/mileage/mileage-trip';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { MILEAGE_RULES } from '@outlay/domain/rates/mileage-rules';

/** Builders of drives and their ratings for tests: 100 km in one’s own car, to be bent where a test needs it. */
export function aDrive(change: Partial<MileageTrip> = {}): MileageTrip {
	return {
		tripId: 't1',
		personId: 'jonas',
		employerId: 'nordlys',
		drivenOn: '2025-03-03',
		startedAt: '',
		country: 'DK',
		vehicle: 'own-car',
		fuel: 'petrol',
		distanceM: 100_000,
		privateM: 0,
		commutingM: 0,
		additions: [],
		costs: [],
		...change
	};
}

export function rating(trips: MileageTrip[], change: Partial<MileageQuestion> = {}): MileageRating {
	return rateMileage({
		trips,
		rates: { state: STATE_MILEAGE_RATES, company: [] },
		rules: MILEAGE_RULES,
		excessIsSalary: false,
		exported: [],
		fuelReceipts: [],
		...change
	});
}

export function outcomes(
	trips: MileageTrip[],
	change: Partial<MileageQuestion> = {}
): MileageOutcome[] {
	return rating(trips, change).trips.map(({ outcome }) => {
		if (!outcome.ok) throw new Error(outcome.refusal.code);
		return outcome.value;
	});
}

export function outcome(change: Partial<MileageTrip>, question: Partial<MileageQuestion> = {}) {
	const [only] = outcomes([aDrive(change)], question);
	if (only === undefined) throw new Error('no outcome');
	return only;
}

export function companyRate(kind: string, amount: string): DatedRate {
	return {
		country: 'DK',
		kind,
		place: null,
		validFrom: '2025-01-01',
		validTo: null,
		unit: 'km',
		amount,
		currency: 'DKK',
		source: 'Travel policy',
		verified: true
	};
}
