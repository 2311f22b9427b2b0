import type { Rounding } from '../rounding.ts';

export type MileageVehicle =
	| 'own-car'
	/** The company's car, where the driver pays its fuel. */
	| 'company-car'
	| 'motorcycle'
	| 'moped'
	| 'bicycle'
	| 'snowmobile'
	| 'motor-boat';

export type MileageFuel = 'petrol' | 'diesel' | 'electric' | 'other';

export type MileageAddition = 'passenger' | 'trailer' | 'forest-road' | 'heavy-load';

/** What a trip cost beside its kilometres, paid as it was. */
export interface TripCost {
	cost: 'toll' | 'parking' | 'ferry' | 'charging';
	amountMinor: number;
	currency: string;
	/** Null while there is none. */
	receiptId: string | null;
}

/** One drive as the rules see it; lengths in metres. */
export interface MileageTrip {
	tripId: string;
	personId: string;
	/** The employing entity: thresholds are counted for each apart. */
	employerId: string;
	/** `YYYY-MM-DD`, where it was driven. */
	drivenOn: string;
	/** Orders the trips of one day: any string that sorts by time, '' where it is not known. */
	startedAt: string;
	/** Whose rules pay it. */
	country: string;
	vehicle: MileageVehicle;
	fuel: MileageFuel;
	distanceM: number;
	/** Of it driven privately. */
	privateM: number;
	/** Of it between home and the usual workplace. */
	commutingM: number;
	/** How far passengers came along (times their number), a trailer, a forest road, a heavy load. */
	additions: readonly { addition: MileageAddition; distanceM: number; count: number }[];
	costs: readonly TripCost[];
}

/** A country's rules beside its figures. */
export interface MileageRules {
	country: string;
	/** Of an allowance above the official rate: all of it is taxed, or the part above. */
	aboveOfficial: 'all-taxable' | 'excess-taxable';
	rounding: Rounding;
	source: string;
	verified: boolean;
}
