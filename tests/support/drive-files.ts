import { FitBaseType, FitEncoder } from 'fit-file-parser/encoder';

export const START_MS = Date.parse('2026-03-02T08:00:00.000Z');

/** North at 20 m/s for ten minutes. */
export const PLACES = Array.from({ length: 600 }, (_, second) => ({
	timeMs: START_MS + second * 1000,
	latitude: 55.4 + second * 1.8e-4,
	longitude: 10.4
}));

/** The drive as GPX. */
export function aGpx(): Blob {
	const points = PLACES.map(
		({ timeMs, latitude, longitude }) =>
			`<trkpt lat="${latitude}" lon="${longitude}"><time>${new Date(timeMs).toISOString()}</time></trkpt>`
	);
	const text = `<gpx version="1.1"><trk><name>To the site</name><trkseg>${points.join('')}</trkseg></trk></gpx>`;
	return new Blob([text]);
}

/** The same as FIT, as sports watches write it. */
export function aFit(): Blob {
	const encoder = new FitEncoder();
	const toSemicircles = (degrees: number) => Math.round((degrees * 2 ** 31) / 180);
	const fitEpochMs = Date.parse('1989-12-31T00:00:00.000Z');
	for (const { timeMs, latitude, longitude } of PLACES) {
		encoder.writeMessage(20, [
			{ number: 253, size: 4, baseType: FitBaseType.Uint32, value: (timeMs - fitEpochMs) / 1000 },
			{ number: 0, size: 4, baseType: FitBaseType.Sint32, value: toSemicircles(latitude) },
			{ number: 1, size: 4, baseType: FitBaseType.Sint32, value: toSemicircles(longitude) },
			{ number: 6, size: 2, baseType: FitBaseType.Uint16, value: 20_000 }
		]);
	}
	return new Blob([encoder.close() as Uint8Array<ArrayBuffer>]);
}

/** The same as Google's old log of places. */
export function aTimeline(): Blob {
	const at = (place: (typeof PLACES)[number]) => ({
		latitudeE7: Math.round(place.latitude * 1e7),
		longitudeE7: Math.round(place.longitude * 1e7),
		accuracy: 6,
		timestamp: new Date(place.timeMs).toISOString()
	});
	return new Blob([JSON.stringify({ locations: PLACES.map(at) })]);
}
