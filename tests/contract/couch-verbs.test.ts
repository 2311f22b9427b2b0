/** The CouchDB verbs, as clients call them and as nobody should. */

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
	ATTACHMENT_LIMIT_BYTES,
	BODY_LIMIT_BYTES,
	call,
	startCouchServer,
	textLike,
	type CouchServer
} from './couch-server.ts';

let server: CouchServer;
let count = 0;
/** A database of its own for each test. */
let url: string;

beforeAll(async () => {
	server = await startCouchServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
	url = `${server.origin}/test-${(count += 1)}`;
	await call('PUT', url);
});

describe('writes', () => {
	test('answer as CouchDB does', async () => {
		const created = await call('PUT', `${url}/a`, { n: 1 });
		expect(created).toMatchObject({ status: 201, json: { ok: true, id: 'a' } });
		const { rev } = created.json;
		expect(created.headers.get('etag')).toBe(`"${rev}"`);
		expect(await call('PUT', `${url}/a`, { n: 2 })).toMatchObject({
			status: 409,
			json: { error: 'conflict', reason: 'Document update conflict.' }
		});
		expect(await call('PUT', `${url}/new`, { _rev: rev })).toMatchObject({ status: 409 });
		expect(await call('PUT', `${url}/a`, { _rev: 'x' })).toMatchObject({
			status: 400,
			json: { error: 'bad_request', reason: 'Invalid rev format' }
		});
		expect(await call('PUT', `${url}/a`, { _rev: rev, _mine: 1 })).toMatchObject({
			status: 400,
			json: { error: 'doc_validation', reason: 'Bad special document member: _mine' }
		});
		expect(await call('PUT', `${url}/_a`, {})).toMatchObject({
			status: 400,
			json: { error: 'illegal_docid' }
		});
		expect(await call('PUT', `${url}/${'x'.repeat(1_501)}`, {})).toMatchObject({
			status: 400,
			json: { error: 'illegal_docid' }
		});
		const gone = await call('PUT', `${url}/a`, { _rev: rev, _deleted: true, reason: 'moved' });
		expect(gone.status).toBe(200);
		expect(await call('GET', `${url}/a`)).toMatchObject({
			status: 404,
			json: { error: 'not_found', reason: 'deleted' }
		});
		expect(await call('GET', `${url}/a?rev=${gone.json.rev}`)).toMatchObject({
			json: { _deleted: true, reason: 'moved' }
		});
		expect(await call('PUT', `${url}/a`, {})).toMatchObject({
			status: 201,
			json: { rev: textLike(/^3-/) }
		});
		expect(await call('GET', `${url}/unknown`)).toMatchObject({ json: { reason: 'missing' } });
		const posted = await call('POST', url, { n: 1 });
		expect(posted).toMatchObject({
			status: 201,
			json: { id: textLike(/^[0-9a-f]{32}$/) }
		});
		expect(await call('DELETE', `${url}/${posted.json.id}`)).toMatchObject({ status: 409 });
		expect(await call('DELETE', `${url}/${posted.json.id}?rev=${posted.json.rev}`)).toMatchObject({
			status: 200
		});
		expect(await call('DELETE', `${url}/unknown?rev=1-a`)).toMatchObject({ status: 404 });
	});

	test('in bulk have a row each; replicated ones only where they fail', async () => {
		const first = await call('POST', `${url}/_bulk_docs`, { docs: [{ _id: 'a' }, { _id: 'b' }] });
		expect(first).toMatchObject({ status: 201, json: [{ ok: true }, { ok: true }] });
		const again = await call('POST', `${url}/_bulk_docs?`, {
			docs: [{ _id: 'a' }, { _id: 'c', _deleted: false }]
		});
		expect(again.json).toEqual([
			{ id: 'a', error: 'conflict', reason: 'Document update conflict.' },
			{ ok: true, id: 'c', rev: textLike(/./) }
		]);
		expect((await call('GET', `${url}/c`)).json).not.toHaveProperty('_deleted');
		expect(await call('POST', `${url}/_bulk_docs`, { docs: [] })).toMatchObject({
			status: 201,
			json: []
		});
		const replicated = { _id: 'r', _rev: '2-b', _revisions: { start: 2, ids: ['b', 'a'] } };
		expect(
			await call('POST', `${url}/_bulk_docs`, { docs: [replicated], new_edits: false })
		).toMatchObject({ status: 201, json: [] });
		expect((await call('GET', `${url}/r?revs_info=true`)).json._revs_info).toEqual([
			{ rev: '2-b', status: 'available' },
			{ rev: '1-a', status: 'missing' }
		]);
		expect(await call('GET', `${url}/r?rev=1-a`)).toMatchObject({ status: 404 });
		for (const docs of [
			[{ _id: 'ok' }, { _id: '_bad' }],
			[{ _id: 'ok' }, { _id: 7 }],
			'none',
			[1]
		]) {
			expect(await call('POST', `${url}/_bulk_docs`, { docs })).toMatchObject({ status: 400 });
		}
		expect(await call('GET', `${url}/ok`)).toMatchObject({ status: 404 });
	});

	test('take members and ids with unhappy names', async () => {
		const text = '{"constructor":1,"toString":{"x":2}}';
		await call('PUT', `${url}/__proto__`, text).then((answer) => expect(answer.status).toBe(400));
		await call('PUT', `${url}/constructor`, text);
		expect((await call('GET', `${url}/constructor`)).json).toMatchObject({ constructor: 1 });
		const half = await call('POST', `${url}/_bulk_docs`, '{"docs":[{"_id":"\\ud800"}]}');
		expect(half).toMatchObject({ status: 400, json: { error: 'illegal_docid' } });
		const latin1 = await fetch(`${url}/latin1`, {
			method: 'PUT',
			body: Buffer.from('{"name":"Søren"}', 'latin1')
		});
		expect(latin1.status).toBe(400);
		const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
		expect(await call('PUT', `${url}/deep`, deep)).toMatchObject({ status: 400 });
		const nested = '{"a":{"__proto__":{"admin":true}}}';
		expect(await call('PUT', `${url}/nested`, nested)).toMatchObject({ status: 201 });
		expect(JSON.stringify((await call('GET', `${url}/nested`)).json)).toContain(
			'"__proto__":{"admin"'
		);
	});

	test('missing stubs are 412, and attachments have proper names', async () => {
		const stub = { _attachments: { photo: { stub: true, content_type: 'x/y' } } };
		expect(await call('PUT', `${url}/a`, stub)).toMatchObject({
			status: 412,
			json: { error: 'missing_stub' }
		});
		for (const attachments of [
			{ _secret: { data: '' } },
			{ a: { data: '***' } },
			{ a: {} },
			{ a: 'text' }
		]) {
			expect(await call('PUT', `${url}/a`, { _attachments: attachments })).toMatchObject({
				status: 400
			});
		}
	});
});

