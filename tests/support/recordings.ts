import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

/** Real recordings and receipts lie beside the project, never in it; without them tests use made-up ones. */
const SHARED = fileURLToPath(new URL('../../../shared/data', import.meta.url));

export interface RecordedFix {
	latitude: number;
	longitude: number;
	accuracyM: number;
}

/** The beginning of a real bicycle ride; without the recordings a made-up one of the same pace. */
export function aRecordedRide(fixCount: number): RecordedFix[] {
	const file = path.join(SHARED, 'traces/mobilitynet/ios-2_suburb_bicycling_1564279266.json');
	if (!existsSync(file)) {
		return Array.from({ length: fixCount }, (_, n) => ({
			latitude: 55.4 + n * 0.00003,
			longitude: 10.4 + Math.sin(n / 20) * 0.0004,
			accuracyM: 5
		}));
	}
	const { points } = JSON.parse(readFileSync(file, 'utf8')) as {
		points: [number, number, number, number, number | null, number | null][];
	};
	return points
		.slice(0, fixCount)
		.map(([, latitude, longitude, accuracyM]) => ({ latitude, longitude, accuracyM }));
}

/** A photographed receipt; null without the shared data. */
export function aReceiptPhoto(n = 0): string | null {
	const folder = path.join(SHARED, 'receipts/softmatic');
	if (!existsSync(folder)) return null;
	const photo = readdirSync(folder)
		.filter((name) => name.endsWith('.jpg'))
		.sort()[n];
	return photo === undefined ? null : path.join(folder, photo);
}
