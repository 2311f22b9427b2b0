import { closeSync, read, readSync } from 'node:fs';
import { Readable } from 'node:stream';

/** Never more of a file in memory, times two: one part on its way out, one being read. */
const PART_BYTES = 64 * 1024;
/** A part that is in memory already takes some 20 µs; this long, and a disk was waited for. */
const SLOW_MS = 1;

/**
 * An open file's bytes, in parts; `start` and `end` are inclusive. What the system holds in memory is read at once:
 * handing each part to another thread and back takes many times as long. As soon as a part has to come from the disk,
 * the rest is read by other threads, so that nobody else waits for it. Closes the file at its end, and when it is
 * destroyed.
 *
 * @param slowMs how long a part may take before the disk counts as slow.
 */
export function streamFile(
	fd: number,
	{ start = 0, end = Infinity } = {},
	slowMs = SLOW_MS
): Readable {
	let at = start;
	let isSlow = false;
	/** Another thread reads just now; the file is closed when it has done so. */
	let isReading = false;
	let closeIt: (() => void) | null = null;
	return new Readable({
		highWaterMark: PART_BYTES,
		read() {
			const bytes = Buffer.allocUnsafe(Math.min(PART_BYTES, end - at + 1));
			const took = (count: number) => {
				at += count;
				this.push(count === 0 ? null : bytes.subarray(0, count));
			};
			if (bytes.length === 0) took(0);
			else if (isSlow) {
				isReading = true;
				read(fd, bytes, 0, bytes.length, at, (error, count) => {
					isReading = false;
					if (closeIt) closeIt();
					else if (error) this.destroy(error);
					else took(count);
				});
			} else {
				const beganAtMs = performance.now();
				const count = readSync(fd, bytes, 0, bytes.length, at);
				isSlow = performance.now() - beganAtMs > slowMs;
				took(count);
			}
		},
		destroy(error, done) {
			closeIt = () => {
				closeSync(fd);
				done(error);
			};
			if (!isReading) closeIt();
		}
	});
}
