/** The server as whoever runs it sees it: what it refuses to start with, and how it stops. */

import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ADMINISTRATOR, remove, temporaryDirectory } from '../../tests/support/server.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

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

test('refuses to start, with one sentence', { timeout: 60_000 }, async () => {
	await mkdir(path.join(directory, 'photos'));
	await writeFile(path.join(directory, 'photos/holiday.jpg'), 'x');
	const attempts: [Record<string, string>, RegExp][] = [
		[{ PORT: 'eighty' }, /^PORT must be a number/],
		[{ OUTLAY_DATA: path.join(directory, 'photos') }, /is not a data folder of Outlay/],
		// Nobody listens on port 9 of this machine.
		[{ COUCHDB_URL: 'http://root:sesame@127.0.0.1:9/' }, /^CouchDB can not be used/]
	];
	await Promise.all(
		attempts.map(async ([environment, sentence]) => {
			const { ended, said } = runServer(environment);
			expect(await ended).toBe(1);
			expect(said()).toMatch(sentence);
			expect(said()).not.toMatch(/sesame|^\s+at /m);
		})
	);
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
		const authorization = `Basic ${Buffer.from(`${ADMINISTRATOR.name}:${ADMINISTRATOR.password}`).toString('base64')}`;
		const headers = { authorization, 'content-type': 'application/json' };
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
