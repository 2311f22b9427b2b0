import Type from 'typebox';
import { CLAIM } from '../privacy.ts';
import type { MileageFuel, MileageVehicle } from './mileage-trip.ts';

/** What is driven, as people name it. */
export const VEHICLE_TYPES = [
	'car',
	'electric-car',
	'motorcycle',
	'moped',
	'bicycle',
	'snowmobile',
	'motor-boat'
] as const;
export type VehicleType = (typeof VEHICLE_TYPES)[number];
export type VehicleOwner = 'own' | 'company';

/** Members of what names a vehicle. */
export const VEHICLE_MEMBERS = {
	vehicle: Type.Union(
		VEHICLE_TYPES.map((type) => Type.Literal(type)),
		{ privacy: CLAIM }
	),
	vehicleOwner: Type.Union([Type.Literal('own'), Type.Literal('company')], { privacy: CLAIM })
};

export interface Vehicle {
	vehicle: VehicleType;
	vehicleOwner: VehicleOwner;
}

/** The vehicle of the rates; null for one of the company that nobody has a rate for, such as its boat. */
export function ratedVehicle({
	vehicle,
	vehicleOwner
}: Vehicle): { vehicle: MileageVehicle; fuel: MileageFuel } | null {
	const fuel = vehicle === 'electric-car' ? 'electric' : 'other';
	const isCar = vehicle === 'car' || vehicle === 'electric-car';
	if (isCar) return { vehicle: vehicleOwner === 'own' ? 'own-car' : 'company-car', fuel };
	return vehicleOwner === 'own' ? { vehicle, fuel } : null;
}
