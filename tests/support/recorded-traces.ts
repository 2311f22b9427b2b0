import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import FitParser from 'fit-file-parser';
import type { TraceFix } from '@outlay/domain/trace-fix';

/** A trace with a length known from elsewhere. */
export interface RecordedTrace {
	/** Below the folder that was read. */
	file: string;
	/** Upper case, such as CAR, BUS, BICYCLING, STATIONARY. */
	mode: string;
	referenceM: number;
	/** Where the reference comes from, in words. */
	referenceFrom: string;
	/** Metres driven in silences, where the recording says so. */
	movingGapM: number | null;
	fixes: TraceFix[];
}

/** Recordings lie beside the project, never in it. */
export const RECORDED_TRACES = path.resolve(import.meta.dirname, '../../../shared/data/traces');

export const hasRecordedTraces = existsSync(RECORDED_TRACES);

interface TraceFile {
	mode: string;
	reference_m: number;
	reference_from?: string;
	moving_gap_m?: number;
	points: [
		seconds: number,
		latitude: number,
		longitude: number,
		accuracyM?: number | null,
		speedMps?: number | null,
		headingDeg?: number | null
	][];
}

/** What a receiver without a word about its accuracy is taken for. */
const UNKNOWN_ACCURACY_M = 5;

/**
 * All traces below a folder, by name: JSON files with `points` and FIT files with a wheel sensor's distance. Other
 * files are passed over. Throws with the name of a file that can't be read.
 */
export async function recordedTraces(folder: string): Promise<RecordedTrace[]> {
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
	const traces: RecordedTrace[] = [];
	for (const file of files) {
		const kind = path.extname(file).toLowerCase();
		if (kind !== '.json' && kind !== '.fit') continue;
		const bytes = readFileSync(path.join(folder, file));
		try {
			const trace = kind === '.fit' ? await readFit(bytes) : readJson(bytes);
			if (trace) traces.push({ file, ...trace });
		} catch (error) {
			throw new Error(`${file} can't be read as a trace.`, { cause: error });
		}
	}
	return traces;
}

function readJson(bytes: Buffer): Omit<RecordedTrace, 'file'> | null {
	const trace = JSON.parse(bytes.toString('utf8')) as Partial<TraceFile>;
	if (!Array.isArray(trace.points) || typeof trace.reference_m !== 'number') return null;
	return {
		mode: trace.mode ?? 'UNKNOWN',
		referenceM: trace.reference_m,
		referenceFrom: trace.reference_from ?? '',
		movingGapM: trace.moving_gap_m ?? null,
		fixes: trace.points.map(([seconds, lat, lon, accuracyM, speedMps, headingDeg]) => ({
			timeMs: Math.round(seconds * 1000),
			lat,
			lon,
			accuracyM: accuracyM ?? UNKNOWN_ACCURACY_M,
			speedMps: speedMps ?? null,
			headingDeg: headingDeg ?? null
		}))
	};
}

/** The reference is what the wheel sensor counted between the first and the last record with a position. */
async function readFit(bytes: Buffer): Promise<Omit<RecordedTrace, 'file'>> {
	const parser = new FitParser({ mode: 'list', lengthUnit: 'm', speedUnit: 'm/s' });
	const { records = [], sessions = [] } = await parser.parseAsync(Uint8Array.from(bytes).buffer);
	const located = records.flatMap(({ timestamp, position_lat, position_long, speed, distance }) =>
		position_lat === undefined || position_long === undefined || timestamp === undefined
			? []
			: [{ timestamp, lat: position_lat, lon: position_long, speed, distance }]
	);
	return {
		mode: String(sessions[0]?.sport ?? 'unknown').toUpperCase(),
		referenceM: (located.at(-1)?.distance ?? 0) - (located[0]?.distance ?? 0),
		referenceFrom: 'wheel sensor',
		movingGapM: null,
		fixes: located.map(({ timestamp, lat, lon, speed }) => ({
			timeMs: new Date(timestamp).getTime(),
			lat,
			lon,
			accuracyM: UNKNOWN_ACCURACY_M,
			speedMps: speed ?? null,
			headingDeg: null
		}))
	};
}
