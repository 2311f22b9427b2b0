/** What somebody with a session, or none, sends to do harm: plain HTTP, nothing a device of ours would send. */

import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	AS_ADMINISTRATOR,
	remove,
	signInOf,
	startServer,
	temporaryDirectory,
	type TestServer
} from '../../tests/support/server.ts';
import { TestPerson } from '../../tests/support/test-person.ts';
import { sendAs, sendExactly } from './send-exactly.ts';

let directory: string;
let server: TestServer;
let jonas: TestPerson;

beforeAll(async () => {
	directory = await temporaryDirectory();
	const app = path.join(directory, 'app');
	await mkdir(path.join(app, '.hidden'), { recursive: true });
	await writeFile(path.join(app, '200.html'), '<title>Outlay</title>');
	await writeFile(path.join(app, '.secret'), 'SECRET');
	await writeFile(path.join(app, '.hidden/file'), 'SECRET');
	await writeFile(path.join(directory, 'beside'), 'SECRET');
	server = await startServer({ appDirectory: app, limits: { signInsPerAddress: 10_000 } });
	jonas = await TestPerson.signIn(server, 'jonas');
});
afterAll(async () => {
	await server.stop();
	await remove(directory);
});

describe('bodies and headers', () => {
	test('of other kinds than they should be are refused', async () => {
		const text = '{"docs":[]}';
		const type = (value: string) => ({ 'content-type': value });
		expect((await sendAs(jonas, 'POST', '/_bulk_docs', text, type('text/plain'))).status).toBe(415);
		const form = type('application/x-www-form-urlencoded');
		expect((await sendAs(jonas, 'POST', '/_bulk_docs', text, form)).status).toBe(415);
		const gzip = { 'content-encoding': 'gzip' };
		expect((await sendAs(jonas, 'POST', '/_bulk_docs', gzipSync(text), gzip)).status).toBe(201);
		expect((await sendAs(jonas, 'POST', '/_bulk_docs', Buffer.from(text), gzip)).status).toBe(400);
		expect(
			(await sendAs(jonas, 'POST', '/_bulk_docs', gzipSync(text).subarray(0, 20), gzip)).status
		).toBe(400);
		const brotli = { 'content-encoding': 'br' };
		expect((await sendAs(jonas, 'POST', '/_bulk_docs', Buffer.from(text), brotli)).status).toBe(
			415
		);
		// A hundred bytes that become more than a body may have.
		const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
		expect((await sendAs(jonas, 'POST', '/_bulk_docs', bomb, gzip)).status).toBe(413);
		expect(
			(await sendAs(jonas, 'POST', '/_bulk_docs', Buffer.from([0x22, 0xff, 0x22]))).status
		).toBe(400);
		const card = JSON.stringify(signInOf(server, 'jonas'));
		for (const [kind, headers] of [
			['text/plain', {}],
			['application/json', gzip]
		] as const) {
			const all = { ...type(kind), ...headers };
			const body = 'content-encoding' in headers ? gzipSync(card) : card;
			const { status, headers: answered } = await sendExactly(
				server.url,
				'POST',
				'/_outlay/session',
				all,
				body
			);
			expect([kind, [400, 415].includes(status)]).toEqual([kind, true]);
			expect(answered['set-cookie']).toBeUndefined();
		}
	});

	test('put nothing into the headers of an answer', async () => {
		const admin = { ...AS_ADMINISTRATOR, 'content-type': 'application/json' };
		const data = { content_type: 'image/png\r\nset-cookie: a=b', data: 'AAAA' };
		const body = JSON.stringify({ _attachments: { 'a\r\nset-cookie: c=d': data } });
		const id = encodeURIComponent('x\r\nset-cookie: e=f');
		const at = `/${jonas.mailbox}/${id}`;
		const written = await sendExactly(
			server.url,
			'PUT',
			at,
			{ ...admin, host: 'a"><script>' },
			body
		);
		expect(written.status).toBe(201);
		const shown = await sendExactly(
			server.url,
			'GET',
			`${at}/${encodeURIComponent('a\r\nset-cookie: c=d')}`,
			admin
		);
		expect([shown.status, shown.headers['content-type']]).toEqual([
			200,
			'application/octet-stream'
		]);
		for (const { headers } of [written, shown]) expect(headers['set-cookie']).toBeUndefined();
	});

	test('that come too slowly lose their connection', async () => {
		const slow = await startServer({ limits: { silentConnectionMs: 300 } });
		try {
			const { hostname, port } = new URL(slow.url);
			for (const text of [
				'',
				'GET /_outlay/health HTTP/1.1\r\nhost: x\r\n',
				'POST /_outlay/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{'
			]) {
				const socket = connect(Number(port), hostname);
				socket.on('error', () => undefined).resume();
				socket.write(text);
				await once(socket, 'close');
			}
			expect((await fetch(`${slow.url}/_outlay/health`)).status).toBe(200);
		} finally {
			await slow.stop();
		}
	});

	test('that come a byte at a time lose their connection, too, and hold up nobody', async () => {
		const slow = await startServer({ limits: { longestRequestMs: 1_000 } });
		try {
			const { hostname, port } = new URL(slow.url);
			const beginnings = [
				'GET /_outlay/health HTTP/1.1\r\nhost: x\r\nx: ',
				'POST /_outlay/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 90000\r\n\r\n',
				'PUT /a/b HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'
			];
			const closed = Array.from({ length: 60 }, async (_, n) => {
				const socket = connect(Number(port), hostname);
				socket.on('error', () => undefined).resume();
				socket.write(beginnings[n % beginnings.length] ?? '');
				const dribble = setInterval(() => socket.write(n % 3 === 2 ? '1\r\nx\r\n' : 'x'), 50);
				await once(socket, 'close');
				clearInterval(dribble);
			});
			expect((await fetch(`${slow.url}/_outlay/health`)).status).toBe(200);
			await Promise.all(closed);
		} finally {
			await slow.stop();
		}
	});
});

