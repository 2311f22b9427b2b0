/** What somebody with a session sends to do harm: plain HTTP, nothing a device of ours would send. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../tests/support/server.ts';
import { TestPerson } from '../../tests/support/test-person.ts';
import { sendAs, sendExactly } from './send-exactly.ts';

let server: TestServer;
let jonas: TestPerson;
let freja: TestPerson;

beforeAll(async () => {
	server = await startServer({ limits: { signInsPerAddress: 10_000 } });
	jonas = await TestPerson.signIn(server, 'jonas');
	freja = await TestPerson.signIn(server, 'freja');
});
afterAll(() => server.stop());

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
				const { status } = await sendExactly(
					server.url,
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
			expect(
				(await sendExactly(server.url, 'GET', `/${verb}`, { cookie: jonas.cookie })).status
			).toBe(403);
		}
		for (const verb of ['_replicate', '_users', '_users/_bulk_docs', '_dbs_info']) {
			const { status } = await sendExactly(server.url, 'POST', `/${verb}`, {
				cookie: jonas.cookie
			});
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
			const answer = await sendAs(jonas, 'POST', verb, text);
			expect([verb, text.slice(0, 40), answer.status]).toEqual([verb, text.slice(0, 40), status]);
		}
		expect((await sendExactly(server.url, 'GET', '/_outlay/health')).status).toBe(200);
	});

	test('is answered about many rows, and others beside them', async () => {
		const [rows, session] = await Promise.all([
			sendAs(jonas, 'POST', '/_bulk_docs', `{"docs":${list(10_000, (n) => `{"_id":"x${n}"}`)}}`),
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
			const answer = await sendExactly(server.url, 'GET', `/${jonas.mailbox}/_changes?${query}`, {
				cookie: jonas.cookie
			});
			expect([query, answer.status]).toEqual([query, status]);
		}
	});

	test('gets no flood of heartbeats for a very slow one', async () => {
		const waiting = sendExactly(
			server.url,
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
