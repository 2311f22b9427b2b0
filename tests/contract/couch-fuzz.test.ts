/**
 * Whatever arrives is answered: never a crash, a hang, or a failure of the server's own that left no line in the log.
 * `FUZZ_RUNS` makes it longer.
 */

import fc from 'fast-check';
import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCouchServer, type CouchServer } from './couch-server.ts';
import { HOSTILE_IDS, address, body, headers } from './fuzz-requests.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 150);
const LONGEST_ANSWER_MS = 30_000;

let server: CouchServer;
let port: number;

beforeAll(async () => {
	server = await startCouchServer();
	port = Number(new URL(server.origin).port);
	await send('PUT', '/fuzz', {}, Buffer.alloc(0));
	await send('PUT', '/fuzz/doc', {}, Buffer.from('{"n":1}'));
});
afterAll(() => server.stop());

/** The status; 0 when the connection was closed instead. Rejects when nothing comes. */
function send(
	method: string,
	path: string,
	headers: Record<string, string>,
	body: Buffer
): Promise<number> {
	return new Promise((resolve, reject) => {
		const outgoing = httpRequest(
			{ host: '127.0.0.1', port, method, path, headers, agent: false, timeout: LONGEST_ANSWER_MS },
			(answer) => {
				answer.resume();
				answer.on('end', () => resolve(answer.statusCode ?? 0));
				answer.on('error', () => resolve(0));
			}
		);
		outgoing.on('timeout', () => {
			reject(new Error(`No answer to ${method} ${path}`));
			outgoing.destroy();
		});
		outgoing.on('error', () => resolve(0));
		outgoing.end(body);
	});
}

/** Sends bytes that may not be HTTP at all; what was answered until the connection closed, or the pause. */
function sendRaw(bytes: Buffer): Promise<string> {
	return new Promise((resolve) => {
		let answer = '';
		const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
		socket.on('data', (data) => (answer += data.toString('latin1')));
		socket.on('close', () => resolve(answer));
		socket.on('error', () => resolve(answer));
	});
}

async function isAlive(): Promise<void> {
	expect(await send('GET', '/_up', {}, Buffer.alloc(0))).toBe(200);
}

describe('requests of every kind', () => {
	test(
		'are answered, and a failure of the server leaves a line in the log',
		{ timeout: 120_000 },
		async () => {
			await fc.assert(
				fc.asyncProperty(
					fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'COPY', 'OPTIONS', 'PATCH'),
					address,
					headers,
					body,
					async (method, path, sent, bytes) => {
						const lines = server.errors.length;
						const status = await send(method, path, sent, bytes);
						expect(status === 0 || (status >= 200 && status < 600)).toBe(true);
						// None of these is the server's fault.
						expect([status < 500, server.errors.slice(lines)]).toEqual([true, []]);
					}
				),
				{ numRuns: RUNS, endOnFailure: true }
			);
			await isAlive();
		}
	);

	test('that are no HTTP, or stop in the middle', { timeout: 60_000 }, async () => {
		const halves = [
			'',
			'GET',
			'GET /fuzz HTTP/1.1\r\n',
			'GET /fuzz HTTP/9.9\r\n\r\n',
			'PUT /fuzz/x HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"n":',
			'PUT /fuzz/x HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n{}',
			'PUT /fuzz/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}',
			'PUT /fuzz/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}',
			'PUT /fuzz/x/a HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 1000\r\n\r\nabc',
			'PUT /fuzz/x HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/related; boundary=b\r\ncontent-length: 1000\r\n\r\n' +
				'--b\r\n\r\n{"_attachments":{"a":{"follows":true,"length":500}}}\r\n--b\r\n\r\nabc',
			`GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
			`GET / HTTP/1.1\r\nhost: x\r\n${'x: y\r\n'.repeat(5000)}\r\n`,
			'\u0000\u0001\u0002\u0003'
		];
		for (const half of halves) {
			const answer = await sendRaw(Buffer.from(half, 'latin1'));
			expect(answer).not.toMatch(/^HTTP\/1\.1 5\d\d/);
		}
		await isAlive();
		expect(server.errors).toEqual([]);
		expect(await send('GET', '/fuzz/x', {}, Buffer.alloc(0))).toBe(404);
	});

	test.each(HOSTILE_IDS)('the id %j is stored as it is, or refused', async (id) => {
		// The random requests may have dropped it, and then every id would be refused for that alone.
		await send('PUT', '/fuzz', {}, Buffer.alloc(0));
		const path = `/fuzz/${encodeURIComponent(id.toWellFormed())}`;
		const status = await send(
			'PUT',
			path,
			{},
			Buffer.from('{"__proto__":{"a":1},"constructor":1}')
		);
		expect([201, 202, 400, 404, 405, 409, 412, 415]).toContain(status);
		if (status !== 201) return;
		const response = await fetch(server.origin + path);
		const json = (await response.json()) as Record<string, unknown>;
		expect(json['_id']).toBe(id.toWellFormed());
		expect(Object.hasOwn(json, '__proto__')).toBe(true);
	});
});
