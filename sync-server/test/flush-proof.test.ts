/**
 * A kill doesn't show a missing flush, because the page cache outlives the process; the calls to the kernel do. Every
 * write that is answered, and every change that is shown, must follow a flush that began after it was written.
 */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ADMINISTRATOR } from '../../tests/support/server.ts';

const SERVER = fileURLToPath(new URL('serve-store.ts', import.meta.url));
const CALLS = 'trace=openat,close,read,write,writev,pwrite64,pwritev,fdatasync,fsync';
const WRITERS = 4;
const WRITES = 5;
const HEADERS = {
	authorization: `Basic ${Buffer.from(`${ADMINISTRATOR.name}:${ADMINISTRATOR.password}`).toString('base64')}`,
	'content-type': 'application/json'
};

/** `strace` is in Debian's packages; without it, or where it may not trace, there is nothing to look at. */
const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

describe.skipIf(!canTrace)('the calls to the kernel (skipped where strace is missing)', () => {
	test(
		'each answered write and each change shown follows its flush',
		{ timeout: 60_000 },
		async () => {
			const { unflushed, answers, shown } = await traceWrites('');
			expect(answers).toBe(WRITERS * WRITES);
			expect(shown).toBe(WRITERS * WRITES);
			expect(unflushed).toEqual([]);
		}
	);

	test('without the flush, that is seen', { timeout: 60_000 }, async () => {
		const { unflushed, answers } = await traceWrites('noSync');
		expect(answers).toBe(WRITERS * WRITES);
		expect(unflushed.length).toBeGreaterThan(WRITERS * WRITES);
	});
});

/** Writes documents, several at once, beside a reader of their changes, and judges the calls meanwhile. */
async function traceWrites(flush: string) {
	const directory = await mkdtemp(path.join(tmpdir(), 'outlay-flush-'));
	const trace = path.join(directory, 'trace');
	const data = path.join(directory, 'data');
	const command = [process.execPath, '--import', 'tsx', SERVER, data, flush];
	const child = spawn('strace', ['-f', '-s', '3000', '-e', CALLS, '-o', trace, ...command], {
		stdio: ['ignore', 'pipe', 'inherit']
	});
	const ended = new Promise((resolve) => child.once('exit', resolve));
	let pid = 0;
	try {
		let url = '';
		for await (const line of createInterface({ input: child.stdout })) {
			const said = /^process (\d+) listens on (\S+)/.exec(line);
			pid = Number(said?.[1] ?? 0);
			url = said?.[2] ?? '';
			if (url !== '') break;
		}
		await fetch(`${url}/traced`, { method: 'PUT', headers: HEADERS });
		const shownIds = new Set<string>();
		const stop = new AbortController();
		const feed = await fetch(`${url}/traced/_changes?feed=continuous&heartbeat=1000`, {
			headers: HEADERS,
			signal: stop.signal
		});
		const reading = readIds(feed, shownIds).catch(() => undefined);
		const send = async (writer: number) => {
			for (let n = 0; n < WRITES; n++) {
				const id = `doc-${writer}-${n}-x`;
				const address = `${url}/traced/${id}`;
				const answer = await fetch(address, { method: 'PUT', headers: HEADERS, body: '{"n":1}' });
				if (answer.status !== 201) throw new Error(`answered ${answer.status}`);
			}
		};
		await Promise.all(Array.from({ length: WRITERS }, (_, writer) => send(writer)));
		await expect.poll(() => shownIds.size).toBe(WRITERS * WRITES);
		stop.abort();
		await reading;
	} finally {
		// strace ends with the server.
		if (pid > 0) process.kill(pid, 'SIGTERM');
		await ended;
	}
	const judged = judge(readCalls(await readFile(trace, 'utf8')));
	await rm(directory, { recursive: true, force: true });
	return judged;
}