describe('reads', () => {
	test('RxDB: _all_docs with its options in the body', async () => {
		const { json: a } = await call('PUT', `${url}/a`, { n: 1 });
		const { json: b } = await call('PUT', `${url}/b`, {});
		const { json: gone } = await call('DELETE', `${url}/b?rev=${b.rev}`);
		const body = { keys: ['a', 'b', 'c'], include_docs: true, deleted: 'ok' };
		expect((await call('POST', `${url}/_all_docs?`, body)).json).toEqual({
			total_rows: 1,
			offset: null,
			rows: [
				{ id: 'a', key: 'a', value: { rev: a.rev }, doc: { _id: 'a', _rev: a.rev, n: 1 } },
				{ id: 'b', key: 'b', value: { rev: gone.rev, deleted: true }, doc: null },
				{ key: 'c', error: 'not_found' }
			]
		});
		const keys = encodeURIComponent(JSON.stringify(['a']));
		const got = await call('GET', `${url}/_all_docs?include_docs=true&keys=${keys}`);
		expect(got.json.rows).toHaveLength(1);
		expect(got.json.rows[0]?.doc.n).toBe(1);
	});

	test('RxDB: tombstones come with their fields in _changes', async () => {
		const { json } = await call('PUT', `${url}/a`, { n: 1 });
		await call('PUT', `${url}/a`, { _rev: json.rev, _deleted: true, n: 1 });
		const changes = await call('GET', `${url}/_changes?style=all_docs&include_docs=true&since=0`);
		expect(changes.json).toMatchObject({
			results: [{ id: 'a', deleted: true, doc: { _id: 'a', _deleted: true, n: 1 } }],
			pending: 0
		});
		expect(changes.json.last_seq).toMatch(/^2-[a-z0-9]+$/);
		const none = await call('GET', `${url}/_changes?since=${changes.json.last_seq}`);
		expect(none.json).toEqual({ results: [], last_seq: changes.json.last_seq, pending: 0 });
		expect(await call('GET', `${url}/_changes?since=garbage`)).toMatchObject({ status: 400 });
		expect((await call('GET', `${url}/_changes?limit=0`)).json.results).toEqual([]);
	});

	test('_changes shows each document as it is read on its own', async () => {
		const attachments = { a: { content_type: 'text/plain', data: 'QUJD' } };
		const documents = {
			empty: {},
			odd: '{"n":{"__proto__":1},"\u00e6\u{1f600}":["\\u2028",{"b":null}]}',
			kept: { _replication_id: 'x', n: 1 },
			attached: { n: 1, _attachments: attachments }
		};
		for (const [id, body] of Object.entries(documents)) {
			expect(await call('PUT', `${url}/${id}`, body)).toMatchObject({ status: 201 });
		}
		const branches = ['a', 'b'].map((hash) => ({ _id: 'branched', _rev: `1-${hash}`, hash }));
		await call('POST', `${url}/_bulk_docs`, { docs: branches, new_edits: false });
		const answer = await fetch(`${url}/_changes?include_docs=true&style=all_docs`);
		const rows = (await answer.text()).split('\n').slice(1, -3);
		expect(rows).toHaveLength(5);
		for (const row of rows) {
			const { id } = JSON.parse(row.replace(/,$/, '')) as { id: string };
			const read = (await (await fetch(`${url}/${id}`)).text()).trim();
			expect(row.slice(row.indexOf('"doc":') + 6).replace(/\},?$/, '')).toBe(read);
		}
		expect(rows.find((row) => row.includes('"branched"'))).toContain(
			'"changes":[{"rev":"1-b"},{"rev":"1-a"}]'
		);
	});

	test('_bulk_get, _revs_diff and _local', async () => {
		const replicated = { _id: 'r', _rev: '2-b', _revisions: { start: 2, ids: ['b', 'a'] } };
		await call('POST', `${url}/_bulk_docs`, { docs: [replicated], new_edits: false });
		const docs = [{ id: 'r', rev: '1-a' }, { id: 'u', rev: '1-x' }, { id: 'r' }];
		const got = await call('POST', `${url}/_bulk_get?revs=true&latest=true`, { docs });
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
			(await call('POST', `${url}/_revs_diff`, { r: ['2-b', '3-c'], s: ['1-a'], q: [] })).json
		).toEqual({ r: { missing: ['3-c'], possible_ancestors: ['2-b'] }, s: { missing: ['1-a'] } });

		const id = '_local/.UX_yWrtg6Z0ljHO1E46jQ%3D%3D';
		expect(await call('GET', `${url}/${id}`)).toMatchObject({
			status: 404,
			json: { reason: 'missing' }
		});
		expect(await call('PUT', `${url}/${id}`, { n: 1 })).toMatchObject({
			status: 201,
			json: { rev: '0-1' }
		});
		expect(await call('PUT', `${url}/${id}`, { n: 2 })).toMatchObject({ json: { rev: '0-2' } });
		expect((await call('GET', `${url}/${id}`)).json).toEqual({
			_id: '_local/.UX_yWrtg6Z0ljHO1E46jQ==',
			_rev: '0-2',
			n: 2
		});
		expect(await call('DELETE', `${url}/${id}`)).toMatchObject({
			status: 200,
			json: { rev: '0-0' }
		});
		expect((await call('GET', `${url}/_all_docs`)).json.total_rows).toBe(1);
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
		expect(await call('GET', `${url}/doc/none`)).toMatchObject({
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
		expect(await call('GET', `${url}/doc2`)).toMatchObject({ status: 404 });
	});

	test('HEAD and the trailing slash', async () => {
		await call('PUT', `${url}/a`, { n: 1 });
		const head = await fetch(`${url}/a`, { method: 'HEAD' });
		expect([head.status, head.headers.get('etag')]).toEqual([200, textLike(/^"1-/)]);
		const etag = head.headers.get('etag') ?? '';
		expect((await fetch(`${url}/a`, { headers: { 'if-none-match': etag } })).status).toBe(304);
		expect((await call('GET', `${url}/`)).json).toEqual((await call('GET', url)).json);
		expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
		expect((await fetch(`${url}x`, { method: 'HEAD' })).status).toBe(404);
	});
});

describe('people', () => {
	const anna = { 'x-person': 'anna' };
	beforeAll(async () => {
		for (const one of ['mailbox-acme-anna', 'mailbox-acme-bob', 'settings-acme']) {
			await call('PUT', `${server.origin}/${one}`);
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
				const address = `${server.origin}/${one}${verb}`;
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
		const bobs = `${server.origin}/mailbox-acme-bob`;
		expect(await call('POST', `${bobs}/_bulk_docs`, { docs: [] }, anna)).toMatchObject({
			status: 404
		});
		for (const method of ['PUT', 'DELETE']) {
			for (const one of ['mailbox-acme-anna', 'mailbox-acme-new']) {
				expect(await call(method, `${server.origin}/${one}`, undefined, anna)).toMatchObject({
					status: 403
				});
			}
		}
		expect(await call('PUT', `${server.origin}/settings-acme/a`, {}, anna)).toMatchObject({
			status: 403
		});
		expect(await call('GET', `${server.origin}/settings-acme`, undefined, anna)).toMatchObject({
			status: 200
		});
	});

	test('are left out by the members a database names, and never let in by them', async () => {
		const mine = `${server.origin}/mailbox-acme-anna`;
		const status = async (address: string) => (await call('GET', address, undefined, anna)).status;
		const leave = (names: string[], roles: string[] = []) =>
			call('PUT', `${mine}/_security`, { members: { names, roles } });
		await leave(['somebody else']);
		expect(await status(mine)).toBe(404);
		await leave(['acme/anna@example.com']);
		expect(await status(mine)).toBe(200);
		// What a new database of CouchDB has.
		await leave([], ['_admin']);
		expect(await status(mine)).toBe(200);
		const other = `${server.origin}/mailbox-acme-bob`;
		await call('PUT', `${other}/_security`, { members: { names: ['acme/anna@example.com'] } });
		expect(await status(other)).toBe(404);
		const odd = await call('PUT', `${mine}/_security`, { members: { names: 'anna' } });
		expect(odd.status).toBe(400);
	});

	test('copy only what they may write', async () => {
		const mine = `${server.origin}/mailbox-acme-anna`;
		await call('PUT', `${mine}/own`, { n: 1 });
		const copy = (destination: string) =>
			call('COPY', `${mine}/own`, undefined, { ...anna, destination });
		expect((await copy('own2')).status).toBe(201);
		expect(await copy('locked2')).toMatchObject({ status: 403, json: { error: 'forbidden' } });
		expect((await copy('_design%2Fx')).status).toBe(403);
	});

	test('write no design documents', async () => {
		const mine = `${server.origin}/mailbox-acme-anna`;
		const [row] = (await call('POST', `${mine}/_bulk_docs`, { docs: [{ _id: '_design/x' }] }, anna))
			.json as unknown as { error: string }[];
		expect(row).toMatchObject({ error: 'forbidden' });
		for (const slash of ['/', '%2F']) {
			const answer = await call('PUT', `${mine}/_design${slash}x`, {}, anna);
			expect(answer.status).toBeGreaterThanOrEqual(403);
		}
		expect(await call('GET', `${mine}/_design/x`, undefined, anna)).toMatchObject({ status: 404 });
	});

	test('are refused row by row, and only extend the winner', async () => {
		const mine = `${server.origin}/mailbox-acme-anna`;
		const docs = [{ _id: 'mine' }, { _id: 'locked' }];
		const rows = (await call('POST', `${mine}/_bulk_docs`, { docs }, anna)).json;
		expect(rows).toEqual([
			{ ok: true, id: 'mine', rev: textLike(/./) },
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
	test('get the welcome, even with broken credentials', async () => {
		const authorization = 'Basic: YWRtaW46';
		const { status, json } = await call('GET', `${server.origin}/`, undefined, { authorization });
		expect(status).toBe(200);
		expect(json).toMatchObject({
			couchdb: 'Welcome',
			uuid: server.store.uuid,
			vendor: { name: 'Outlay' }
		});
		expect(await call('GET', `${server.origin}/_up`)).toMatchObject({ json: { status: 'ok' } });
		expect((await call('GET', `${server.origin}/_uuids?count=3`)).json.uuids).toHaveLength(3);
	});

	test('are refused and never end the process', async () => {
		expect(await call('PUT', `${url}/a`, '{"bad')).toMatchObject({
			status: 400,
			json: { error: 'bad_request' }
		});
		expect(await call('PUT', `${url}/a`, '[]')).toMatchObject({ status: 400 });
		expect(await call('PUT', `${url}/a`, '')).toMatchObject({ status: 400 });
		expect(await call('POST', `${url}/_bulk_docs`, '')).toMatchObject({ status: 400 });
		expect(
			await call('POST', `${url}/_bulk_docs`, '{}', { 'content-type': 'text/plain' })
		).toMatchObject({ status: 415, json: { error: 'bad_content_type' } });
		expect(await call('GET', `${url}/_all_docs?limit=-1`)).toMatchObject({
			status: 400,
			json: { error: 'query_parse_error' }
		});
		expect(await call('GET', `${url}/_all_docs?startkey=unquoted`)).toMatchObject({ status: 400 });
		expect(await call('GET', `${url}/_changes?filter=_selector`)).toMatchObject({ status: 400 });
		expect(await call('GET', `${url}/_changes?feed=strange`)).toMatchObject({ status: 400 });
		expect(await call('GET', `${url}/_changes?filter=ddoc/name`)).toMatchObject({ status: 404 });
		expect(await call('POST', `${url}/_find`, {})).toMatchObject({
			status: 400,
			json: { error: 'missing_required_key' }
		});
		expect(await call('PUT', url)).toMatchObject({ status: 412, json: { error: 'file_exists' } });
		expect(await call('PUT', `${server.origin}/Bad`)).toMatchObject({
			status: 400,
			json: { error: 'illegal_database_name' }
		});
		const bad = await fetch(`${url}/%E0%A4%A`);
		expect(bad.status).toBe(400);
		expect(await call('GET', `${url}/a?rev=nonsense`)).toMatchObject({ status: 400 });
		expect(await call('GET', `${url}/a?open_revs={}`)).toMatchObject({ status: 400 });
		expect((await call('GET', `${server.origin}/`)).status).toBe(200);
	});

	test('a body that is too large gets 413, whether it says so or not', async () => {
		const huge = JSON.stringify({ text: 'x'.repeat(BODY_LIMIT_BYTES) });
		expect(await call('PUT', `${url}/a`, huge)).toMatchObject({
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
