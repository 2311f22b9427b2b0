import { writeCartesian } from './cartesian.ts';
import type { FixRow } from './trip.ts';

/** One position as a receiver gave it: WGS-84 degrees, `accuracyM` the radius that holds the truth in 68 % of cases. */
export interface TraceFix {
	timeMs: number;
	lat: number;
	lon: number;
	accuracyM: number;
	/** From the Doppler shift, where the receiver gives it. */
	speedMps?: number | null;
	/** Clockwise from north. */
	headingDeg?: number | null;
}

export type RejectionReason =
	/** A figure is missing, not a number or out of range. */
	| 'unreadable'
	/** Another fix has the same time. */
	| 'repeated'
	/** From cell towers or Wi-Fi: it says nothing about a road. */
	| 'inaccurate'
	/** Inside a pause. */
	| 'paused'
	/** A ghost: no vehicle gets there from the other fixes, and back. */
	| 'unreachable';

/** A fix that was left out; `index` counts in the list that was measured. */
export interface RejectedFix {
	index: number;
	reason: RejectionReason;
}

/** Fixes in columns, in order of time, places as earth-centred metres: fast to walk through. */
export interface FixColumns {
	length: number;
	/** Milliseconds, strictly increasing. */
	timeMs: Float64Array;
	x: Float64Array;
	y: Float64Array;
	z: Float64Array;
	accuracyM: Float64Array;
	/** NaN where the receiver gave none. */
	speedMps: Float64Array;
	/** Where each fix stood in the list that was given. */
	index: Uint32Array;
}

/**
 * Fixes one after the other in a single run of numbers: a day of them is one thing to hand to a worker and one to
 * collect, instead of 86,400.
 */
export type FixTable = Float64Array<ArrayBuffer>;

/** Numbers of one fix, … */
const FIX_WIDTH = 5;
/** … and where in it each stands; NaN for a speed the receiver did not give. */
const TIME = 0;
const LATITUDE = 1;
const LONGITUDE = 2;
const ACCURACY = 3;
const SPEED = 4;

/** Worse fixes come from cell towers and Wi-Fi. */
const MAX_ACCURACY_M = 100;
/** A receiver that claims less is boasting. */
const MIN_ACCURACY_M = 1;

/** A stored row as the fix it was. */
export function fixOfRow([timeMs, lat, lon, accuracyM, speedMps, headingDeg]: FixRow): TraceFix {
	return { timeMs, lat, lon, accuracyM, speedMps, headingDeg };
}

/** A table of fixes; a figure that is missing becomes NaN. */
export function tableOfFixes(fixes: readonly TraceFix[]): FixTable {
	const table = new Float64Array(fixes.length * FIX_WIDTH);
	for (let index = 0, at = 0; index < fixes.length; index += 1, at += FIX_WIDTH) {
		const { timeMs, lat, lon, accuracyM, speedMps } = fixes[index]!;
		table[at + TIME] = timeMs;
		table[at + LATITUDE] = lat;
		table[at + LONGITUDE] = lon;
		table[at + ACCURACY] = accuracyM;
		table[at + SPEED] = speedMps ?? NaN;
	}
	return table;
}

/** A table of stored rows. */
export function tableOfRows(rows: readonly FixRow[]): FixTable {
	const table = new Float64Array(rows.length * FIX_WIDTH);
	for (let index = 0, at = 0; index < rows.length; index += 1, at += FIX_WIDTH) {
		const row = rows[index]!;
		table[at + TIME] = row[0];
		table[at + LATITUDE] = row[1];
		table[at + LONGITUDE] = row[2];
		table[at + ACCURACY] = row[3];
		table[at + SPEED] = row[4] ?? NaN;
	}
	return table;
}

/** Why a fix can't be used at all, whatever stands around it; null when it can. */
export function flawOf({ timeMs, lat, lon, accuracyM }: TraceFix) {
	return flawIn(timeMs, lat, lon, accuracyM);
}

function flawIn(
	timeMs: number,
	lat: number,
	lon: number,
	accuracyM: number
): 'unreadable' | 'inaccurate' | null {
	const isReadable =
		Number.isFinite(timeMs) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && accuracyM >= 0;
	if (!isReadable) return 'unreadable';
	return accuracyM > MAX_ACCURACY_M ? 'inaccurate' : null;
}

