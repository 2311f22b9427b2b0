/** WGS-84: equatorial radius in metres. */
const EQUATOR_M = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const POLAR_M = EQUATOR_M * (1 - FLATTENING);
const ECCENTRICITY_SQ = FLATTENING * (2 - FLATTENING);
const SECOND_ECCENTRICITY_SQ = ECCENTRICITY_SQ / (1 - ECCENTRICITY_SQ);
const RADIANS = Math.PI / 180;

/** Places in columns: earth-centred, earth-fixed metres. */
export interface CartesianColumns {
	x: Float64Array;
	y: Float64Array;
	z: Float64Array;
}

/**
 * Writes a position on the WGS-84 ellipsoid, height 0, to row `at` as earth-centred metres. Space has neither poles nor
 * an antimeridian, so whatever averages or filters positions works here and needs no special case.
 */
export function writeCartesian(
	to: CartesianColumns,
	at: number,
	latitude: number,
	longitude: number
): void {
	const sin = Math.sin(latitude * RADIANS);
	const cos = Math.cos(latitude * RADIANS);
	const primeVerticalM = EQUATOR_M / Math.sqrt(1 - ECCENTRICITY_SQ * sin * sin);
	to.x[at] = primeVerticalM * cos * Math.cos(longitude * RADIANS);
	to.y[at] = primeVerticalM * cos * Math.sin(longitude * RADIANS);
	to.z[at] = primeVerticalM * (1 - ECCENTRICITY_SQ) * sin;
}

/** The position below or above a point near the surface, in degrees; the longitude in -180…180. */
export function toPosition(x: number, y: number, z: number): [latitude: number, longitude: number] {
	return [latitudeOf(x, y, z), longitudeOf(x, y)];
}

/**
 * Degrees of latitude of a point near the surface. One step of Bowring's formula ("Transformation from spatial to
 * geographical coordinates", Survey Review 181, 1976), exact to far below a millimetre within 10 km of the ellipsoid.
 */
export function latitudeOf(x: number, y: number, z: number): number {
	// Not Math.hypot: it is slow, and guards against sizes the Earth doesn't have.
	const fromAxis = Math.sqrt(x * x + y * y);
	const sideways = z * EQUATOR_M;
	const outwards = fromAxis * POLAR_M;
	const length = Math.sqrt(sideways * sideways + outwards * outwards);
	const sin = sideways / length;
	const cos = outwards / length;
	const latitude = Math.atan2(
		z + SECOND_ECCENTRICITY_SQ * POLAR_M * sin * sin * sin,
		fromAxis - ECCENTRICITY_SQ * EQUATOR_M * cos * cos * cos
	);
	return latitude / RADIANS;
}

/** Degrees of longitude of a point, -180…180. */
export function longitudeOf(x: number, y: number): number {
	return Math.atan2(y, x) / RADIANS;
}
