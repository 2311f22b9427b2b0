import { closeSync, openSync } from 'node:fs';
import { flushData, flushFile } from './disk-calls.ts';

/** Flushes a directory: a new or renamed file is on disk only when its directory is. */
export function syncDirectory(directory: string): Promise<void> {
	return flushed(directory, flushFile);
}

/** Flushes what was written into a file, through whatever descriptor. */
export function syncFile(file: string): Promise<void> {
	return flushed(file, flushData);
}

async function flushed(place: string, flush: (opened: number) => Promise<void>): Promise<void> {
	// Opening what is there takes a moment, waiting for a free thread longer.
	const opened = openSync(place, 'r');
	try {
		await flush(opened);
	} finally {
		closeSync(opened);
	}
}
