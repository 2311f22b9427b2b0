/** What CouchDB clients write, and what nobody should send. */

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { describe, expect, test } from 'vitest';
import { BODY_LIMIT_BYTES, call, onCouchServer, textLike } from './couch-server.ts';

const couch = onCouchServer();

describe('writes', () => {
	test('answer as CouchDB does', async () => {
		const created = await call('PUT', `${couch.url}/a`, { n: 1 });
		expect(created).toMatchObject({ status: 201, json: { ok: true, id: 'a' } });
		const { rev } = created.json;
		expect(created.headers.get('etag')).toBe(`"${rev}"`);
		expect(await call('PUT', `${couch.url}/a`, { n: 2 })).toMatchObject({
			status: 409,
			json: { error: 'conflict', reason: 'Document update conflict.' }
		});
		expect(await call('PUT', `${couch.url}/new`, { _rev: rev })).toMatchObject({ status: 409 });
		expect(await call('PUT', `${couch.url}/a`, { _rev: 'x' })).toMatchObject({
			status: 400,
			json: { error: 'bad_request', reason: 'Invalid rev format' }
		});
		expect(await call('PUT', `${couch.url}/a`, { _rev: rev, _mine: 1 })).toMatchObject({
			status: 400,
			json: { error: 'doc_validation', reason: 'Bad special document member: _mine' }
		});
		expect(await call('PUT', `${couch.url}/_a`, {})).toMatchObject({
			status: 400,
			json: { error: 'illegal_docid' }
		});
		expect(await call('PUT', `${couch.url}/${'x'.repeat(1_501)}`, {})).toMatchObject({
			status: 400,
			json: { error: 'illegal_docid' }
		});
		const gone = await call('PUT', `${couch.url}/a`, {
			_rev: rev,
			_deleted: true,
			reason: 'moved'
		});
		expect(gone.status).toBe(200);
		expect(await call('GET', `${couch.url}/a`)).toMatchObject({
			status: 404,
			json: { error: 'not_found', reason: 'deleted' }
		});
		expect(await call('GET', `${couch.url}/a?rev=${gone.json.rev}`)).toMatchObject({
			json: { _deleted: true, reason: 'moved' }
		});
		expect(await call('PUT', `${couch.url}/a`, {})).toMatchObject({
			status: 201,
			json: { rev: textLike(/^3-/) }
		});
		expect(await call('GET', `${couch.url}/unknown`)).toMatchObject({
			json: { reason: 'missing' }
		});
		const posted = await call('POST', couch.url, { n: 1 });
		expect(posted).toMatchObject({
			status: 201,
			json: { id: textLike(/^[0-9a-f]{32}$/) }
		});
		expect(await call('DELETE', `${couch.url}/${posted.json.id}`)).toMatchObject({ status: 409 });
		expect(
			await call('DELETE', `${couch.url}/${posted.json.id}?rev=${posted.json.rev}`)
		).toMatchObject({
			status: 200
		});
		expect(await call('DELETE', `${couch.url}/unknown?rev=1-a`)).toMatchObject({ status: 404 });
	});

	test('in bulk have a row each; replicated ones only where they fail', async () => {
		const first = await call('POST', `${couch.url}/_bulk_docs`, {
			docs: [{ _id: 'a' }, { _id: 'b' }]
		});
		expect(first).toMatchObject({ status: 201, json: [{ ok: true }, { ok: true }] });
		const again = await call('POST', `${couch.url}/_bulk_docs?`, {
			docs: [{ _id: 'a' }, { _id: 'c', _deleted: false }]
		});
		expect(again.json).toEqual([
			{ id: 'a', error: 'conflict', reason: 'Document update conflict.' },
			{ ok: true, id: 'c', rev: textLike(/./) }
		]);
		expect((await call('GET', `${couch.url}/c`)).json).not.toHaveProperty('_deleted');
		expect(await call('POST', `${couch.url}/_bulk_docs`, { docs: [] })).toMatchObject({
			status: 201,
			json: []
		});
		const replicated = { _id: 'r', _rev: '2-b', _revisions: { start: 2, ids: ['b', 'a'] } };
		expect(
			await call('POST', `${couch.url}/_bulk_docs`, { docs: [replicated], new_edits: false })
		).toMatchObject({ status: 201, json: [] });
		expect((await call('GET', `${couch.url}/r?revs_info=true`)).json._revs_info).toEqual([
			{ rev: '2-b', status: 'available' },
			{ rev: '1-a', status: 'missing' }
		]);
		expect(await call('GET', `${couch.url}/r?rev=1-a`)).toMatchObject({ status: 404 });
		for (const docs of [
			[{ _id: 'ok' }, { _id: '_bad' }],
			[{ _id: 'ok' }, { _id: 7 }],
			'none',
			[1]
		]) {
			expect(await call('POST', `${couch.url}/_bulk_docs`, { docs })).toMatchObject({
				status: 400
			});
		}
		expect(await call('GET', `${couch.url}/ok`)).toMatchObject({ status: 404 });
	});

	test('take members and ids with unhappy names', async () => {
		const text = '{"constructor":1,"toString":{"x":2}}';
		await call('PUT', `${couch.url}/__proto__`, text).then((answer) =>
			expect(answer.status).toBe(400)
		);
		await call('PUT', `${couch.url}/constructor`, text);
		expect((await call('GET', `${couch.url}/constructor`)).json).toMatchObject({ constructor: 1 });
		const half = await call('POST', `${couch.url}/_bulk_docs`, '{"docs":[{"_id":"\\ud800"}]}');
		expect(half).toMatchObject({ status: 400, json: { error: 'illegal_docid' } });
		const latin1 = await fetch(`${couch.url}/latin1`, {
			method: 'PUT',
			body: Buffer.from('{"name":"Søren"}', 'latin1')
		});
		expect(latin1.status).toBe(400);
		const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
		expect(await call('PUT', `${couch.url}/deep`, deep)).toMatchObject({ status: 400 });
		const nested = '{"a":{"__proto__":{"admin":true}}}';
		expect(await call('PUT', `${couch.url}/nested`, nested)).toMatchObject({ status: 201 });
		expect(JSON.stringify((await call('GET', `${couch.url}/nested`)).json)).toContain(
			'"__proto__":{"admin"'
		);
	});

	test('missing stubs are 412, and attachments have proper names', async () => {
		const stub = { _attachments: { photo: { stub: true, content_type: 'x/y' } } };
		expect(await call('PUT', `${couch.url}/a`, stub)).toMatchObject({
			status: 412,
			json: { error: 'missing_stub' }
		});
		for (const attachments of [
			{ _secret: { data: '' } },
			{ a: { data: '***' } },
			{ a: {} },
			{ a: 'text' }
		]) {
			expect(await call('PUT', `${couch.url}/a`, { _attachments: attachments })).toMatchObject({
				status: 400
			});
		}
	});
});

