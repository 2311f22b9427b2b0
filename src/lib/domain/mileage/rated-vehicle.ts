import type { MileageFuel, MileageVehicle } from './mileage-trip.ts';
import type { Vehicle } from './vehicle.ts';

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
