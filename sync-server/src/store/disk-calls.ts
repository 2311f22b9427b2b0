/**
 * Calls to the file system through its callbacks, which take half the processor time of `FileHandle`: an attachment
 * needs several of them.
 */

import fs from 'node:fs';
import { promisify } from 'node:util';

export const flushData = promisify(fs.fdatasync);
export const flushFile = promisify(fs.fsync);

/** Writes all of it; a disk that takes a part of it is asked again, and then says what is wrong. */
export function writeAll(file: number, bytes: Uint8Array): void {
	for (let at = 0; at < bytes.byteLength;) {
		at += fs.writeSync(file, bytes, at, bytes.byteLength - at);
	}
}