describe('malformed requests', () => {
	test('get the welcome, even with broken credentials', async () => {
		const authorization = 'Basic: YWRtaW46';
		const { status, json } = await call('GET', `${couch.server.origin}/`, undefined, {
			authorization
		});
		expect(status).toBe(200);
		expect(json).toMatchObject({
			couchdb: 'Welcome',
			uuid: couch.server.store.uuid,
			vendor: { name: 'Outlay' }
		});
		expect(await call('GET', `${couch.server.origin}/_up`)).toMatchObject({
			json: { status: 'ok' }
		});
		expect((await call('GET', `${couch.server.origin}/_uuids?count=3`)).json.uuids).toHaveLength(3);
	});

	test('are refused and never end the process', async () => {
		expect(await call('PUT', `${couch.url}/a`, '{"bad')).toMatchObject({
			status: 400,
			json: { error: 'bad_request' }
		});
		expect(await call('PUT', `${couch.url}/a`, '[]')).toMatchObject({ status: 400 });
		expect(await call('PUT', `${couch.url}/a`, '')).toMatchObject({ status: 400 });
		expect(await call('POST', `${couch.url}/_bulk_docs`, '')).toMatchObject({ status: 400 });
		expect(
			await call('POST', `${couch.url}/_bulk_docs`, '{}', { 'content-type': 'text/plain' })
		).toMatchObject({ status: 415, json: { error: 'bad_content_type' } });
		expect(await call('GET', `${couch.url}/_all_docs?limit=-1`)).toMatchObject({
			status: 400,
			json: { error: 'query_parse_error' }
		});
		expect(await call('GET', `${couch.url}/_all_docs?startkey=unquoted`)).toMatchObject({
			status: 400
		});
		expect(await call('GET', `${couch.url}/_changes?filter=_selector`)).toMatchObject({
			status: 400
		});
		expect(await call('GET', `${couch.url}/_changes?feed=strange`)).toMatchObject({ status: 400 });
		expect(await call('GET', `${couch.url}/_changes?filter=ddoc/name`)).toMatchObject({
			status: 404
		});
		expect(await call('POST', `${couch.url}/_find`, {})).toMatchObject({
			status: 400,
			json: { error: 'missing_required_key' }
		});
		expect(await call('PUT', couch.url)).toMatchObject({
			status: 412,
			json: { error: 'file_exists' }
		});
		expect(await call('PUT', `${couch.server.origin}/Bad`)).toMatchObject({
			status: 400,
			json: { error: 'illegal_database_name' }
		});
		const bad = await fetch(`${couch.url}/%E0%A4%A`);
		expect(bad.status).toBe(400);
		expect(await call('GET', `${couch.url}/a?rev=nonsense`)).toMatchObject({ status: 400 });
		expect(await call('GET', `${couch.url}/a?open_revs={}`)).toMatchObject({ status: 400 });
		expect((await call('GET', `${couch.server.origin}/`)).status).toBe(200);
	});

	test('a body that is too large gets 413, whether it says so or not', async () => {
		const huge = JSON.stringify({ text: 'x'.repeat(BODY_LIMIT_BYTES) });
		expect(await call('PUT', `${couch.url}/a`, huge)).toMatchObject({
			status: 413,
			json: { error: 'too_large' }
		});
		// In pieces, without a length in front.
		const request = httpRequest(`${couch.url}/a`, {
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
