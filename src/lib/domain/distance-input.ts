import Big from 'big.js';
import { ok, refuse, type Result } from './refusal.ts';

/** The longest drive that can be typed, in kilometres. */
export const LONGEST_DRIVE_KM = 5000;

/**
 * Reads a typed distance in kilometres, `64,6` or `64.6 km`, and gives metres. Refuses with
 * `mileage.distance_missing`, `mileage.distance_unreadable`, `mileage.zero_distance`, `mileage.distance_too_long`.
 */
export function parseKilometres(text: string): Result<number> {
	const typed = text
		.normalize('NFKC')
		.replace(/\s*km\s*$/i, '')
		.trim();
	if (typed === '') return refuse('mileage.distance_missing', 'distanceM');
	if (!/^\d{1,6}([.,]\d{1,3})?$/.test(typed)) {
		return refuse('mileage.distance_unreadable', 'distanceM');
	}
	const metres = new Big(typed.replace(',', '.')).times(1000);
	if (metres.eq(0)) return refuse('mileage.zero_distance', 'distanceM');
	if (metres.gt(LONGEST_DRIVE_KM * 1000)) {
		return refuse('mileage.distance_too_long', 'distanceM', { longestKm: LONGEST_DRIVE_KM });
	}
	return ok(metres.round(0, Big.roundHalfUp).toNumber());
}
