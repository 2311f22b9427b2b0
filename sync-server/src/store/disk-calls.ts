/**
 * Calls to the file system through its callbacks, which take half the processor time of `FileHandle`: an attachment
 * needs several of them.
 */

import fs from 'node:fs';
import { promisify } from 'node:util';

export const openFile = promisify(fs.open);
export const flushData = promisify(fs.fdatasync);
export const renameFile = promisify(fs.rename);
export const flushFile = promisify(fs.fsync);

/** Writes all of it; a disk that takes a part of it is asked again, and then says what is wrong. */
export function writeAll(file: number, bytes: Uint8Array): Promise<void> {
	return new Promise((resolve, reject) => {
		const writeFrom = (at: number) => {
			fs.write(file, bytes, at, bytes.byteLength - at, null, (error, written) => {
				if (error) reject(error);
				else if (at + written < bytes.byteLength) writeFrom(at + written);
				else resolve();
			});
		};
		writeFrom(0);
	});
}
