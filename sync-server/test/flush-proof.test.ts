/**
 * A kill doesn't show a missing flush, because the page cache outlives the process; the calls to the kernel do. Every
 * write that is answered, and every change that is shown, must follow a flush that began after it was written; of an
 * attachment first its bytes, then its name, then the document that names it.
 */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { ADMINISTRATOR } from '../../tests/support/server.ts';

const SERVER = fileURLToPath(new URL('serve-store.ts', import.meta.url));
const CALLS = 'trace=openat,close,read,write,writev,pwrite64,pwritev,fdatasync,fsync,rename,mkdir';
const WRITERS = 4;
const WRITES = 6;
/** Of each writer: one on its own, one as base64, one as multipart. */
const UPLOADS = 3;
const HEADERS = {
	authorization: `Basic ${Buffer.from(`${ADMINISTRATOR.name}:${ADMINISTRATOR.password}`).toString('base64')}`,
	'content-type': 'application/json'
};

/** A command with the calls of its processes written to a file. */
interface Traced {
	command: string;
	args: string[];
	environment?: Record<string, string>;
}

type Tracer = (command: readonly string[], file: string) => Traced;

const throughStrace: Tracer = (command, file) => ({
	command: 'strace',
	args: ['-f', '-y', '-s', '3000', '-e', CALLS, '-o', file, ...command]
});

/** Where there is no strace, or it may not trace, the calls are written down by what is loaded before the C library. */
const throughPreload: Tracer = ([command = '', ...args], file) => ({
	command,
	args,
	environment: { LD_PRELOAD: LIBRARY, TRACE_FILE: file }
});

const LIBRARY = path.join(tmpdir(), `outlay-trace-calls-${String(process.pid)}.so`);
const SOURCE = fileURLToPath(new URL('trace-calls.c', import.meta.url));

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const canPreload =
	process.platform === 'linux' &&
	spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', LIBRARY, SOURCE, '-ldl']).status === 0;
afterAll(() => rm(LIBRARY, { force: true }));

const tracers: [string, Tracer][] = [
	...(canTrace ? [['by strace', throughStrace] as [string, Tracer]] : []),
	...(canPreload ? [['by what is preloaded', throughPreload] as [string, Tracer]] : [])
];

if (tracers.length === 0) {
	test.skip(
		'NOT PROVEN HERE: strace may not trace and there is no C compiler (apt-get install strace)'
	);
}

