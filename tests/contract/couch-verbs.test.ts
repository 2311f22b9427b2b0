/** The CouchDB verbs as the real PouchDB calls them, over HTTP on a real port, and as nobody should. */

import Fastify, { type FastifyInstance } from 'fastify';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import PouchDB, { type Pouch } from 'pouchdb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Access, Caller } from '@outlay/sync-server/access/access-port';
import { COUCH_ROUTER_OPTIONS, registerCouchRoutes } from '@outlay/sync-server/couch/couch-routes';
import type { DocumentStore } from '@outlay/sync-server/store/document-store';
import { openLmdbStore } from '@outlay/sync-server/store/lmdb/open-lmdb-store';

const BODY_LIMIT_BYTES = 2_000_000;
const ATTACHMENT_LIMIT_BYTES = 300_000;

/**
 * The administrator without a header, somebody with `x-person: anna`: she has mailbox-acme-anna and reads
 * settings-acme; documents named `locked` are closed to her. `x-person: nobody` is signed in as nobody.
 */
class TestAccess implements Access {
	session = new AbortController();

	caller(request: { headers: Record<string, string | string[] | undefined> }): Promise<Caller> {
		const person = request.headers['x-person'];
		if (person === undefined) return Promise.resolve({ kind: 'administrator', name: 'admin' });
		if (person !== 'anna') return Promise.resolve({ kind: 'anonymous', name: null });
		const until = this.session.signal;
		return Promise.resolve({
			kind: 'person',
			name: 'acme/anna@example.com',
			companyId: 'acme',
			userId: 'anna',
			until
		});
	}
	mayUse(caller: Caller, database: string, deed: string): Promise<boolean> {
		if (caller.kind === 'administrator') return Promise.resolve(true);
		if (caller.kind === 'anonymous' || deed === 'administer') return Promise.resolve(false);
		const mine = database === 'mailbox-acme-anna';
		return Promise.resolve(mine || (deed === 'read' && database === 'settings-acme'));
	}
	judgeWrite(caller: Caller, _database: string, write: { id: string }) {
		return Promise.resolve(
			caller.kind === 'person' && write.id.startsWith('locked')
				? { error: 'forbidden', reason: 'document.not_yours: This document is not yours.' }
				: null
		);
	}
	attachmentLimitBytes(): number {
		return ATTACHMENT_LIMIT_BYTES;
	}
}

let directory: string;
let store: DocumentStore;
let app: FastifyInstance;
let origin: string;
let count = 0;
const access = new TestAccess();

beforeAll(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'outlay-couch-'));
	store = await openLmdbStore(path.join(directory, 'server'));
	app = Fastify({ routerOptions: { ...COUCH_ROUTER_OPTIONS }, forceCloseConnections: true });
	registerCouchRoutes(app, { store, access, version: '0.1.0', bodyLimitBytes: BODY_LIMIT_BYTES });
	origin = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
	await app.close();
	await store.close();
	await rm(directory, { recursive: true, force: true });
});

/** A database of its own for each test. */
let name: string;
let url: string;
beforeEach(() => {
	name = `test-${(count += 1)}`;
	url = `${origin}/${name}`;
});

const pouches: Pouch[] = [];
afterEach(async () => {
	for (const pouch of pouches.splice(0)) await pouch.close();
});
function open(location: string): Pouch {
	const pouch = new PouchDB(location);
	pouches.push(pouch);
	return pouch;
}
function localPouch(): Pouch {
	return open(path.join(directory, `pouch-${(count += 1)}`));
}

/** An attachment's bytes; PouchDB's Buffers carry a member of their own. */
async function attachmentOf(pouch: Pouch, id: string, attachment: string): Promise<Buffer> {
	return Buffer.from((await pouch.getAttachment(id, attachment)) as Buffer);
}

interface Answer {
	status: number;
	headers: Headers;
	// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tests say what they expect of it
	json: any;
}
async function call(
	method: string,
	address: string,
	body?: unknown,
	headers = {}
): Promise<Answer> {
	const response = await fetch(address.startsWith('http') ? address : `${url}${address}`, {
		method,
		headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
		...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) })
	});
	const text = await response.text();
	return {
		status: response.status,
		headers: response.headers,
		json: text === '' ? null : (JSON.parse(text) as unknown)
	};
}

