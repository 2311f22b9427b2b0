/**
 * A kill doesn't show a missing flush, because the page cache outlives the process; the calls to the kernel do. Every
 * write that is answered, and every change that is shown, must follow a flush that began after it was written; of an
 * attachment its bytes and its name come before the document that names it, and bytes that replace others before their
 * name.
 */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { textLike } from '../../tests/contract/couch-server.ts';
import { AS_ADMINISTRATOR } from '../../tests/support/server.ts';
import { UPLOADS, bytesOf, readCalls, judge } from './judge-flushes.ts';

const SERVER = fileURLToPath(new URL('serve-store.ts', import.meta.url));
const CALLS = 'trace=openat,close,read,write,writev,pwrite64,pwritev,fdatasync,fsync,rename,mkdir';
/** Enough that their uploads fill more than a few directories. */
const WRITERS = 6;
const WRITES = 6;
const HEADERS = {
	...AS_ADMINISTRATOR,
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

describe.each(tracers)('the calls to the kernel, seen %s', (_how, tracer) => {
	test(
		'each answered write and each change shown follows its flush',
		{ timeout: 60_000 },
		async () => {
			const trace = await traceWrites(tracer, '');
			const { unflushed, answers, shown, uploads, replaced } = judge(readCalls(trace));
			expect(answers).toBe(WRITERS * WRITES);
			expect(shown).toBe(WRITERS * WRITES);
			expect(uploads).toBe(WRITERS * UPLOADS);
			expect(replaced).toBe(1);
			expect(unflushed).toEqual([]);

			// What the same calls would be without one of the flushes.
			const without = (call: RegExp) => {
				const rest = trace.split('\n').filter((line) => !call.test(line));
				return judge(readCalls(rest.join('\n'))).unflushed;
			};
			// Each upload is missed where it is answered and where it is shown.
			const missed = 2 * UPLOADS * WRITERS;
			expect(without(/fdatasync\(\d+<[^>]*\/files\/_\/..\/\w{64}>/)).toHaveLength(missed);
			expect(without(/fsync\(\d+<[^>]*\/files\/_\/..>/)).toHaveLength(missed);
			expect(without(/fsync\(\d+<[^>]*\/files\/_>/).length).toBeGreaterThan(0);
			expect(without(/fdatasync\(\d+<[^>]*\.incoming/)).toEqual([
				textLike(/^replaced .*[0-9a-f]{64}$/)
			]);
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
		// Bytes a document relies on already, brought once more.
		const again = await fetch(`${url}/traced/again/data`, {
			method: 'PUT',
			headers: { ...HEADERS, 'content-type': 'image/jpeg' },
			body: bytesOf('doc-0-0-x')
		});
		if (again.status !== 201) throw new Error(`answered ${again.status}`);
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
