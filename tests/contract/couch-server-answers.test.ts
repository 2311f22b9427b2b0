import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, openFeed, startCouchServer, textLike, type CouchServer } from './couch-server.ts';

let server: CouchServer;
let db: string;

beforeAll(async () => {
	server = await startCouchServer();
	db = `${server.origin}/details`;
	await call('PUT', db);
});
afterAll(() => server.stop());

describe('the server (chapter "Server")', () => {
	test('_dbs_info by GET takes the range of _all_dbs, by POST needs keys', async () => {
		await call('PUT', `${server.origin}/between`);
		const range = 'startkey=%22between%22&endkey=%22between%22';
		const { json } = await call('GET', `${server.origin}/_dbs_info?${range}`);
		expect(json).toMatchObject([
			{
				key: 'between',
				info: { db_name: 'between', doc_count: 0, doc_del_count: 0, props: {} }
			}
		]);
		const wrong = await call('POST', `${server.origin}/_dbs_info`, {});
		expect([wrong.status, wrong.json]).toEqual([
			400,
			{ error: 'bad_request', reason: '`keys` member must exist.' }
		]);
	});

	test('_db_updates goes on as lines, and as events', async () => {
		for (const feed of ['continuous', 'eventsource']) {
			const open = await openFeed(
				`${server.origin}/_db_updates?feed=${feed}&since=now&heartbeat=200`
			);
			await call('PUT', `${server.origin}/heard-${feed}`);
			await open.reader.until(() => open.text().includes(`heard-${feed}`));
			const line = open
				.text()
				.split('\n')
				.find((each) => each.includes(`heard-${feed}`));
			const row = JSON.parse((line ?? '').replace(/^data: /, '')) as unknown;
			expect(row).toEqual({
				db_name: `heard-${feed}`,
				type: 'created',
				seq: textLike(/^\d+-/)
			});
			open.stop();
		}
	});

	test('_active_tasks shows a replication while it runs', async () => {
		const started = await call('POST', `${server.origin}/_replicate`, {
			source: 'details',
			target: 'copy-of-details',
			create_target: true,
			continuous: true
		});
		expect(started.status).toBe(202);
		await expect
			.poll(async () => (await call('GET', `${server.origin}/_active_tasks`)).json as unknown)
			.toMatchObject([
				{
					type: 'replication',
					pid: textLike(/./),
					node: textLike(/@/),
					continuous: true,
					started_on: expect.any(Number) as number,
					updated_on: expect.any(Number) as number
				}
			]);
		const stopped = await call('POST', `${server.origin}/_replicate`, {
			source: 'details',
			target: 'copy-of-details',
			continuous: true,
			cancel: true
		});
		expect(stopped.json).toMatchObject({ ok: true });
		await expect
			.poll(async () => (await call('GET', `${server.origin}/_active_tasks`)).json as unknown)
			.toEqual([]);
	});

	test('_node/_local/_stats counts requests, by method and by status', async () => {
		interface Stats {
			couchdb: Record<string, Record<string, { value: number; type: string; desc: string }>>;
		}
		const stats = async () =>
			((await call('GET', `${server.origin}/_node/_local/_stats`)).json as unknown as Stats)
				.couchdb;
		const before = await stats();
		expect(before['httpd_request_methods']?.['COPY']).toEqual({
			...{ value: 0, type: 'counter', desc: 'number of HTTP COPY requests' }
		});
		expect(before['httpd_status_codes']?.['507']).toEqual({
			...{ value: 0, type: 'counter', desc: 'number of HTTP 507 Insufficient Storage responses' }
		});
		await call('PUT', `${db}/counted`, {});
		await call('PUT', `${db}/counted`, {});
		// A request is counted after its answer is sent.
		const grown = async (kind: string, name: string) =>
			((await stats())[kind]?.[name]?.value ?? 0) - (before[kind]?.[name]?.value ?? 0);
		await expect.poll(() => grown('httpd_request_methods', 'PUT')).toBe(2);
		await expect.poll(() => grown('httpd_status_codes', '201')).toBe(1);
		await expect.poll(() => grown('httpd_status_codes', '409')).toBe(1);
		expect(await grown('httpd', 'requests')).toBeGreaterThan(2);
	});
});
