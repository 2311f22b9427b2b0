/** WGS-84: equatorial radius in metres. */
const EQUATOR_M = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const ECCENTRICITY_SQ = FLATTENING * (2 - FLATTENING);
const RADIANS = Math.PI / 180;

/**
 * Metres between two WGS-84 positions in degrees, along the ellipsoid.
 *
 * The straight chord through the ellipsoid is computed without cancellation, then bent to the arc with the radius of
 * curvature in its direction at the middle latitude (from the meridian and the prime-vertical radius). Within 1e-9 of
 * Karney's geodesic for steps below 1 km and 1e-6 below 2,000 km, at the poles and across the antimeridian too; towards
 * the far side of the Earth it is off by up to 5 %.
 */
export function geodesicM(
	fromLatitude: number,
	fromLongitude: number,
	toLatitude: number,
	toLongitude: number
): number {
	const dLatitude = (toLatitude - fromLatitude) * RADIANS;
	const dLongitude = longitudeStep(fromLongitude, toLongitude) * RADIANS;
	const middle = ((fromLatitude + toLatitude) / 2) * RADIANS;

	const fromSin = Math.sin(fromLatitude * RADIANS);
	const toSin = Math.sin(toLatitude * RADIANS);
	const fromCos = cosineOfDegrees(fromLatitude);
	const toCos = cosineOfDegrees(toLatitude);
	const fromRoot = Math.sqrt(1 - ECCENTRICITY_SQ * fromSin * fromSin);
	const toRoot = Math.sqrt(1 - ECCENTRICITY_SQ * toSin * toSin);
	const fromN = EQUATOR_M / fromRoot;
	const toN = EQUATOR_M / toRoot;

	// Differences are written as products: subtracting coordinates of 6,000 km would leave only nanometres of a step.
	const halfChord = 2 * Math.sin(dLatitude / 2);
	const sinStep = halfChord * Math.cos(middle);
	const cosStep = -halfChord * Math.sin(middle);
	const nStep =
		(EQUATOR_M * ECCENTRICITY_SQ * sinStep * (fromSin + toSin)) /
		(fromRoot * toRoot * (fromRoot + toRoot));

	const up = (1 - ECCENTRICITY_SQ) * (nStep * toSin + fromN * sinStep);
	const out = nStep * toCos + fromN * cosStep;
	const halfTurn = Math.sin(dLongitude / 2);
	const acrossSq = 4 * fromN * fromCos * toN * toCos * halfTurn * halfTurn;
	const alongSq = up * up + out * out;
	const chordSq = alongSq + acrossSq;
	// A millionth of a nanometre: squares below that lose their digits.
	if (chordSq < 1e-30) return 0;

	const sinMiddle = Math.sin(middle);
	const rootSq = 1 - ECCENTRICITY_SQ * sinMiddle * sinMiddle;
	const primeVerticalM = EQUATOR_M / Math.sqrt(rootSq);
	const meridianM = (primeVerticalM * (1 - ECCENTRICITY_SQ)) / rootSq;
	// Euler: the curvature in a direction is the mean of the two, weighed by its squared parts.
	const curvature = (alongSq / meridianM + acrossSq / primeVerticalM) / chordSq;
	const chord = Math.sqrt(chordSq);
	return (2 / curvature) * Math.asin(Math.min(1, (chord * curvature) / 2));
}

/** Degrees east from one longitude to another by the shorter way, exact across the antimeridian. */
export function longitudeStep(from: number, to: number): number {
	const step = to - from;
	if (step > 180) return to - 180 - (from + 180);
	if (step < -180) return to + 180 - (from - 180);
	return step;
}

/** Metres per degree of latitude and of longitude around a latitude, for plane geometry over a few kilometres. */
export function metresPerDegree(latitude: number): { latitude: number; longitude: number } {
	const sin = Math.sin(latitude * RADIANS);
	const rootSq = 1 - ECCENTRICITY_SQ * sin * sin;
	const primeVerticalM = EQUATOR_M / Math.sqrt(rootSq);
	return {
		latitude: ((primeVerticalM * (1 - ECCENTRICITY_SQ)) / rootSq) * RADIANS,
		longitude: primeVerticalM * cosineOfDegrees(latitude) * RADIANS
	};
}

/** Beside a pole the cosine comes from the distance to the pole, which keeps all its digits. */
function cosineOfDegrees(latitude: number): number {
	const size = Math.abs(latitude);
	return size > 45 ? Math.sin((90 - size) * RADIANS) : Math.cos(size * RADIANS);
}