/**
 * The usable fixes in order of time, one for each time: of several the most accurate, then the southernmost, then the
 * westernmost, so that the order of the list changes nothing. What is left out goes to `rejected`.
 */
export function readFixes(
	table: FixTable,
	pauses: readonly { fromMs: number; toMs: number }[],
	rejected: RejectedFix[]
): FixColumns {
	const order = orderOf(table, pauses, rejected);
	const columns = emptyColumns(order.length);
	let length = 0;
	let beforeMs = -Infinity;
	for (let n = 0; n < order.length; n += 1) {
		const index = order[n]!;
		const at = index * FIX_WIDTH;
		const timeMs = table[at + TIME]!;
		if (timeMs === beforeMs) {
			rejected.push({ index, reason: 'repeated' });
			continue;
		}
		beforeMs = timeMs;
		columns.timeMs[length] = timeMs;
		writeCartesian(columns, length, table[at + LATITUDE]!, table[at + LONGITUDE]!);
		columns.accuracyM[length] = Math.max(MIN_ACCURACY_M, table[at + ACCURACY]!);
		const speed = table[at + SPEED]!;
		columns.speedMps[length] = speed >= 0 && speed < Infinity ? speed : NaN;
		columns.index[length] = index;
		length += 1;
	}
	columns.length = length;
	return columns;
}

/** Where the usable fixes stand in the table, in order of time. */
function orderOf(
	table: FixTable,
	pauses: readonly { fromMs: number; toMs: number }[],
	rejected: RejectedFix[]
): Uint32Array {
	const count = table.length / FIX_WIDTH;
	const order = new Uint32Array(count);
	let length = 0;
	let isInOrder = true;
	let newestMs = -Infinity;
	for (let index = 0; index < count; index += 1) {
		const at = index * FIX_WIDTH;
		const timeMs = table[at + TIME]!;
		const flaw =
			flawIn(timeMs, table[at + LATITUDE]!, table[at + LONGITUDE]!, table[at + ACCURACY]!) ??
			(pauses.length > 0 && isInside(pauses, timeMs) ? 'paused' : null);
		if (flaw !== null) {
			rejected.push({ index, reason: flaw });
			continue;
		}
		isInOrder &&= timeMs > newestMs;
		newestMs = timeMs;
		order[length] = index;
		length += 1;
	}
	const usable = order.subarray(0, length);
	return isInOrder ? usable : usable.sort((a, b) => compare(table, a, b));
}

/** The columns with only the fixes at the given places, which are in order and without repetition. */
export function pickFixes(from: FixColumns, places: ArrayLike<number>): FixColumns {
	if (places.length === from.length) return from;
	const columns = emptyColumns(places.length);
	for (let to = 0; to < places.length; to += 1) {
		const at = places[to]!;
		columns.timeMs[to] = from.timeMs[at]!;
		columns.x[to] = from.x[at]!;
		columns.y[to] = from.y[at]!;
		columns.z[to] = from.z[at]!;
		columns.accuracyM[to] = from.accuracyM[at]!;
		columns.speedMps[to] = from.speedMps[at]!;
		columns.index[to] = from.index[at]!;
	}
	return columns;
}

/** Metres between two fixes, straight; below 100 km the arc is longer by less than 0.001 %. */
export function chordM(fixes: FixColumns, from: number, to: number): number {
	const x = fixes.x[to]! - fixes.x[from]!;
	const y = fixes.y[to]! - fixes.y[from]!;
	const z = fixes.z[to]! - fixes.z[from]!;
	return Math.sqrt(x * x + y * y + z * z);
}

function emptyColumns(length: number): FixColumns {
	const column = () => new Float64Array(length);
	return {
		length,
		timeMs: column(),
		x: column(),
		y: column(),
		z: column(),
		accuracyM: column(),
		speedMps: column(),
		index: new Uint32Array(length)
	};
}

/** By time, accuracy, latitude and longitude; what is alike in all of them stays as it stood. */
function compare(table: FixTable, a: number, b: number): number {
	const step = (column: number) => table[a * FIX_WIDTH + column]! - table[b * FIX_WIDTH + column]!;
	return step(TIME) || step(ACCURACY) || step(LATITUDE) || step(LONGITUDE) || a - b;
}

function isInside(pauses: readonly { fromMs: number; toMs: number }[], timeMs: number): boolean {
	return pauses.some(({ fromMs, toMs }) => timeMs > fromMs && timeMs < toMs);
}
