import geographiclib from 'geographiclib-geodesic';
import type { TraceFix } from '@outlay/domain/trace-fix';

const karney = geographiclib.Geodesic.WGS84;

/** A drive in a straight line from a place, without noise: one fix every `everyS` seconds. */
export function straightDrive(options: {
	latitude?: number;
	longitude?: number;
	azimuth?: number;
	speedMps?: number;
	seconds: number;
	everyS?: number;
	fromMs?: number;
	accuracyM?: number;
}): TraceFix[] {
	const { latitude = 55.4, longitude = 10.4, azimuth = 60, speedMps = 20, everyS = 1 } = options;
	const fixes: TraceFix[] = [];
	for (let second = 0; second <= options.seconds; second += everyS) {
		const at = karney.Direct(latitude, longitude, azimuth, speedMps * second);
		fixes.push({
			timeMs: (options.fromMs ?? 0) + second * 1000,
			lat: at.lat2!,
			lon: ((at.lon2! + 540) % 360) - 180,
			accuracyM: options.accuracyM ?? 5,
			speedMps,
			headingDeg: azimuth
		});
	}
	return fixes;
}

/** The last place of `fixes`, kept for a while with noise of a few metres. */
export function lieStill(fixes: readonly TraceFix[], seconds: number, noiseM = 4): TraceFix[] {
	const { timeMs, lat, lon } = fixes.at(-1)!;
	return Array.from({ length: seconds }, (_, index) => ({
		timeMs: timeMs + (index + 1) * 1000,
		lat: lat + (Math.sin(index * 7.3) * noiseM) / 111_000,
		lon: lon + (Math.cos(index * 3.1) * noiseM) / 64_000,
		accuracyM: 5,
		speedMps: 0,
		headingDeg: null
	}));
}

/** One fix; what isn't said is ordinary. */
export function aFix(timeMs: number, lat: number, lon: number, accuracyM = 5): TraceFix {
	return { timeMs, lat, lon, accuracyM, speedMps: null, headingDeg: null };
}
