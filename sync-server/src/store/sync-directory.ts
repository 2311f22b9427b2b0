import { closeSync, openSync } from 'node:fs';
import { flushFile } from './disk-calls.ts';

/** Flushes a directory: a new or renamed file is on disk only when its directory is. */
export async function syncDirectory(directory: string): Promise<void> {
	// Opening what is there takes a moment, waiting for a free thread longer.
	const opened = openSync(directory, 'r');
	try {
		await flushFile(opened);
	} finally {
		closeSync(opened);
	}
}