describe('strangers', () => {
	test('are asked to sign in, whatever they ask for', async () => {
		const ofTheServer = [
			['GET', '_all_dbs'],
			['GET', '_dbs_info'],
			['POST', '_dbs_info'],
			['GET', '_db_updates'],
			['GET', '_active_tasks'],
			['GET', '_membership'],
			['POST', '_replicate'],
			['GET', 'metrics'],
			['GET', '_node/_local'],
			['GET', '_node/_local/_config'],
			['PUT', '_node/_local/_config/log/level'],
			['GET', '_node/_local/_stats'],
			['GET', '_node/_local/_prometheus']
		] as const;
		const ofADatabase = [
			['GET', ''],
			['PUT', ''],
			['DELETE', ''],
			['POST', '/_bulk_docs'],
			['POST', '/_bulk_get'],
			['POST', '/_compact'],
			['GET', '/_compact'],
			['POST', '/_purge'],
			['GET', '/_revs_limit'],
			['PUT', '/_revs_limit'],
			['GET', '/_changes'],
			['GET', '/_security'],
			['PUT', '/_security'],
			['GET', '/x'],
			['COPY', '/x'],
			['GET', '/x/data']
		] as const;
		const verbs = [
			...ofTheServer,
			...ofADatabase.map(([method, verb]) => [method, `${jonas.mailbox}${verb}`] as const),
			...ofADatabase.map(([method, verb]) => [method, `no-such-database${verb}`] as const)
		];
		for (const [method, verb] of verbs) {
			const body = method === 'GET' || method === 'COPY' ? '' : '{}';
			const answer = await sendExactly(
				server.url,
				method,
				`/${verb}`,
				{ 'content-type': 'application/json' },
				body
			);
			expect([method, verb, answer.status]).toEqual([method, verb, 401]);
			// A browser would ask for a password in a window of its own.
			expect(answer.headers['www-authenticate']).toBeUndefined();
		}
	});

	test('who try many passwords at once hold up nobody', async () => {
		const attempt = async (n: number) => {
			const answer = await fetch(`${server.url}/_outlay/session`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({
					companyCode: 'nordlys',
					workEmail: `somebody${n}@nordlys.example`,
					password: 'x'.repeat(900)
				})
			});
			return [answer.status, answer.headers.has('retry-after')];
		};
		const flood = Promise.all(Array.from({ length: 300 }, (_, n) => attempt(n)));
		expect((await jonas.request('GET', '/_outlay/session')).status).toBe(200);
		expect((await jonas.request('GET', `/${jonas.mailbox}`)).status).toBe(200);
		const answers = await flood;
		expect(new Set(answers.map(String))).toEqual(new Set(['401,false', '429,true']));
		expect((await TestPerson.signIn(server, 'mette')).view.name).toContain('Mette');
	});

	test('find no file but those of the app', async () => {
		for (const address of [
			'/../beside',
			'/..%2fbeside',
			'/%2e%2e/beside',
			'/%252e%252e/beside',
			'/..%5cbeside',
			'/_app/../../beside',
			'//../beside',
			`/${path.join(directory, 'beside')}`,
			'/.secret',
			'/%2esecret',
			'/.hidden/file',
			'/x/..%2f.secret',
			'/200.html%00',
			'/200.html/..%2f.secret',
			`/${'a'.repeat(5_000)}`
		]) {
			for (const accept of ['*/*', 'text/html']) {
				const answer = await sendExactly(server.url, 'GET', address, { accept });
				expect([address, answer.status < 500]).toEqual([address, true]);
				expect(answer.text).not.toContain('SECRET');
			}
		}
	});

	test('use no cookie for pages of another host', async () => {
		const cookie = jonas.cookie;
		const put = (headers: Record<string, string>) =>
			sendExactly(server.url, 'PUT', `/${jonas.mailbox}/_local/x`, { cookie, ...headers }, '{}');
		const { host } = new URL(server.url);
		expect((await put({ host, origin: 'http://evil.example' })).status).toBe(403);
		expect((await put({ host, origin: 'null', 'content-type': 'text/plain' })).status).toBe(403);
		expect((await put({ host, 'sec-fetch-site': 'same-site' })).status).toBe(403);
		const twice = await sendExactly(server.url, 'GET', '/_outlay/session', {
			cookie: `AuthSession=${'x'.repeat(43)}; ${cookie}`
		});
		expect(twice.status).toBe(401);
	});
});
