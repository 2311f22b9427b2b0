import { readGpx } from '@outlay/domain/recordings/gpx';
import {
	USUAL_ACCURACY_M,
	driveList,
	type RecordedFile
} from '@outlay/domain/recordings/recorded-file';
import { readTimeline } from '@outlay/domain/recordings/timeline';
import { refuse, type Result } from '@outlay/domain/refusal';
import type { FixRow } from '@outlay/domain/trip';
import { recordingText } from './recording-text.ts';

/** Larger files are logs of many years; one month or trip is what is asked for. */
const MOST_BYTES = 200_000_000;

/** Reads a recording by what the file holds, whatever it is called: FIT, GPX, or Google's Timeline. */
export async function readRecording(file: Blob): Promise<Result<RecordedFile>> {
	if (file.size === 0) return refuse('import.empty');
	if (file.size > MOST_BYTES) return refuse('import.too_large');
	const head = new TextDecoder('latin1').decode(await file.slice(0, 12).arrayBuffer());
	if (head.slice(8, 12) === '.FIT') return readFit(await file.arrayBuffer());
	const text = recordingText(await file.arrayBuffer());
	const first = /\S/.exec(text.slice(0, 1000))?.[0];
	if (first === '<') return readGpx(text);
	return first === '{' || first === '[' ? readTimeline(text) : refuse('import.unknown');
}

/** The records of a FIT file are one drive. The reader is loaded only now. */
async function readFit(bytes: ArrayBuffer): Promise<Result<RecordedFile>> {
	const { default: FitParser } = await import('fit-file-parser');
	let records;
	try {
		const parser = new FitParser({ mode: 'list', lengthUnit: 'm', speedUnit: 'm/s' });
		({ records = [] } = await parser.parseAsync(bytes));
	} catch {
		// A checksum that is wrong, or a file that ends early.
		return refuse('import.broken');
	}
	const fixes = records.flatMap((record): FixRow[] => {
		const { timestamp, position_lat, position_long, speed, enhanced_speed, gps_accuracy } = record;
		if (timestamp === undefined || position_lat === undefined || position_long === undefined) {
			return [];
		}
		const accuracyM = typeof gps_accuracy === 'number' ? gps_accuracy : USUAL_ACCURACY_M;
		const speedMps = enhanced_speed ?? speed ?? null;
		return [
			[new Date(timestamp).getTime(), position_lat, position_long, accuracyM, speedMps, null]
		];
	});
	const drives = driveList([{ name: '', fixes }]);
	return drives.length > 0
		? { ok: true, value: { by: 'fit', drives } }
		: refuse('import.no_drives');
}
