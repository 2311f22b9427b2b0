/** What somebody with a session, or none, sends to do harm: plain HTTP, nothing a device of ours would send. */

import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	ADMINISTRATOR,
	remove,
	signInOf,
	startServer,
	temporaryDirectory,
	type TestServer
} from '../../tests/support/server.ts';
import { TestPerson } from '../../tests/support/test-person.ts';

let directory: string;
let server: TestServer;
let jonas: TestPerson;
let freja: TestPerson;

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
	freja = await TestPerson.signIn(server, 'freja');
});
afterAll(async () => {
	await server.stop();
	await remove(directory);
});

interface Sent {
	status: number;
	headers: IncomingMessage['headers'];
	text: string;
}

/** Sends exactly this: fetch would tidy addresses and headers up. */
async function send(
	method: string,
	address: string,
	headers: Record<string, string> = {},
	body: Uint8Array | string = ''
): Promise<Sent> {
	const { hostname, port } = new URL(server.url);
	const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
	const all = { ...headers, ...length };
	const sent = httpRequest({ hostname, port, method, path: address, headers: all });
	sent.end(body);
	const [answer] = (await once(sent, 'response')) as [IncomingMessage];
	let text = '';
	for await (const part of answer.setEncoding('utf8')) text += String(part);
	return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

function asJonas(method: string, verb: string, text: string | Uint8Array, headers = {}) {
	const all = { cookie: jonas.cookie, 'content-type': 'application/json', ...headers };
	return send(method, `/${jonas.mailbox}${verb}`, all, text);
}

const list = (count: number, item: (n: number) => string) =>
	`[${Array.from({ length: count }, (_, n) => item(n)).join(',')}]`;

describe('somebody with a session', () => {
	test('reaches no database of others by any verb', async () => {
		const { companyId } = jonas.view;
		const verbs = [
			['GET', ''],
			['HEAD', ''],
			['PUT', ''],
			['DELETE', ''],
			['POST', ''],
			['GET', '/_all_docs?include_docs=true'],
			['POST', '/_all_docs'],
			['GET', '/_changes'],
			['POST', '/_changes'],
			['GET', '/_security'],
			['PUT', '/_security'],
			['POST', '/_bulk_docs'],
			['POST', '/_bulk_get'],
			['POST', '/_revs_diff'],
			['POST', '/_find'],
			['POST', '/_purge'],
			['POST', '/_compact'],
			['PUT', '/_revs_limit'],
			['GET', '/_revs_limit'],
			['POST', '/_ensure_full_commit'],
			['COPY', '/x'],
			['PUT', '/_compact'],
			['GET', '/_local/x'],
			['PUT', '/_local/x'],
			['PUT', '/_design/x'],
			['GET', '/case:x'],
			['PUT', '/x'],
			['PUT', '/x/data'],
			['DELETE', '/x?rev=1-a']
		] as const;
		for (const database of [
			freja.mailbox,
			'registry',
			`ledger-${companyId}`,
			`mailbox-${companyId}-..`,
			`${jonas.mailbox}%00`,
			`${jonas.mailbox}%2F..%2F${freja.mailbox}`,
			freja.mailbox.toUpperCase()
		]) {
			for (const [method, verb] of verbs) {
				const { status } = await send(
					method,
					`/${database}${verb}`,
					{ cookie: jonas.cookie, 'content-type': 'application/json' },
					method === 'GET' || method === 'HEAD' ? '' : '{}'
				);
				expect([method, database, verb, [403, 404].includes(status)]).toEqual([
					method,
					database,
					verb,
					true
				]);
			}
		}
		const administrators = ['_all_dbs', '_dbs_info', '_db_updates', '_active_tasks', 'metrics'];
		const ofTheNode = ['_config', '_config/admins', '_config/admins/root', '_stats', '_prometheus'];
		for (const verb of [...administrators, ...ofTheNode.map((name) => `_node/_local/${name}`)]) {
			expect((await send('GET', `/${verb}`, { cookie: jonas.cookie })).status).toBe(403);
		}
		for (const verb of ['_replicate', '_users', '_users/_bulk_docs', '_dbs_info']) {
			const { status } = await send('POST', `/${verb}`, { cookie: jonas.cookie });
			expect([verb, [403, 404].includes(status)]).toEqual([verb, true]);
		}
	});

	test('fills neither memory nor time with one request', async () => {
		for (const [verb, text, status] of [
			['/_bulk_docs', `{"docs":${list(2_000_000, () => '{}')}}`, 413],
			['/_bulk_docs', `{"docs":${list(10_001, (n) => `{"_id":"x${n}"}`)}}`, 413],
			['/_bulk_docs', `{"docs":[${'['.repeat(400_000)}${']'.repeat(400_000)}]}`, 400],
			['/_bulk_docs', `{"docs":[${'{"a":'.repeat(501)}1${'}'.repeat(501)}]}`, 400],
			['/_bulk_docs', `{"docs":[{"_id":"${'x'.repeat(2_000)}"}]}`, 400],
			['/_bulk_docs', `{"docs":[{"_id":"${'x'.repeat(20_000_000)}"}]}`, 400],
			[
				'/_bulk_docs',
				`{"new_edits":false,"docs":[{"_id":"x","_revisions":{"start":99999,"ids":${list(10_001, () => '"a"')}}}]}`,
				413
			],
			['/_bulk_get', `{"docs":${list(10_001, () => '{"id":"x"}')}}`, 413],
			['/_revs_diff', `{${list(10_001, (n) => `"x${n}":["1-a"]`).slice(1, -1)}}`, 413],
			['/_changes?filter=_doc_ids', `{"doc_ids":${list(20_001, () => '"x"')}}`, 413],
			[
				'/_changes?filter=_selector',
				`{"selector":{"$or":${list(2_000, (n) => `{"a":${n}}`)}}}`,
				413
			],
			['/_all_docs', `{"keys":${list(100_000, (n) => `"x${n}"`)}}`, 200]
		] as const) {
			const answer = await asJonas('POST', verb, text);
			expect([verb, text.slice(0, 40), answer.status]).toEqual([verb, text.slice(0, 40), status]);
		}
		expect((await send('GET', '/_outlay/health')).status).toBe(200);
	});

	test('is answered about many rows, and others beside them', async () => {
		const [rows, session] = await Promise.all([
			asJonas('POST', '/_bulk_docs', `{"docs":${list(10_000, (n) => `{"_id":"x${n}"}`)}}`),
			freja.request('GET', '/_outlay/session')
		]);
		expect(rows.status).toBe(201);
		expect(JSON.parse(rows.text)).toHaveLength(10_000);
		expect(session.status).toBe(200);
	});

	test('has room for checkpoints and no more', async () => {
		const small = await freja.request('PUT', `/${freja.mailbox}/_local/one`, { last_seq: '1-x' });
		expect(small.status).toBe(201);
		const large = { text: 'x'.repeat(65_536) };
		const put = (address: string) => freja.request('PUT', `/${freja.mailbox}/${address}`, large);
		expect((await put('_local/two')).status).toBe(413);
		expect((await put('_local%2Ftwo')).status).toBe(413);
		const docs = Array.from({ length: 1_005 }, (_, n) => ({ _id: `_local/n${n}` }));
		const { body } = await freja.request('POST', `/${freja.mailbox}/_bulk_docs`, { docs });
		const answered = body as unknown as { ok?: true; reason?: string }[];
		expect(answered.filter(({ ok }) => ok)).toHaveLength(999);
		expect(answered.at(-1)?.reason).toMatch(/^local.too_many:/);
		// What is there may still be written.
		expect((await freja.request('PUT', `/${freja.mailbox}/_local/n0`, { a: 1 })).status).toBe(201);
		expect((await freja.request('DELETE', `/${freja.mailbox}/_local/n0`)).status).toBe(200);
		expect((await freja.request('PUT', `/${freja.mailbox}/_local/new`, {})).status).toBe(201);
	});

	test('asks for changes in absurd ways and gets an answer or a refusal', async () => {
		const most = Number.MAX_SAFE_INTEGER;
		for (const [query, status] of [
			[`limit=${most}&descending=true`, 200],
			['limit=1e999', 400],
			['limit=-1', 400],
			['limit=0.5', 400],
			[`since=${'9'.repeat(15)}-zzz`, 200],
			[`since=${'9'.repeat(400)}`, 400],
			['since=1-%00', 400],
			['since=now&feed=normal&timeout=0', 200],
			['feed=longpoll&timeout=0&since=now', 200],
			['feed=longpoll&since=now&heartbeat=nonsense', 400],
			['feed=longpoll&since=now&timeout=-5', 400],
			['feed[]=longpoll', 200],
			['__proto__=1&constructor=2', 200],
			['style=__proto__', 400],
			['filter=__proto__', 400],
			['include_docs=maybe', 400]
		] as const) {
			const answer = await send('GET', `/${jonas.mailbox}/_changes?${query}`, {
				cookie: jonas.cookie
			});
			expect([query, answer.status]).toEqual([query, status]);
		}
	});

	test('gets no flood of heartbeats for a very slow one', async () => {
		const waiting = send(
			'GET',
			`/${jonas.mailbox}/_changes?feed=longpoll&since=now&heartbeat=${Number.MAX_SAFE_INTEGER}`,
			{ cookie: jonas.cookie }
		);
		for (let n = 0; n < 50; n++) await jonas.request('GET', '/_outlay/session');
		await jonas.put(jonas.document('transaction', jonas.newId('transaction'), jonas.expense()));
		const { text } = await waiting;
		expect(text.split('\n').length).toBeLessThan(10);
	});

	test('has fifty feeds open and no more, and another once one ends', async () => {
		const stops: AbortController[] = [];
		const open = async () => {
			const stop = new AbortController();
			const answer = await fetch(
				`${server.url}/${freja.mailbox}/_changes?feed=continuous&since=now&heartbeat=60000`,
				{ headers: { cookie: freja.cookie }, signal: stop.signal }
			);
			if (answer.status === 200) stops.push(stop);
			else await answer.text();
			return answer.status;
		};
		// Feeds answer their headers with the first heartbeat or change: a change makes them.
		const opened = Array.from({ length: 50 }, open);
		const change = async () =>
			freja.put(freja.document('transaction', freja.newId('transaction'), freja.expense()));
		let isOpen = false;
		const all = Promise.all(opened).then((statuses) => {
			isOpen = true;
			return statuses;
		});
		while (!isOpen) await change();
		expect(new Set(await all)).toEqual(new Set([200]));
		expect(await open()).toBe(429);
		const mine = await jonas.request('GET', `/${jonas.mailbox}/_changes?feed=longpoll&timeout=1`);
		expect(mine.status).toBe(200);
		stops.pop()?.abort();
		const shorter = () =>
			freja.request('GET', `/${freja.mailbox}/_changes?feed=longpoll&since=now&timeout=1`);
		await expect.poll(async () => (await shorter()).status).toBe(200);
		for (const stop of stops) stop.abort();
	});
});

describe('bodies and headers', () => {
	test('of other kinds than they should be are refused', async () => {
		const text = '{"docs":[]}';
		const type = (value: string) => ({ 'content-type': value });
		expect((await asJonas('POST', '/_bulk_docs', text, type('text/plain'))).status).toBe(415);
		const form = type('application/x-www-form-urlencoded');
		expect((await asJonas('POST', '/_bulk_docs', text, form)).status).toBe(415);
		const gzip = { 'content-encoding': 'gzip' };
		expect((await asJonas('POST', '/_bulk_docs', gzipSync(text), gzip)).status).toBe(201);
		expect((await asJonas('POST', '/_bulk_docs', Buffer.from(text), gzip)).status).toBe(400);
		expect(
			(await asJonas('POST', '/_bulk_docs', gzipSync(text).subarray(0, 20), gzip)).status
		).toBe(400);
		const brotli = { 'content-encoding': 'br' };
		expect((await asJonas('POST', '/_bulk_docs', Buffer.from(text), brotli)).status).toBe(415);
		// A hundred bytes that become more than a body may have.
		const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
		expect((await asJonas('POST', '/_bulk_docs', bomb, gzip)).status).toBe(413);
		expect((await asJonas('POST', '/_bulk_docs', Buffer.from([0x22, 0xff, 0x22]))).status).toBe(
			400
		);
		const card = JSON.stringify(signInOf(server, 'jonas'));
		for (const [kind, headers] of [
			['text/plain', {}],
			['application/json', gzip]
		] as const) {
			const all = { ...type(kind), ...headers };
			const body = 'content-encoding' in headers ? gzipSync(card) : card;
			const { status, headers: answered } = await send('POST', '/_outlay/session', all, body);
			expect([kind, [400, 415].includes(status)]).toEqual([kind, true]);
			expect(answered['set-cookie']).toBeUndefined();
		}
	});

	test('put nothing into the headers of an answer', async () => {
		const basic = Buffer.from(`${ADMINISTRATOR.name}:${ADMINISTRATOR.password}`).toString('base64');
		const admin = { authorization: `Basic ${basic}`, 'content-type': 'application/json' };
		const data = { content_type: 'image/png\r\nset-cookie: a=b', data: 'AAAA' };
		const body = JSON.stringify({ _attachments: { 'a\r\nset-cookie: c=d': data } });
		const id = encodeURIComponent('x\r\nset-cookie: e=f');
		const at = `/${jonas.mailbox}/${id}`;
		const written = await send('PUT', at, { ...admin, host: 'a"><script>' }, body);
		expect(written.status).toBe(201);
		const shown = await send('GET', `${at}/${encodeURIComponent('a\r\nset-cookie: c=d')}`, admin);
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
			const answer = await send(method, `/${verb}`, { 'content-type': 'application/json' }, body);
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
				const answer = await send('GET', address, { accept });
				expect([address, answer.status < 500]).toEqual([address, true]);
				expect(answer.text).not.toContain('SECRET');
			}
		}
	});

	test('use no cookie for pages of another host', async () => {
		const cookie = jonas.cookie;
		const put = (headers: Record<string, string>) =>
			send('PUT', `/${jonas.mailbox}/_local/x`, { cookie, ...headers }, '{}');
		const { host } = new URL(server.url);
		expect((await put({ host, origin: 'http://evil.example' })).status).toBe(403);
		expect((await put({ host, origin: 'null', 'content-type': 'text/plain' })).status).toBe(403);
		expect((await put({ host, 'sec-fetch-site': 'same-site' })).status).toBe(403);
		const twice = await send('GET', '/_outlay/session', {
			cookie: `AuthSession=${'x'.repeat(43)}; ${cookie}`
		});
		expect(twice.status).toBe(401);
	});
});
