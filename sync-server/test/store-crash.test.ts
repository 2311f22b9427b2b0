/** Acknowledged means on disk: over kills in the middle of writing, and by the system calls themselves. */

import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crashRounds } from './crash-rounds.ts';

const WRITER = fileURLToPath(new URL('write-until-killed.ts', import.meta.url));
const TSX = ['--import', 'tsx'];

let directory: string;
beforeEach(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'outlay-crash-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a killed server', () => {
	test(
		'has lost nothing it acknowledged or showed, and left nothing half',
		{ timeout: 120_000 },
		async () => {
			const counts = await crashRounds(directory, { rounds: 2, seed: 3 });
			expect(counts.acknowledged).toBeGreaterThan(20);
			expect(counts).toMatchObject({ lost: 0, half: 0, unshown: 0, backwards: 0, damaged: 0 });
		}
	);
});

/** A kill doesn't show a missing flush, because the page cache outlives it; the calls to the kernel do. */
const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

describe.skipIf(!canTrace)('the calls to the kernel', () => {
	test('flush each write before it is shown or acknowledged', { timeout: 60_000 }, async () => {
		const trace = path.join(directory, '.trace');
		const calls = 'trace=openat,write,writev,pwrite64,pwritev,fdatasync,fsync,rename';
		const traced = spawnSync(
			'strace',
			[
				'-f',
				'-s',
				'40',
				'-e',
				calls,
				'-o',
				trace,
				process.execPath,
				...TSX,
				WRITER,
				directory
			].concat(['1', '6']),
			{ encoding: 'utf8' }
		);
		expect(traced.stderr).toBe('');
		const events = readTrace(await readFile(trace, 'utf8'));
		const begins = events.flatMap((event, i) => (event === 'begin' ? [i] : []));
		expect(begins).toHaveLength(6);
		for (const begin of begins) {
			const ack = events.indexOf('ack', begin);
			const between = events.slice(begin, ack).filter((event) => event !== 'other');
			// The file's bytes and its name at once. Then LMDB: pages, and the meta page that makes them the newest.
			const [, flushed = ''] =
				/^begin rename ((?:flush |flush-name )+)(?:pages )+flush meta shown$/.exec(
					between.join(' ')
				) ?? expect.unreachable(between.join(' '));
			expect(flushed.split(' ').filter((event) => event === 'flush')).toHaveLength(1);
			expect(flushed).toContain('flush-name');
		}
	});
});

type TraceEvent =
	| 'begin'
	| 'shown'
	| 'ack'
	| 'pages'
	| 'meta'
	/** Readers see a commit from here on, and it isn't on disk. */
	| 'unflushed-meta'
	| 'flush'
	/** Of a directory. */
	| 'flush-name'
	| 'rename'
	| 'other';

/** LMDB's two meta pages lie at the front of its file. */
const META_BYTES = 8_192;

/** System calls in the order in which they ended. */
function readTrace(text: string): TraceEvent[] {
	const begun = new Map<string, string>();
	const pages = new Set<string>();
	const synced = new Set<string>();
	const events: TraceEvent[] = [];
	for (const line of text.split('\n')) {
		const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
		if (rest.endsWith('<unfinished ...>')) {
			begun.set(pid, rest.replace('<unfinished ...>', ''));
			continue;
		}
		const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
		const whole = resumed ? (begun.get(pid) ?? '') + (resumed[1] ?? '') : rest;
		const [, name = '', fd = '', result = ''] =
			/^(\w+)\(([^,)]*).*\)\s+= (-?\d+)/.exec(whole) ?? [];
		if (name === 'openat' && whole.includes('documents.mdb"')) {
			// LMDB writes its meta pages through a descriptor that flushes each write.
			if (whole.includes('O_DSYNC')) synced.add(result);
			else pages.add(result);
		} else if (name === 'write' && fd === '1') {
			const word = /"(begin|shown|ack)\b/.exec(whole)?.[1];
			if (word) events.push(word as TraceEvent);
		} else if (name === 'writev') {
			// Pages that lie side by side.
			events.push(pages.has(fd) ? 'pages' : 'other');
		} else if (name.startsWith('pwrite')) {
			const offset = Number(/, (\d+)\)\s+=/.exec(whole)?.[1]);
			if (synced.has(fd)) events.push('meta');
			else if (pages.has(fd)) events.push(offset < META_BYTES ? 'unflushed-meta' : 'pages');
			else events.push('other');
		} else if ((name === 'fdatasync' || name === 'fsync') && result === '0') {
			events.push(name === 'fsync' ? 'flush-name' : 'flush');
		} else if (name === 'rename') {
			events.push('rename');
		}
	}
	return events;
}