describe.each(tracers)('the calls to the kernel, seen %s', (_how, tracer) => {
	test(
		'each answered write and each change shown follows its flush',
		{ timeout: 60_000 },
		async () => {
			const trace = await traceWrites(tracer, '');
			const { unflushed, answers, shown, uploads } = judge(readCalls(trace));
			expect(answers).toBe(WRITERS * WRITES);
			expect(shown).toBe(WRITERS * WRITES);
			expect(uploads).toBe(WRITERS * UPLOADS);
			expect(unflushed).toEqual([]);

			// What the same calls would be without one of the flushes.
			const without = (call: RegExp) => {
				const rest = trace.split('\n').filter((line) => !call.test(line));
				return judge(readCalls(rest.join('\n'))).unflushed;
			};
			// Each upload is missed where it is answered and where it is shown.
			expect(without(/fdatasync\(\d+<[^>]*\.incoming/)).toHaveLength(2 * 2 * WRITERS);
			expect(without(/fsync\(\d+<[^>]*\/files\/_\/..>/)).toHaveLength(2 * 3 * WRITERS);
			const unsynced = trace.replaceAll(/(\.incoming.*)O_DSYNC/g, '$1O_WRONLY');
			expect(judge(readCalls(unsynced)).unflushed).toHaveLength(2 * WRITERS);
		}
	);

	test('without the flush, that is seen', { timeout: 60_000 }, async () => {
		const { unflushed, answers } = judge(readCalls(await traceWrites(tracer, 'noSync')));
		expect(answers).toBe(WRITERS * WRITES);
		expect(unflushed.length).toBeGreaterThan(WRITERS * WRITES);
	});
});

/** Writes documents, several at once, beside a reader of their changes; gives the calls of the server meanwhile. */
async function traceWrites(tracer: Tracer, flush: string): Promise<string> {
	const directory = await mkdtemp(path.join(tmpdir(), 'outlay-flush-'));
	const trace = path.join(directory, 'trace');
	const data = path.join(directory, 'data');
	const { command, args, environment } = tracer(
		[process.execPath, '--import', 'tsx', SERVER, data, flush],
		trace
	);
	const child = spawn(command, args, {
		env: { ...process.env, ...environment },
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
				const { path: place = '', headers, body } = n < UPLOADS ? upload(id, n) : DOCUMENT;
				const answer = await fetch(`${url}/traced/${id}${place}`, {
					method: 'PUT',
					headers: { ...HEADERS, ...headers },
					body
				});
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
	const calls = await readFile(trace, 'utf8');
	await rm(directory, { recursive: true, force: true });
	return calls;
}

interface Put {
	path?: string;
	headers?: Record<string, string>;
	body: string;
}

const DOCUMENT: Put = { body: '{"n":1}' };

/** More than is written at once. */
function bytesOf(id: string): string {
	return `${id} `.repeat(15_000);
}

function upload(id: string, way: number): Put {
	const bytes = bytesOf(id);
	const type = 'image/jpeg';
	if (way === 0) return { path: '/data', headers: { 'content-type': type }, body: bytes };
	if (way === 1) {
		const data = Buffer.from(bytes).toString('base64');
		return { body: JSON.stringify({ _attachments: { data: { content_type: type, data } } }) };
	}
	const data = { content_type: type, length: bytes.length, follows: true };
	const document = JSON.stringify({ _attachments: { data } });
	return {
		headers: { 'content-type': 'multipart/related; boundary="x0"' },
		body: `--x0\r\n\r\n${document}\r\n--x0\r\n\r\n${bytes}\r\n--x0--`
	};
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
	/** What lies behind the descriptor, as strace's -y tells it. */
	place: string;
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
		const [, name = '', fd = '', place = '', result = ''] =
			/^(\w+)\(([^,<)]*)(?:<([^>]*)>)?.*\)\s+= (-?\d+)/.exec(whole) ?? [];
		if (name === '') continue;
		const began = before?.line ?? line;
		calls.push({ name, fd, place, text: whole, result, began, ended: line });
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
	let uploads = 0;

	/** Pages, then a flush of them, then the page that makes them the newest, itself flushed: all after the arrival. */
	const isFlushed = (id: string, at: number) => {
		const named = isUpload(id) ? nameFlushedAt(calls, id) : arrived.get(id);
		const since = named ?? Number.POSITIVE_INFINITY;
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
			if (isUpload(id)) uploads += 1;
			if (!isFlushed(id, call.began)) unflushed.push(`answered ${id}`);
		} else if (isSent && text.includes('changes')) {
			for (const [id] of text.matchAll(/doc-\d-\d-x/g)) {
				shown += 1;
				if (!isFlushed(id, call.began)) unflushed.push(`shown ${id}`);
			}
		}
	}
	return { unflushed, answers, shown, uploads };
}

function isUpload(id: string): boolean {
	return Number(/-(\d)-x$/.exec(id)?.[1]) < UPLOADS;
}

/** When the bytes of an upload, and then their name, were on disk; undefined if that is not to be seen. */
function nameFlushedAt(calls: readonly Call[], id: string): number | undefined {
	const sha256 = createHash('sha256').update(bytesOf(id)).digest('hex');
	const renamed = calls.find(({ name, text }) => name === 'rename' && text.includes(`/${sha256}"`));
	const [, temporary = '', file = ''] = /"([^"]*)", "([^"]*)"/.exec(renamed?.text ?? '') ?? [];
	if (!renamed) return undefined;
	const ofFile = calls.filter((call) => call.ended < renamed.began && call.place === temporary);
	const writes = ofFile.filter(({ name }) => /^p?writev?/.test(name));
	const lastWrite = Math.max(...writes.map(({ ended }) => ended));
	const opened = calls.find(({ name, text }) => name === 'openat' && text.includes(temporary));
	const isWhole =
		sum(writes.map(({ result }) => Number(result))) === bytesOf(id).length &&
		(opened?.text.includes('O_DSYNC') === true ||
			ofFile.some(({ name, began }) => name === 'fdatasync' && began > lastWrite));
	if (!isWhole) return undefined;

	const flushOf = (directory: string, since: number) =>
		calls.find(({ name, place, began }) => name === 'fsync' && place === directory && began > since)
			?.ended;
	const flushes = [flushOf(path.dirname(file), renamed.ended)];
	// Directories that were made for it must be on disk, too.
	for (let made = path.dirname(file); path.basename(made) !== 'files'; made = path.dirname(made)) {
		const call = calls.find(({ name, text }) => name === 'mkdir' && text.includes(`"${made}"`));
		if (call?.result === '0') flushes.push(flushOf(path.dirname(made), call.ended));
	}
	return flushes.some((at) => at === undefined) ? undefined : Math.max(...(flushes as number[]));
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, n) => total + n, 0);
}
