import { randomBytes } from 'node:crypto';
import { fstatSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { streamFile } from '../src/store/stream-file.ts';

const BYTES = randomBytes(200_001);
let folder: string;
let file: string;

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'outlay-stream-'));
	file = path.join(folder, 'bytes');
	await writeFile(file, BYTES);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function isOpen(fd: number): boolean {
	try {
		fstatSync(fd);
		return true;
	} catch {
		return false;
	}
}

// Below zero, whatever is read took too long: the second part and all after it come by other threads.
describe.each([
	['in memory', Infinity],
	['on a slow disk', -1]
])('a file %s', (_, slowMs) => {
	test('comes whole, and is closed then', async () => {
		const fd = openSync(file, 'r');
		const stream = streamFile(fd, {}, slowMs);
		expect((await buffer(stream)).equals(BYTES)).toBe(true);
		await expect.poll(() => isOpen(fd)).toBe(false);
	});

	test.each([
		[0, 0],
		[65_535, 65_536],
		[70_000, 200_000],
		[199_999, 999_999]
	])('from byte %i to %i', async (start, end) => {
		const stream = streamFile(openSync(file, 'r'), { start, end }, slowMs);
		expect((await buffer(stream)).equals(BYTES.subarray(start, end + 1))).toBe(true);
	});

	test('is closed when its reader leaves early, once no other thread reads it', async () => {
		const fd = openSync(file, 'r');
		const stream = streamFile(fd, {}, slowMs);
		for await (const part of stream) {
			expect(part).toBeInstanceOf(Buffer);
			break;
		}
		expect(stream.destroyed).toBe(true);
		await expect.poll(() => isOpen(fd)).toBe(false);
	});
});

test('nothing is in an empty file', async () => {
	const empty = path.join(folder, 'empty');
	await writeFile(empty, '');
	expect(await buffer(streamFile(openSync(empty, 'r')))).toHaveLength(0);
});

test('what can not be read is told to the reader', async () => {
	await expect(buffer(streamFile(openSync(folder, 'r')))).rejects.toThrow('EISDIR');
});