describe('PouchDB', () => {
	test('replicates documents, deletions and odd ids both ways', async () => {
		const [here, server, there] = [localPouch(), open(url), localPouch()];
		const ids = ['plain', 'a/b c', 'æøå ☕ 😀', 'plus+plus', 'percent%2Fpercent', 'x'.repeat(600)];
		await here.bulkDocs(ids.map((_id, n) => ({ _id, n })));
		const gone = await here.put({ _id: 'gone' });
		await here.remove('gone', gone.rev);
		const pushed = await here.replicate.to(server);
		expect(pushed).toMatchObject({ ok: true, docs_written: ids.length + 1, doc_write_failures: 0 });

		for (const [n, id] of ids.entries()) expect(await server.get(id)).toMatchObject({ n });
		await expect(server.get('gone')).rejects.toMatchObject({ status: 404, reason: 'deleted' });
		expect(await server.info()).toMatchObject({ doc_count: ids.length });

		await server.put({ _id: 'from the server', x: 1 });
		const doc = await server.get('a/b c');
		await server.put({ ...doc, n: 'changed' });
		await there.replicate.from(server);
		await here.replicate.from(server);
		for (const pouch of [here, there]) {
			expect(await pouch.get('a/b c')).toMatchObject({ n: 'changed' });
			expect(await pouch.get('from the server')).toMatchObject({ x: 1 });
			expect((await pouch.allDocs()).total_rows).toBe(ids.length + 1);
		}
	});

	test('goes on from its checkpoint: the second run fetches nothing', async () => {
		const [here, server, there] = [localPouch(), open(url), localPouch()];
		await here.bulkDocs(Array.from({ length: 250 }, (_, n) => ({ _id: `doc-${n}`, n })));
		expect(await here.replicate.to(server)).toMatchObject({ docs_written: 250 });
		expect(await there.replicate.from(server)).toMatchObject({ docs_written: 250 });
		expect(await here.replicate.to(server)).toMatchObject({ docs_read: 0, docs_written: 0 });
		expect(await there.replicate.from(server)).toMatchObject({ docs_read: 0, docs_written: 0 });
		await server.put({ _id: 'one more' });
		expect(await there.replicate.from(server)).toMatchObject({ docs_read: 1, docs_written: 1 });
	});

	test('carries attachments byte for byte, and keeps them by stub', async () => {
		const [here, server, there] = [localPouch(), open(url), localPouch()];
		const photo = randomBytes(200_000);
		await here.put({
			_id: 'receipt',
			_attachments: {
				'photo.jpg': { content_type: 'image/jpeg', data: photo },
				'dir/note.txt': { content_type: 'text/plain', data: Buffer.from('hello') },
				empty: { content_type: 'application/octet-stream', data: Buffer.alloc(0) }
			}
		});
		await here.replicate.to(server);
		expect(await attachmentOf(server, 'receipt', 'photo.jpg')).toEqual(photo);
		expect(await attachmentOf(server, 'receipt', 'dir/note.txt')).toEqual(Buffer.from('hello'));

		const doc = await server.get('receipt');
		expect(doc._attachments?.['photo.jpg']).toEqual({
			content_type: 'image/jpeg',
			digest: `md5-${createHash('md5').update(photo).digest('base64')}`,
			length: photo.length,
			revpos: 1,
			stub: true
		});
		await server.put({ ...doc, title: 'second' });
		await there.replicate.from(server);
		expect(await attachmentOf(there, 'receipt', 'photo.jpg')).toEqual(photo);
		expect(await attachmentOf(there, 'receipt', 'empty')).toHaveLength(0);
		const whole = await server.get('receipt', { attachments: true });
		expect(whole._attachments?.['photo.jpg']).toMatchObject({ data: photo.toString('base64') });

		const { rev } = await server.putAttachment(
			'receipt',
			'more.png',
			whole._rev,
			photo,
			'image/png'
		);
		await server.removeAttachment('receipt', 'empty', rev);
		const names = Object.keys((await server.get('receipt'))._attachments ?? {});
		expect(names.sort()).toEqual(['dir/note.txt', 'more.png', 'photo.jpg']);
	});

	test('sees conflicts and the same winner on both sides', async () => {
		const [here, there, server] = [localPouch(), localPouch(), open(url)];
		const { rev } = await here.put({ _id: 'a', n: 0 });
		await here.replicate.to(server);
		await there.replicate.from(server);
		await here.put({ _id: 'a', _rev: rev, n: 'here' });
		await there.put({ _id: 'a', _rev: rev, n: 'there' });
		await here.replicate.to(server);
		await there.replicate.to(server);
		await here.replicate.from(server);
		const onServer = await server.get('a', { conflicts: true });
		expect(onServer._conflicts).toHaveLength(1);
		expect(await here.get('a', { conflicts: true })).toEqual(onServer);
		const rows = await server.get('a', { open_revs: 'all', revs: true });
		expect(rows).toHaveLength(2);

		await server.remove('a', onServer._conflicts?.[0] ?? '');
		await here.replicate.from(server);
		expect(await here.get('a', { conflicts: true })).not.toHaveProperty('_conflicts');
	});

	test('replicates live', async () => {
		const [here, server] = [localPouch(), open(url)];
		await server.info();
		const arrived = new Promise<string>((resolve) => {
			here
				.changes({ live: true, since: 'now' })
				.on('change', ({ id }: { id: string }) => resolve(id));
		});
		const live = here.sync(server, { live: true });
		const paused = new Promise((resolve) => live.on('paused', resolve));
		await paused;
		await open(url).put({ _id: 'from afar' });
		expect(await arrived).toBe('from afar');

		const onServer = new Promise<string>((resolve) => {
			server
				.changes({ live: true, since: 'now' })
				.on('change', ({ id }: { id: string }) => resolve(id));
		});
		await here.put({ _id: 'from here' });
		expect(await onServer).toBe('from here');
		live.cancel();
		await live;
	});

	test('filters changes by ids and by selector', async () => {
		const server = open(url);
		await server.bulkDocs([1, 2, 3, 4].map((n) => ({ _id: `d${n}`, n })));
		const byIds = await server.changes({ doc_ids: ['d2', 'd4'] });
		expect(byIds.results.map((row) => row.id)).toEqual(['d2', 'd4']);
		const bySelector = await server.changes({ selector: { n: { $gt: 2 } } });
		expect(bySelector.results.map((row) => row.id)).toEqual(['d3', 'd4']);
	});
});

