import Big from 'big.js';
import { LONGEST_DRIVE_KM } from './distance-input.ts';
import { ok, refuse, type Result } from './refusal.ts';
import { MOST_ODOMETER_M } from './trip.ts';

/** Odometer and measured distance may differ by this share … */
const TOLERATED_SHARE = 0.05;
/** … or by this much before anybody is asked. */
const TOLERATED_M = 1000;
/** Most odometers show whole kilometres, cut off: the difference of two is up to one more or less. */
const READING_M = 1000;

export interface OdometerDistance {
	distanceM: number;
	/** What two cut-off readings can mean. */
	lowM: number;
	highM: number;
}

/**
 * Metres between two readings in metres; null while one is missing, or when one must be mistyped: an odometer never
 * counts back, and no drive is longer than `LONGEST_DRIVE_KM`.
 */
export function odometerDistance(
	startM: number | null,
	endM: number | null
): OdometerDistance | null {
	if (startM === null || endM === null) return null;
	const distanceM = endM - startM;
	if (distanceM <= 0 || distanceM > LONGEST_DRIVE_KM * 1000) return null;
	return { distanceM, lowM: Math.max(0, distanceM - READING_M), highM: distanceM + READING_M };
}

/** Whether two distances of one trip lie more than 5 % of the measured one and more than 1 km apart. */
export function differsFromOdometer(measuredM: number, odometerM: number): boolean {
	const apartM = Math.abs(measuredM - odometerM);
	return apartM > TOLERATED_M && apartM > TOLERATED_SHARE * measuredM;
}

/**
 * Reads what an odometer shows in kilometres, `48210`, `48 210`, `48.210` or `48210,5`, and gives metres; null for an
 * empty text. A single decimal is a tenth of a kilometre, three digits after a sign are thousands. Refuses with
 * `odometer.unreadable`.
 */
export function parseOdometer(text: string): Result<number | null> {
	const typed = text
		.normalize('NFKC')
		.replace(/\s*km\s*$/i, '')
		.replaceAll(/[\s'’]/g, '');
	if (typed === '') return ok(null);
	const isGrouped = /^\d{1,3}([.,]\d{3})+$/.test(typed);
	if (!isGrouped && !/^\d{1,7}([.,]\d)?$/.test(typed)) return refuse('odometer.unreadable');
	const kilometres = isGrouped ? typed.replaceAll(/[.,]/g, '') : typed.replace(',', '.');
	const metres = new Big(kilometres).times(1000).toNumber();
	return metres > MOST_ODOMETER_M ? refuse('odometer.unreadable') : ok(metres);
}
