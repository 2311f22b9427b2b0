import Type from 'typebox';
import { CLAIM } from '../privacy.ts';

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