describe('writes', () => {
	beforeEach(() => call('PUT', ''));

	test('answer as CouchDB does', async () => {
		const created = await call('PUT', '/a', { n: 1 });
		expect(created).toMatchObject({ status: 201, json: { ok: true, id: 'a' } });
		const { rev } = created.json;
		expect(created.headers.get('etag')).toBe(`"${rev}"`);
		expect(await call('PUT', '/a', { n: 2 })).toMatchObject({
			status: 409,
			json: { error: 'conflict', reason: 'Document update conflict.' }
		});
		expect(await call('PUT', '/new', { _rev: rev })).toMatchObject({ status: 409 });
		expect(await call('PUT', '/a', { _rev: 'x' })).toMatchObject({
			status: 400,
			json: { error: 'bad_request', reason: 'Invalid rev format' }
		});
		expect(await call('PUT', '/a', { _rev: rev, _mine: 1 })).toMatchObject({
			status: 400,
			json: { error: 'doc_validation', reason: 'Bad special document member: _mine' }
		});
		expect(await call('PUT', '/_a', {})).toMatchObject({
			status: 400,
			json: { error: 'illegal_docid' }
		});
		expect(await call('PUT', `/${'x'.repeat(1_901)}`, {})).toMatchObject({
			status: 400,
			json: { error: 'illegal_docid' }
		});
		const gone = await call('PUT', '/a', { _rev: rev, _deleted: true, reason: 'moved' });
		expect(gone.status).toBe(200);
		expect(await call('GET', '/a')).toMatchObject({
			status: 404,
			json: { error: 'not_found', reason: 'deleted' }
		});
		expect(await call('GET', `/a?rev=${gone.json.rev}`)).toMatchObject({
			json: { _deleted: true, reason: 'moved' }
		});
		expect(await call('PUT', '/a', {})).toMatchObject({
			status: 201,
			json: { rev: expect.stringMatching(/^3-/) }
		});
		expect(await call('GET', '/unknown')).toMatchObject({ json: { reason: 'missing' } });
		const posted = await call('POST', '', { n: 1 });
		expect(posted).toMatchObject({
			status: 201,
			json: { id: expect.stringMatching(/^[0-9a-f]{32}$/) }
		});
		expect(await call('DELETE', `/${posted.json.id}`)).toMatchObject({ status: 409 });
		expect(await call('DELETE', `/${posted.json.id}?rev=${posted.json.rev}`)).toMatchObject({
			status: 200
		});
		expect(await call('DELETE', '/unknown?rev=1-a')).toMatchObject({ status: 404 });
	});

	test('in bulk have a row each; replicated ones only where they fail', async () => {
		const first = await call('POST', '/_bulk_docs', { docs: [{ _id: 'a' }, { _id: 'b' }] });
		expect(first).toMatchObject({ status: 201, json: [{ ok: true }, { ok: true }] });
		const again = await call('POST', '/_bulk_docs?', {
			docs: [{ _id: 'a' }, { _id: 'c', _deleted: false }]
		});
		expect(again.json).toEqual([
			{ id: 'a', error: 'conflict', reason: 'Document update conflict.' },
			{ ok: true, id: 'c', rev: expect.any(String) }
		]);
		expect((await call('GET', '/c')).json).not.toHaveProperty('_deleted');
		expect(await call('POST', '/_bulk_docs', { docs: [] })).toMatchObject({
			status: 201,
			json: []
		});
		const replicated = { _id: 'r', _rev: '2-b', _revisions: { start: 2, ids: ['b', 'a'] } };
		expect(
			await call('POST', '/_bulk_docs', { docs: [replicated], new_edits: false })
		).toMatchObject({ status: 201, json: [] });
		expect((await call('GET', '/r?revs_info=true')).json._revs_info).toEqual([
			{ rev: '2-b', status: 'available' },
			{ rev: '1-a', status: 'missing' }
		]);
		expect(await call('GET', '/r?rev=1-a')).toMatchObject({ status: 404 });
		for (const docs of [
			[{ _id: 'ok' }, { _id: '_bad' }],
			[{ _id: 'ok' }, { _id: 7 }],
			'none',
			[1]
		]) {
			expect(await call('POST', '/_bulk_docs', { docs })).toMatchObject({ status: 400 });
		}
		expect(await call('GET', '/ok')).toMatchObject({ status: 404 });
	});

	test('take members and ids with unhappy names', async () => {
		const text = '{"constructor":1,"toString":{"x":2}}';
		await call('PUT', '/__proto__', text).then((answer) => expect(answer.status).toBe(400));
		await call('PUT', '/constructor', text);
		expect((await call('GET', '/constructor')).json).toMatchObject({ constructor: 1 });
		const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
		expect(await call('PUT', '/deep', deep)).toMatchObject({ status: 400 });
		const nested = '{"a":{"__proto__":{"admin":true}}}';
		expect(await call('PUT', '/nested', nested)).toMatchObject({ status: 201 });
		expect(JSON.stringify((await call('GET', '/nested')).json)).toContain('"__proto__":{"admin"');
	});

	test('missing stubs are 412, and attachments have proper names', async () => {
		const stub = { _attachments: { photo: { stub: true, content_type: 'x/y' } } };
		expect(await call('PUT', '/a', stub)).toMatchObject({
			status: 412,
			json: { error: 'missing_stub' }
		});
		for (const attachments of [
			{ _secret: { data: '' } },
			{ a: { data: '***' } },
			{ a: {} },
			{ a: 'text' }
		]) {
			expect(await call('PUT', '/a', { _attachments: attachments })).toMatchObject({ status: 400 });
		}
	});
});

