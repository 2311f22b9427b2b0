import { toCartesian } from './cartesian.ts';
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

/** Worse fixes come from cell towers and Wi-Fi. */
const MAX_ACCURACY_M = 100;
/** A receiver that claims less is boasting. */
const MIN_ACCURACY_M = 1;

/** A stored row as the fix it was. */
export function fixOfRow([timeMs, lat, lon, accuracyM, speedMps, headingDeg]: FixRow): TraceFix {
	return { timeMs, lat, lon, accuracyM, speedMps, headingDeg };
}

/** Why a fix can't be used at all, whatever stands around it; null when it can. */
export function flawOf(fix: TraceFix): 'unreadable' | 'inaccurate' | null {
	const isReadable =
		Number.isFinite(fix.timeMs) &&
		Math.abs(fix.lat) <= 90 &&
		Math.abs(fix.lon) <= 180 &&
		fix.accuracyM >= 0;
	if (!isReadable) return 'unreadable';
	return fix.accuracyM > MAX_ACCURACY_M ? 'inaccurate' : null;
}

/**
 * The usable fixes in order of time, one for each time: of several the most accurate, then the southernmost, then the
 * westernmost, so that the order of the list changes nothing. What is left out goes to `rejected`.
 */
export function readFixes(
	fixes: readonly TraceFix[],
	pauses: readonly { fromMs: number; toMs: number }[],
	rejected: RejectedFix[]
): FixColumns {
	const order: number[] = [];
	let isInOrder = true;
	let newestMs = -Infinity;
	for (let index = 0; index < fixes.length; index += 1) {
		const fix = fixes[index]!;
		const flaw = flawOf(fix) ?? (isInside(pauses, fix.timeMs) ? 'paused' : null);
		if (flaw !== null) {
			rejected.push({ index, reason: flaw });
			continue;
		}
		isInOrder &&= fix.timeMs > newestMs;
		newestMs = fix.timeMs;
		order.push(index);
	}
	if (!isInOrder) order.sort((a, b) => compare(fixes[a]!, fixes[b]!));

	const columns = emptyColumns(order.length);
	let length = 0;
	for (const index of order) {
		const fix = fixes[index]!;
		if (length > 0 && columns.timeMs[length - 1] === fix.timeMs) {
			rejected.push({ index, reason: 'repeated' });
			continue;
		}
		const [x, y, z] = toCartesian(fix.lat, fix.lon);
		columns.timeMs[length] = fix.timeMs;
		columns.x[length] = x;
		columns.y[length] = y;
		columns.z[length] = z;
		columns.accuracyM[length] = Math.max(MIN_ACCURACY_M, fix.accuracyM);
		const speed = fix.speedMps ?? NaN;
		columns.speedMps[length] = speed >= 0 && speed < Infinity ? speed : NaN;
		columns.index[length] = index;
		length += 1;
	}
	columns.length = length;
	return columns;
}

/** The columns with only the fixes at the given places, which are in order and without repetition. */
export function pickFixes(from: FixColumns, places: readonly number[]): FixColumns {
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

function compare(a: TraceFix, b: TraceFix): number {
	return a.timeMs - b.timeMs || a.accuracyM - b.accuracyM || a.lat - b.lat || a.lon - b.lon;
}

function isInside(pauses: readonly { fromMs: number; toMs: number }[], timeMs: number): boolean {
	return pauses.some(({ fromMs, toMs }) => timeMs > fromMs && timeMs < toMs);
}
