import { lineString } from '@turf/helpers';
import turfLength from '@turf/length';
import { getPathLength } from 'geolib';
import { geodesicM } from '@outlay/domain/geodesic';
import type { TraceFix } from '@outlay/domain/trace-fix';

// Leaflet asks for a window as it loads, and needs none to compute.
Object.assign(globalThis, { window: globalThis });
const { Earth } = await import('leaflet/src/geo/crs/CRS.Earth.js');

/** Another way to a distance, in metres. */
export interface Peer {
	name: string;
	measureM: (fixes: readonly TraceFix[]) => number;
}

/** What OpenTracks counts by default: fixes of at most 50 m, a step each 10 m, WGS-84 between. */
const OPENTRACKS_ACCURACY_M = 50;
const OPENTRACKS_STEP_M = 10;

export const PEERS: readonly Peer[] = [
	{
		name: 'turf',
		measureM: (fixes) =>
			fixes.length < 2
				? 0
				: turfLength(lineString(fixes.map(({ lat, lon }) => [lon, lat])), { units: 'meters' })
	},
	{
		name: 'leaflet',
		measureM: (fixes) =>
			sumOfSteps(fixes, (from, to) =>
				Earth.distance({ lat: from.lat, lng: from.lon }, { lat: to.lat, lng: to.lon })
			)
	},
	{
		name: 'geolib',
		measureM: (fixes) =>
			fixes.length < 2
				? 0
				: getPathLength(fixes.map(({ lat, lon }) => ({ latitude: lat, longitude: lon })))
	},
	{
		name: 'opentracks',
		measureM(fixes) {
			let sumM = 0;
			let counted: TraceFix | null = null;
			for (const fix of fixes) {
				if (fix.accuracyM > OPENTRACKS_ACCURACY_M) continue;
				const stepM = counted ? geodesicM(counted.lat, counted.lon, fix.lat, fix.lon) : 0;
				if (counted && stepM < OPENTRACKS_STEP_M) continue;
				sumM += stepM;
				counted = fix;
			}
			return sumM;
		}
	}
];

function sumOfSteps(
	fixes: readonly TraceFix[],
	stepM: (from: TraceFix, to: TraceFix) => number
): number {
	let sumM = 0;
	for (let n = 1; n < fixes.length; n += 1) sumM += stepM(fixes[n - 1]!, fixes[n]!);
	return sumM;
}