describe('reads', () => {
	beforeEach(() => call('PUT', ''));

	test('RxDB: _all_docs with its options in the body', async () => {
		const { json: a } = await call('PUT', '/a', { n: 1 });
		const { json: b } = await call('PUT', '/b', {});
		const { json: gone } = await call('DELETE', `/b?rev=${b.rev}`);
		const body = { keys: ['a', 'b', 'c'], include_docs: true, deleted: 'ok' };
		expect((await call('POST', '/_all_docs?', body)).json).toEqual({
			total_rows: 1,
			offset: null,
			rows: [
				{ id: 'a', key: 'a', value: { rev: a.rev }, doc: { _id: 'a', _rev: a.rev, n: 1 } },
				{ id: 'b', key: 'b', value: { rev: gone.rev, deleted: true }, doc: null },
				{ key: 'c', error: 'not_found' }
			]
		});
		const keys = encodeURIComponent(JSON.stringify(['a']));
		const got = await call('GET', `/_all_docs?include_docs=true&keys=${keys}`);
		expect(got.json.rows).toHaveLength(1);
		expect(got.json.rows[0].doc.n).toBe(1);
	});

	test('RxDB: tombstones come with their fields in _changes', async () => {
		const { json } = await call('PUT', '/a', { n: 1 });
		await call('PUT', '/a', { _rev: json.rev, _deleted: true, n: 1 });
		const changes = await call('GET', '/_changes?style=all_docs&include_docs=true&since=0');
		expect(changes.json).toMatchObject({
			results: [{ id: 'a', deleted: true, doc: { _id: 'a', _deleted: true, n: 1 } }],
			pending: 0
		});
		expect(changes.json.last_seq).toMatch(/^2-[a-z0-9]+$/);
		const none = await call('GET', `/_changes?since=${changes.json.last_seq}`);
		expect(none.json).toEqual({ results: [], last_seq: changes.json.last_seq, pending: 0 });
		expect(await call('GET', '/_changes?since=garbage')).toMatchObject({ status: 400 });
		expect((await call('GET', '/_changes?limit=0')).json.results).toEqual([]);
	});

	test('_bulk_get, _revs_diff and _local', async () => {
		const replicated = { _id: 'r', _rev: '2-b', _revisions: { start: 2, ids: ['b', 'a'] } };
		await call('POST', '/_bulk_docs', { docs: [replicated], new_edits: false });
		const docs = [{ id: 'r', rev: '1-a' }, { id: 'u', rev: '1-x' }, { id: 'r' }];
		const got = await call('POST', '/_bulk_get?revs=true&latest=true', { docs });
		const ok = { ok: { _id: 'r', _rev: '2-b', _revisions: { start: 2, ids: ['b', 'a'] } } };
		expect(got.json.results).toEqual([
			{ id: 'r', docs: [ok] },
			{
				id: 'u',
				docs: [{ error: { id: 'u', rev: '1-x', error: 'not_found', reason: 'missing' } }]
			},
			{ id: 'r', docs: [ok] }
		]);
		expect(
			(await call('POST', '/_revs_diff', { r: ['2-b', '3-c'], s: ['1-a'], q: [] })).json
		).toEqual({ r: { missing: ['3-c'], possible_ancestors: ['2-b'] }, s: { missing: ['1-a'] } });

		const id = '_local/.UX_yWrtg6Z0ljHO1E46jQ%3D%3D';
		expect(await call('GET', `/${id}`)).toMatchObject({ status: 404, json: { reason: 'missing' } });
		expect(await call('PUT', `/${id}`, { n: 1 })).toMatchObject({
			status: 201,
			json: { rev: '0-1' }
		});
		expect(await call('PUT', `/${id}`, { n: 2 })).toMatchObject({ json: { rev: '0-2' } });
		expect((await call('GET', `/${id}`)).json).toEqual({
			_id: '_local/.UX_yWrtg6Z0ljHO1E46jQ==',
			_rev: '0-2',
			n: 2
		});
		expect(await call('DELETE', `/${id}`)).toMatchObject({ status: 200, json: { rev: '0-0' } });
		expect((await call('GET', '/_all_docs')).json.total_rows).toBe(1);
	});

	test('attachments: ranges, etags, and nothing that runs', async () => {
		const put = await fetch(`${url}/doc/dir/photo.svg`, {
			method: 'PUT',
			headers: { 'content-type': 'image/svg+xml' },
			body: '0123456789'
		});
		expect(put.status).toBe(201);
		const whole = await fetch(`${url}/doc/dir/photo.svg`);
		expect(await whole.text()).toBe('0123456789');
		expect(Object.fromEntries(whole.headers)).toMatchObject({
			'content-type': 'image/svg+xml',
			'content-length': '10',
			'content-md5': 'eB5eJF1ptWaXm4bijSPyxw==',
			etag: '"eB5eJF1ptWaXm4bijSPyxw=="',
			'accept-ranges': 'bytes',
			'x-content-type-options': 'nosniff',
			'content-security-policy': "sandbox; default-src 'none'"
		});
		const ranged = async (range: string) => {
			const answer = await fetch(`${url}/doc/dir/photo.svg`, { headers: { range } });
			return [answer.status, await answer.text(), answer.headers.get('content-range')];
		};
		expect(await ranged('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10']);
		expect(await ranged('bytes=-3')).toEqual([206, '789', 'bytes 7-9/10']);
		expect(await ranged('bytes=8-99')).toEqual([206, '89', 'bytes 8-9/10']);
		expect((await ranged('bytes=10-'))[0]).toBe(416);
		expect((await ranged('bytes=4-2'))[0]).toBe(200);
		const etag = whole.headers.get('etag') ?? '';
		const same = await fetch(`${url}/doc/dir/photo.svg`, { headers: { 'if-none-match': etag } });
		expect(same.status).toBe(304);
		const head = await fetch(`${url}/doc/dir/photo.svg`, { method: 'HEAD' });
		expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
		expect(await call('GET', '/doc/none')).toMatchObject({
			status: 404,
			json: { reason: 'Document is missing attachment' }
		});
		const tooLong = await fetch(`${url}/doc2/photo`, {
			method: 'PUT',
			body: Buffer.alloc(ATTACHMENT_LIMIT_BYTES + 1)
		});
		expect([tooLong.status, ((await tooLong.json()) as { error: string }).error]).toEqual([
			413,
			'too_large'
		]);
		expect(await call('GET', '/doc2')).toMatchObject({ status: 404 });
	});

	test('HEAD and the trailing slash', async () => {
		await call('PUT', '/a', { n: 1 });
		const head = await fetch(`${url}/a`, { method: 'HEAD' });
		expect([head.status, head.headers.get('etag')]).toEqual([200, expect.stringMatching(/^"1-/)]);
		const etag = head.headers.get('etag') ?? '';
		expect((await fetch(`${url}/a`, { headers: { 'if-none-match': etag } })).status).toBe(304);
		expect((await call('GET', '/')).json).toEqual((await call('GET', '')).json);
		expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
		expect((await fetch(`${url}x`, { method: 'HEAD' })).status).toBe(404);
	});
});

describe('feeds', () => {
	beforeEach(async () => {
		await call('PUT', '');
		access.session = new AbortController();
	});

	test('a long-poll begins at once, beats, and ends with the change', async () => {
		const { reader, text } = await openFeed(
			`${url}/_changes?feed=longpoll&since=now&heartbeat=100`
		);
		expect(text()).toBe('{"results":[\n');
		await reader.until(() => text().endsWith('\n\n'));
		await call('PUT', '/a', {});
		await reader.end();
		expect(JSON.parse(text())).toMatchObject({ results: [{ id: 'a' }], pending: 0 });
	});

	test('a long-poll ends at its timeout with where it stands', async () => {
		await call('PUT', '/a', {});
		const { json } = await call('GET', '/_changes?feed=longpoll&since=now&timeout=50');
		expect(json).toEqual({ results: [], last_seq: expect.stringMatching(/^1-/), pending: 0 });
	});

	test('a long-poll that filters waits for what it wants', async () => {
		const feed = await openFeed(`${url}/_changes?feed=longpoll&filter=_selector`, {
			method: 'POST',
			body: JSON.stringify({ selector: { wanted: true } })
		});
		await call('PUT', '/a', {});
		await call('PUT', '/b', { wanted: true });
		await feed.reader.end();
		expect(JSON.parse(feed.text())).toMatchObject({ results: [{ id: 'b' }] });
	});

	test('continuous gives a line a change', async () => {
		await call('PUT', '/a', {});
		const feed = await openFeed(`${url}/_changes?feed=continuous&heartbeat=100`);
		await call('PUT', '/b', {});
		await feed.reader.until(() => feed.text().includes('"id":"b"'));
		feed.stop();
		const lines = feed.text().split('\n').filter(Boolean);
		expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(['a', 'b']);
	});

	test('end with the session, and with the database', async () => {
		await call('PUT', `${origin}/mailbox-acme-anna`);
		const mine = await openFeed(
			`${origin}/mailbox-acme-anna/_changes?feed=longpoll&heartbeat=5000`,
			{
				headers: { 'x-person': 'anna' }
			}
		);
		access.session.abort();
		await mine.reader.end();
		expect(JSON.parse(mine.text())).toMatchObject({ results: [] });

		const feed = await openFeed(`${url}/_changes?feed=longpoll&heartbeat=5000`);
		await call('DELETE', '');
		await feed.reader.end();
		expect(JSON.parse(feed.text())).toMatchObject({ results: [] });
	});

	test('a reader who goes away leaves nothing waiting', async () => {
		let listening = 0;
		const db = await store.open(name);
		if (!db) throw new Error('The database is there.');
		const prototype = Object.getPrototypeOf(db) as typeof db;
		const original = Object.getOwnPropertyDescriptor(prototype, 'onChange');
		const onChange = prototype.onChange;
		prototype.onChange = function (ring) {
			const quiet = onChange.call(this, ring);
			listening += 1;
			return () => {
				listening -= 1;
				quiet();
			};
		};
		try {
			const feed = await openFeed(`${url}/_changes?feed=longpoll&heartbeat=60000`);
			await expect.poll(() => listening).toBe(1);
			feed.stop();
			await expect.poll(() => listening).toBe(0);
		} finally {
			if (original) Object.defineProperty(prototype, 'onChange', original);
		}
	});
});

describe('people', () => {
	const anna = { 'x-person': 'anna' };
	beforeAll(async () => {
		for (const one of ['mailbox-acme-anna', 'mailbox-acme-bob', 'settings-acme']) {
			await call('PUT', `${origin}/${one}`);
		}
	});

	test('cannot tell a forbidden database from none', async () => {
		for (const verb of [
			'',
			'/_all_docs',
			'/_changes',
			'/doc',
			'/doc/photo',
			'/_local/x',
			'/_find'
		]) {
			for (const one of ['mailbox-acme-bob', 'mailbox-acme-none', 'registry']) {
				const address = `${origin}/${one}${verb}`;
				expect(await call('GET', address, undefined, anna)).toMatchObject({
					status: 404,
					json: { error: 'not_found', reason: 'Database does not exist.' }
				});
				const nobody = await call('GET', address, undefined, { 'x-person': 'nobody' });
				expect(nobody).toMatchObject({
					status: 401,
					json: { error: 'unauthorized', reason: 'You are not authorized to access this db.' }
				});
				expect(nobody.headers.get('www-authenticate')).toBeNull();
			}
		}
		const bobs = `${origin}/mailbox-acme-bob`;
		expect(await call('POST', `${bobs}/_bulk_docs`, { docs: [] }, anna)).toMatchObject({
			status: 404
		});
		for (const method of ['PUT', 'DELETE']) {
			for (const one of ['mailbox-acme-anna', 'mailbox-acme-new']) {
				expect(await call(method, `${origin}/${one}`, undefined, anna)).toMatchObject({
					status: 403
				});
			}
		}
		expect(await call('PUT', `${origin}/settings-acme/a`, {}, anna)).toMatchObject({ status: 403 });
		expect(await call('GET', `${origin}/settings-acme`, undefined, anna)).toMatchObject({
			status: 200
		});
	});

	test('are refused row by row, and only extend the winner', async () => {
		const mine = `${origin}/mailbox-acme-anna`;
		const docs = [{ _id: 'mine' }, { _id: 'locked' }];
		const rows = (await call('POST', `${mine}/_bulk_docs`, { docs }, anna)).json;
		expect(rows).toEqual([
			{ ok: true, id: 'mine', rev: expect.any(String) },
			{
				id: 'locked',
				error: 'forbidden',
				reason: 'document.not_yours: This document is not yours.'
			}
		]);
		expect(await call('PUT', `${mine}/locked`, {}, anna)).toMatchObject({ status: 403 });
		const branch = { _id: 'mine', _rev: '9-z', _revisions: { start: 9, ids: ['z', 'y'] } };
		const refused = await call(
			'POST',
			`${mine}/_bulk_docs`,
			{ docs: [branch, { _id: 'r', _rev: '1-r' }], new_edits: false },
			anna
		);
		expect(refused.json).toMatchObject([{ id: 'mine', rev: '9-z', error: 'forbidden' }]);
		const regex = { selector: { a: { $regex: '(a+)+$' } } };
		expect(await call('POST', `${mine}/_changes?filter=_selector`, regex, anna)).toMatchObject({
			status: 403
		});
	});
});

describe('malformed requests', () => {
	beforeEach(() => call('PUT', ''));

	test('get the welcome, even with broken credentials', async () => {
		const authorization = 'Basic: YWRtaW46';
		const { status, json } = await call('GET', `${origin}/`, undefined, { authorization });
		expect(status).toBe(200);
		expect(json).toMatchObject({
			couchdb: 'Welcome',
			uuid: store.uuid,
			vendor: { name: 'Outlay' }
		});
		expect(await call('GET', `${origin}/_up`)).toMatchObject({ json: { status: 'ok' } });
		expect((await call('GET', `${origin}/_uuids?count=3`)).json.uuids).toHaveLength(3);
	});

	test('are refused and never end the process', async () => {
		expect(await call('PUT', '/a', '{"bad')).toMatchObject({
			status: 400,
			json: { error: 'bad_request' }
		});
		expect(await call('PUT', '/a', '[]')).toMatchObject({ status: 400 });
		expect(await call('PUT', '/a', '')).toMatchObject({ status: 400 });
		expect(await call('POST', '/_bulk_docs', '')).toMatchObject({ status: 400 });
		expect(await call('POST', '/_bulk_docs', '{}', { 'content-type': 'text/plain' })).toMatchObject(
			{ status: 415, json: { error: 'bad_content_type' } }
		);
		expect(await call('GET', '/_all_docs?limit=-1')).toMatchObject({
			status: 400,
			json: { error: 'query_parse_error' }
		});
		expect(await call('GET', '/_all_docs?startkey=unquoted')).toMatchObject({ status: 400 });
		expect(await call('GET', '/_changes?filter=_selector')).toMatchObject({ status: 400 });
		expect(await call('GET', '/_changes?feed=strange')).toMatchObject({ status: 400 });
		expect(await call('GET', '/_changes?filter=ddoc/name')).toMatchObject({ status: 501 });
		expect(await call('POST', '/_find', {})).toMatchObject({
			status: 501,
			json: { error: 'not_implemented' }
		});
		expect(await call('PUT', '')).toMatchObject({ status: 412, json: { error: 'file_exists' } });
		expect(await call('PUT', `${origin}/Bad`)).toMatchObject({
			status: 400,
			json: { error: 'illegal_database_name' }
		});
		const bad = await fetch(`${url}/%E0%A4%A`);
		expect(bad.status).toBe(400);
		expect(await call('GET', '/a?rev=nonsense')).toMatchObject({ status: 400 });
		expect(await call('GET', '/a?open_revs={}')).toMatchObject({ status: 400 });
		expect((await call('GET', `${origin}/`)).status).toBe(200);
	});

	test('a body that is too large gets 413, whether it says so or not', async () => {
		const huge = JSON.stringify({ text: 'x'.repeat(BODY_LIMIT_BYTES) });
		expect(await call('PUT', '/a', huge)).toMatchObject({
			status: 413,
			json: { error: 'too_large' }
		});
		// In pieces, without a length in front.
		const request = httpRequest(`${url}/a`, {
			method: 'PUT',
			headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
		});
		for (let sent = 0; sent < huge.length; sent += 100_000) {
			request.write(huge.slice(sent, sent + 100_000));
		}
		request.end();
		const [response] = (await once(request, 'response')) as [
			{ statusCode: number; resume(): void }
		];
		response.resume();
		expect(response.statusCode).toBe(413);
	});
});

/** Opens a feed and reads it as it comes. */
async function openFeed(address: string, init: RequestInit = {}) {
	const stop = new AbortController();
	const response = await fetch(address, { ...init, signal: stop.signal });
	if (!response.body) throw new Error('A feed has a body.');
	const chunks = response.body.getReader();
	const decoder = new TextDecoder();
	let text = '';
	const next = async () => {
		const { done, value } = await chunks.read();
		if (value) text += decoder.decode(value, { stream: true });
		return !done;
	};
	await next();
	return {
		text: () => text,
		stop: () => stop.abort(),
		reader: {
			async until(seen: () => boolean) {
				while (!seen() && (await next()));
				expect(seen()).toBe(true);
			},
			async end() {
				while (await next());
			}
		}
	};
}
