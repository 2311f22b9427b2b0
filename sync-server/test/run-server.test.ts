/** The server as whoever runs it sees it: what it refuses to start with, and how it stops. */

import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
	ADMINISTRATOR,
	AS_ADMINISTRATOR,
	remove,
	temporaryDirectory
} from '../../tests/support/server.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Processes started together. */
const AT_ONCE = 4;

let directory: string;
beforeEach(async () => {
	directory = await temporaryDirectory();
});
afterEach(() => remove(directory));

/** What `npm run server` runs once packages are there. */
function runServer(environment: Record<string, string>) {
	const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
		env: {
			...process.env,
			HOST: '127.0.0.1',
			PORT: '0',
			OUTLAY_DATA: path.join(directory, 'data'),
			OUTLAY_ADMIN: `${ADMINISTRATOR.name}:${ADMINISTRATOR.password}`,
			LOG_LEVEL: 'silent',
			...environment
		},
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let said = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
	const ended = new Promise<number | null>((resolve) => {
		child.once('close', (code) => resolve(code));
	});
	return { child, ended, said: () => said };
}

/** Somebody else's server: what it answers to everything, and where. */
async function startOther(status: number, body: string): Promise<{ host: string; stop(): void }> {
	const other = createServer((_request, response) => response.writeHead(status).end(body));
	await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
	const { port } = other.address() as AddressInfo;
	return { host: `127.0.0.1:${String(port)}`, stop: () => other.close() };
}

test('refuses to start, with one sentence', { timeout: 300_000 }, async () => {
	const [page, guarded, taken] = await Promise.all([
		startOther(200, '<!doctype html><title>Welcome to nginx</title>'),
		startOther(401, '{"error":"unauthorized","reason":"Name or password is incorrect."}'),
		startOther(200, '')
	]);
	const file = path.join(directory, 'a file');
	await writeFile(file, 'x');
	await mkdir(path.join(directory, 'photos'));
	await writeFile(path.join(directory, 'photos/holiday.jpg'), 'x');
	const attempts: [Record<string, string>, RegExp][] = [
		[{ PORT: 'eighty' }, /^PORT must be a number/],
		[{ PORT: taken.host.split(':')[1] ?? '' }, /^Port \d+ is in use/],
		[{ HOST: 'nowhere.invalid' }, /^This machine has no address nowhere.invalid/],
		[{ HOST: '203.0.113.7' }, /^This machine has no address 203.0.113.7/],
		[{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of/],
		[{ OUTLAY_ADMIN: 'sesame' }, /^OUTLAY_ADMIN must be/],
		[{ OUTLAY_STORES: 'dk=nowhere' }, /OUTLAY_STORES/],
		[{ OUTLAY_DATA: file }, /can not be written to/],
		[{ OUTLAY_DATA: path.join(file, 'below') }, /can not be written to/],
		[{ OUTLAY_ERASURES: directory }, /OUTLAY_ERASURES/],
		[{ OUTLAY_ERASURES: path.join(directory, 'not/there/erasures.jsonl') }, /OUTLAY_ERASURES/],
		[{ OUTLAY_ERASURES: file }, /journal of erasures/],
		[{ OUTLAY_DATA: path.join(directory, 'photos') }, /is not a data folder of Outlay/],
		[{ COUCHDB_URL: `http://root:sesame@${guarded.host}/` }, /^CouchDB can not be used/],
		[{ COUCHDB_URL: `http://root:sesame@${page.host}/` }, /^CouchDB can not be used/],
		[{ OUTLAY_STORES: `no=http://root:sesame@${guarded.host}/` }, /^CouchDB can not be used/],
		// Nobody listens on port 9 of this machine.
		[{ COUCHDB_URL: 'http://root:sesame@127.0.0.1:9/' }, /^CouchDB can not be used/]
	];
	const attempt = async ([environment, sentence]: (typeof attempts)[number], n: number) => {
		const OUTLAY_DATA = path.join(directory, `data-${String(n)}`);
		const { ended, said } = runServer({ OUTLAY_DATA, ...environment });
		expect([environment, await ended, said()]).toEqual([
			environment,
			1,
			expect.stringMatching(sentence)
		]);
		// Neither a secret nor a stack, and no more than one line.
		expect(said()).not.toMatch(/sesame|^\s+at /m);
		expect(said().trim()).not.toContain('\n');
	};
	for (let at = 0; at < attempts.length; at += AT_ONCE) {
		const some = attempts.slice(at, at + AT_ONCE);
		await Promise.all(some.map((each, n) => attempt(each, at + n)));
	}
	for (const other of [page, guarded, taken]) other.stop();
});

test(
	'told to stop, it finishes what is under way and loses nothing',
	{ timeout: 60_000 },
	async () => {
		const { child, ended } = runServer({});
		let url = '';
		for await (const line of createInterface({ input: child.stdout })) {
			url = /listens on (\S+)/.exec(line)?.[1] ?? '';
			if (url !== '') break;
		}
		const headers = { ...AS_ADMINISTRATOR, 'content-type': 'application/json' };
		await fetch(`${url}/db`, { method: 'PUT', headers });
		const sent = request(`${url}/db/a`, { method: 'PUT', headers });
		const answer = new Promise<number | undefined>((resolve, reject) => {
			sent.once('error', reject).once('response', (response) => {
				response.resume();
				resolve(response.statusCode);
			});
		});
		// The server has the beginning of it when it is told to stop.
		await new Promise((resolve) => sent.write('{"half":', resolve));
		await fetch(`${url}/db`, { headers });
		child.kill('SIGTERM');
		await expect
			.poll(() =>
				fetch(`${url}/`).then(
					() => 'open',
					() => 'closed'
				)
			)
			.toBe('closed');
		sent.end('"whole"}');
		expect(await answer).toBe(201);
		expect(await ended).toBe(0);

		const again = runServer({});
		for await (const line of createInterface({ input: again.child.stdout })) {
			url = /listens on (\S+)/.exec(line)?.[1] ?? '';
			if (url !== '') break;
		}
		const found = await fetch(`${url}/db/a`, { headers });
		expect(await found.json()).toMatchObject({ half: 'whole' });
		again.child.kill('SIGTERM');
		expect(await again.ended).toBe(0);
	}
);
