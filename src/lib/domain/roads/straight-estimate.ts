import { geodesicM } from '../geodesic.ts';
import type { Position } from '../trip.ts';

/**
 * Roads are on average about 1.3 times as long as the straight line (the detour index of European road networks lies
 * between 1.2 and 1.5): an estimate, which a person must confirm.
 */
export const DETOUR_FACTOR = 1.3;
/** Few roads are longer than this many straight lines. */
export const LONGEST_DETOUR = 1.5;

/** Metres by road through places, guessed from the straight lines between them. */
export function estimateByRoad(places: readonly Position[]): number {
	let straightM = 0;
	for (let leg = 1; leg < places.length; leg += 1) {
		straightM += geodesicM(...places[leg - 1]!, ...places[leg]!);
	}
	return straightM * DETOUR_FACTOR;
}