async function readIds(feed: Response, into: Set<string>): Promise<void> {
	for await (const part of feed.body ?? []) {
		for (const [id] of Buffer.from(part)
			.toString()
			.matchAll(/doc-\d-\d-x/g))
			into.add(id);
	}
}

interface Call {
	name: string;
	fd: string;
	text: string;
	result: string;
	/** Lines of the trace on which it began and ended. */
	began: number;
	ended: number;
}

function readCalls(text: string): Call[] {
	const begun = new Map<string, { rest: string; line: number }>();
	const calls: Call[] = [];
	for (const [line, row] of text.split('\n').entries()) {
		const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(row) ?? [];
		if (rest.endsWith('<unfinished ...>')) {
			begun.set(pid, { rest: rest.replace('<unfinished ...>', ''), line });
			continue;
		}
		const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
		const before = resumed ? begun.get(pid) : undefined;
		const whole = before ? before.rest + (resumed?.[1] ?? '') : rest;
		const [, name = '', fd = '', result = ''] =
			/^(\w+)\(([^,)]*).*\)\s+= (-?\d+)/.exec(whole) ?? [];
		if (name === '') continue;
		calls.push({ name, fd, text: whole, result, began: before?.line ?? line, ended: line });
	}
	return calls;
}

/** LMDB's two meta pages lie at the front of its file. */
const META_BYTES = 8_192;

/** Which answers and changes came without a flush between the arrival of their write and them. */
function judge(calls: readonly Call[]) {
	const pages = new Set<string>();
	const synced = new Set<string>();
	const arrived = new Map<string, number>();
	const pageWrites: Call[] = [];
	const flushes: Call[] = [];
	const metas: Call[] = [];
	const unflushed: string[] = [];
	let answers = 0;
	let shown = 0;

	/** Pages, then a flush of them, then the page that makes them the newest, itself flushed: all after the arrival. */
	const isFlushed = (id: string, at: number) => {
		const since = arrived.get(id) ?? Number.POSITIVE_INFINITY;
		return metas.some((meta) => {
			if (meta.ended > at) return false;
			const written = pageWrites.filter((call) => call.began > since && call.ended < meta.began);
			const last = written.at(-1);
			return (
				last !== undefined &&
				flushes.some((flush) => flush.began > last.ended && flush.ended < meta.began)
			);
		});
	};

	for (const call of calls) {
		const { name, fd, text, result } = call;
		const isSent = name === 'write' || name === 'writev';
		if (name === 'openat' && text.includes('/documents.mdb"')) {
			// LMDB writes its meta pages through a descriptor that flushes each write.
			(text.includes('O_DSYNC') ? synced : pages).add(result);
		} else if (name === 'close') {
			pages.delete(fd);
			synced.delete(fd);
		} else if (name === 'fdatasync' && result === '0') {
			flushes.push(call);
		} else if (name.startsWith('pwrite') && synced.has(fd)) {
			metas.push(call);
		} else if ((name.startsWith('pwrite') || name === 'writev') && pages.has(fd)) {
			const offset = Number(/, (\d+)\)\s+=/.exec(text)?.[1] ?? META_BYTES);
			if (offset >= META_BYTES) pageWrites.push(call);
		} else if (name === 'read') {
			const id = /"PUT \/traced\/(doc-\d-\d-x)/.exec(text)?.[1];
			if (id !== undefined) arrived.set(id, call.ended);
		} else if (isSent && text.includes('HTTP/1.1 201')) {
			const id = /doc-\d-\d-x/.exec(text)?.[0];
			if (id === undefined) continue;
			answers += 1;
			if (!isFlushed(id, call.began)) unflushed.push(`answered ${id}`);
		} else if (isSent && text.includes('changes')) {
			for (const [id] of text.matchAll(/doc-\d-\d-x/g)) {
				shown += 1;
				if (!isFlushed(id, call.began)) unflushed.push(`shown ${id}`);
			}
		}
	}
	return { unflushed, answers, shown };
}
