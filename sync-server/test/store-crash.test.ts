/** Acknowledged means on disk: over kills in the middle of writing, and by the system calls themselves. */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../src/store/document-store.ts';
import { openLmdbStore } from '../src/store/lmdb/open-lmdb-store.ts';

const WRITER = fileURLToPath(new URL('write-until-killed.ts', import.meta.url));
const TSX = ['--import', 'tsx'];

let directory: string;
beforeEach(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'outlay-crash-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

interface Acknowledged {
	id: string;
	n: number;
	rev: string;
}

describe('a killed process', () => {
	test(
		'has lost nothing it acknowledged, and left nothing half',
		{ timeout: 120_000 },
		async () => {
			const acknowledged = new Map<string, Acknowledged>();
			for (const acks of [1, 40, 150, 15, 300]) {
				for (const ack of await writeAndKill(acks)) acknowledged.set(ack.id, ack);

				const store = await openLmdbStore(directory);
				const db = await store.open('mailbox-acme-anna');
				if (!db) throw new Error('The database was created before the first write.');
				for (const ack of acknowledged.values()) await expectKept(db, ack);
				await expectConsistent(db);
				await store.close();
			}
			expect(acknowledged.size).toBeGreaterThan(20);
		}
	);
});

/** Kills the writer after some acknowledgements; answers all that came out. */
async function writeAndKill(acks: number): Promise<Acknowledged[]> {
	const child = spawn(process.execPath, [...TSX, WRITER, directory, '8'], {
		stdio: ['ignore', 'pipe', 'inherit']
	});
	const seen: Acknowledged[] = [];
	for await (const line of createInterface({ input: child.stdout })) {
		const [word, id = '', n, rev = '', end] = line.split(' ');
		// The last line may be cut off.
		if (word !== 'ack' || end !== '.') continue;
		seen.push({ id, n: Number(n), rev });
		if (seen.length === acks) child.kill('SIGKILL');
	}
	expect(seen.length).toBeGreaterThanOrEqual(acks);
	return seen;
}

async function expectKept(db: Database, ack: Acknowledged): Promise<void> {
	const kept = await db.read(ack.id, ack.rev);
	expect(kept).toMatchObject({ rev: ack.rev, body: { n: ack.n } });
	// At most one more was begun and not acknowledged any more.
	const winner = await db.read(ack.id);
	expect([ack.n, ack.n + 1]).toContain(winner?.body['n']);
}

async function expectConsistent(db: Database): Promise<void> {
	const { docCount, updateSeq } = await db.info();
	const { rows, lastSeq } = await db.changes({ since: '0' });
	expect(rows).toHaveLength(docCount);
	expect(lastSeq).toBe(updateSeq);
	expect((await db.allDocs({})).rows).toHaveLength(docCount);
	for (const row of rows) {
		const found = await db.read(row.id);
		expect(found?.rev).toBe(row.leaves[0]);
		const photo = found?.attachments['photo'];
		if (!photo?.sha256) throw new Error('Every document has a photo.');
		const bytes = await readFile(
			path.join(directory, 'files', 'acme', photo.sha256.slice(0, 2), photo.sha256)
		);
		expect(createHash('sha256').update(bytes).digest('hex')).toBe(photo.sha256);
		expect(await db.readAttachment(photo)).not.toBeNull();
	}
	expect(await readdir(path.join(directory, 'files', '.incoming'))).toEqual([]);
}

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
			// The file: bytes, name, directory. Then LMDB: pages, and the meta page that makes them the newest.
			expect(between.join(' ')).toMatch(
				/^begin (?:flush )+rename (?:flush )+(?:pages )+flush meta shown$/
			);
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
			events.push('flush');
		} else if (name === 'rename') {
			events.push('rename');
		}
	}
	return events;
}
