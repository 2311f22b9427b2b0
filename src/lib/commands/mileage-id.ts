/** A trip's draft mileage has the trip's own ULID, so that finishing twice makes one draft. */
export function mileageIdOf(tripId: string): string {
	return tripId.replace(/^trip:/, 'transaction:');
}
