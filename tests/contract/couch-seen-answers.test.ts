/** Answers noted from a running CouchDB 3.5: what its own tests ask for and the API reference doesn't say. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, startCouchServer, type CouchServer } from './couch-server.ts';

let server: CouchServer;
let db: string;

beforeAll(async () => {
	server = await startCouchServer();
	db = `${server.origin}/seen`;
	await call('PUT', db);
});
afterAll(() => server.stop());

const base64 = (text: string) => Buffer.from(text).toString('base64');
const refused = (status: number, error: string, reason: string) => ({
	status,
	json: { error, reason }
});

describe('requests', () => {
	test('have the name their client gives, or one of the server', async () => {
		const nameOf = async (headers: Record<string, string>) =>
			(await fetch(server.origin, { headers })).headers.get('x-couch-request-id');
		expect(await nameOf({ 'x-couch-request-id': 'my-request_7' })).toBe('my-request_7');
		expect(await nameOf({})).toMatch(/^[0-9a-f]{10}$/);
		expect(await nameOf({ 'x-couch-request-id': 'a'.repeat(37) })).toMatch(/^[0-9a-f]{10}$/);
		expect(await nameOf({ 'x-couch-request-id': 'a<b' })).toMatch(/^[0-9a-f]{10}$/);
		const { headers } = await fetch(`${db}/unknown`);
		expect(headers.get('x-couchdb-body-time')).toBe('0');
	});

	test('where what was written is', async () => {
		const put = async (address: string, body?: string) =>
			(await fetch(address, { method: 'PUT', ...(body ? { body } : {}) })).headers.get('location');
		expect(await put(`${server.origin}/seen%2Fdeeper`)).toBe(`${server.origin}/seen%2Fdeeper`);
		expect(await put(`${db}/a%20b%2Fc`, '{}')).toBe(`${db}/a%20b%2Fc`);
		expect(await put(`${db}/with/dir/my%20file.txt`, 'bytes')).toBe(`${db}/with/dir/my%20file.txt`);
		expect(await put(`${db}/_local/there`, '{}')).toBe(`${db}/_local%2Fthere`);
	});

	test('an unchanged document is told without a body', async () => {
		await call('PUT', `${db}/unchanged`, {});
		const etag = (await fetch(`${db}/unchanged`)).headers.get('etag') ?? '';
		const again = await fetch(`${db}/unchanged`, { headers: { 'if-none-match': etag } });
		expect([again.status, again.headers.get('content-length')]).toEqual([304, '0']);
	});

	test('a revision where none belongs, and two that differ', async () => {
		expect(await call('DELETE', `${db}/?rev=1-a`)).toMatchObject(
			refused(
				400,
				'bad_request',
				'You tried to DELETE a database with a ?=rev parameter. Did you mean to DELETE a document instead?'
			)
		);
		expect(await call('PUT', `${db}/e`, { _rev: '1-a' }, { 'if-match': '1-b' })).toMatchObject(
			refused(400, 'bad_request', 'Document rev and etag have different values')
		);
		expect(await call('PUT', `${db}/e?rev=1-b`, { _rev: '1-a' })).toMatchObject(
			refused(
				400,
				'bad_request',
				'Document rev from request body and query string have different values'
			)
		);
	});

	test('a POST stands for another method, and nothing else does', async () => {
		const ask = (method: string, override: string) =>
			fetch(`${db}/stands`, {
				...(method === 'GET' ? { method } : { method, body: '{}' }),
				headers: { 'x-http-method-override': override }
			});
		expect((await ask('GET', 'PUT')).status).toBe(404);
		expect((await ask('POST', 'put')).status).toBe(400);
		expect((await ask('POST', 'PUT')).status).toBe(201);
		expect((await ask('PUT', 'GET')).status).toBe(409);
		const got = (await (await ask('POST', 'GET')).json()) as { _rev: string };
		const removed = await fetch(`${db}/stands?rev=${got._rev}`, {
			method: 'POST',
			headers: { 'x-http-method-override': 'DELETE' }
		});
		expect(removed.status).toBe(200);
		expect((await call('GET', `${db}/stands`)).status).toBe(404);
	});

	test('a heartbeat that is none', async () => {
		const feed = `${db}/_changes?feed=continuous&timeout=1&heartbeat=`;
		expect(await call('GET', `${feed}-1`)).toMatchObject(
			refused(
				400,
				'bad_request',
				'The heartbeat value should be a positive integer (in milliseconds).'
			)
		);
		expect(await call('GET', `${feed}often`)).toMatchObject(
			refused(
				400,
				'bad_request',
				'Invalid heartbeat value. Expecting a positive integer value (in milliseconds).'
			)
		);
	});
});

describe('many documents at once', () => {
	test('what CouchDB does not do it says of each', async () => {
		const docs = [{ _id: 'never' }];
		expect(await call('POST', `${db}/_bulk_docs`, { docs, all_or_nothing: true })).toEqual(
			expect.objectContaining({
				status: 417,
				json: [
					{
						...{ id: 'never', rev: '0-' },
						...{ error: 'not_implemented', reason: 'all_or_nothing is not supported' }
					}
				]
			})
		);
		expect(await call('GET', `${db}/never`)).toMatchObject({ status: 404 });
		expect(await call('POST', `${db}/_bulk_docs`, { docs, new_edits: 0 })).toMatchObject(
			refused(400, 'bad_request', '`new_edits` parameter must be a boolean.')
		);
	});

	test('what the address says stands before what the body says', async () => {
		await call('PUT', `${db}/_design/seen`, {
			views: { all: { map: 'function (doc) { emit(doc._id); }' } }
		});
		await call('PUT', `${db}/one`, {});
		await call('PUT', `${db}/two`, {});
		for (const list of ['_all_docs', '_design/seen/_view/all']) {
			const { json } = await call('POST', `${db}/${list}?limit=1`, {
				...{ keys: ['one', 'two'], limit: 2 }
			});
			expect((json as { rows: unknown }).rows).toMatchObject([{ id: 'one' }]);
		}
		expect(await call('POST', `${db}/_all_docs`, { keys: 1 })).toMatchObject(
			refused(400, 'bad_request', '`keys` body member must be an array.')
		);
	});
});

describe('design documents', () => {
	test('what follows the name of a built-in reduce function is ignored', async () => {
		const map = 'function (doc) { if (doc._id === "reduced") { emit(1, 4); emit(2, 5); } }';
		const put = (reduce: string) => {
			const name = reduce.replace(/\W/g, '');
			return call('PUT', `${db}/_design/${name}`, { views: { v: { map, reduce } } });
		};
		expect(await put('_statistics')).toMatchObject(
			refused(400, 'invalid_design_doc', '`_statistics` is not a supported reduce function.')
		);
		expect(await put('_sumorama')).toMatchObject({ status: 201 });
		await call('PUT', `${db}/reduced`, {});
		const { json } = await call('GET', `${db}/_design/_sumorama/_view/v`);
		expect(json).toMatchObject({ rows: [{ key: null, value: 9 }] });
	});
});

describe('local documents', () => {
	test('count on from the revision that was sent', async () => {
		const address = `${db}/_local/counted`;
		const revs = [];
		for (const body of [{}, {}, { _rev: '0-1' }, { _rev: '0-7' }]) {
			revs.push((await call('PUT', address, body)).json.rev);
		}
		revs.push((await call('PUT', `${address}?rev=0-3`, {})).json.rev);
		expect(revs).toEqual(['0-1', '0-1', '0-2', '0-8', '0-4']);
		expect((await call('GET', address)).json).toMatchObject({ _rev: '0-4' });
		expect(await call('PUT', address, { _rev: 'x' })).toMatchObject(
			refused(400, 'bad_request', 'Invalid rev format')
		);
		expect(await call('PUT', address, { _deleted: true })).toMatchObject({
			...{ status: 200, json: { rev: '0-0' } }
		});
	});

	test('are listed by keys, by range and with what is in them', async () => {
		for (const name of ['l1', 'l2', 'l3']) await call('PUT', `${db}/_local/${name}`, { name });
		const list = async (method: string, query: string, body?: object) => {
			const { json } = await call(method, `${db}/_local_docs${query}`, body);
			return (json as unknown as { rows: object[] }).rows;
		};
		const row = (name: string) => ({
			...{ id: `_local/${name}`, key: `_local/${name}`, value: { rev: '0-1' } }
		});
		expect(await list('POST', '', { keys: ['_local/l2', '_local/none', 'l1'] })).toEqual([
			row('l2'),
			{ key: '_local/none', error: 'not_found' },
			{ key: 'l1', error: 'not_found' }
		]);
		expect(await list('POST', '?limit=0', { keys: ['_local/l2'], limit: 2 })).toEqual([]);
		expect(
			await list('GET', '?start_key="_local/l1"&endkey="_local/l3"&descending=false&skip=1')
		).toEqual([row('l2'), row('l3')]);
		expect(
			await list('GET', '?startkey="_local/l3"&endkey="_local/l2"&descending=true&limit=1')
		).toEqual([row('l3')]);
		expect(await list('GET', '?key="_local/l1"&include_docs=true')).toEqual([
			{ ...row('l1'), doc: { _id: '_local/l1', _rev: '0-1', name: 'l1' } }
		]);
		expect(await call('POST', `${db}/_local_docs`, { keys: 1 })).toMatchObject(
			refused(400, 'bad_request', '`keys` body member must be an array.')
		);
	});

	test('have an id', async () => {
		for (const address of ['_local', '_local/', '_local%2F']) {
			expect(await call('PUT', `${db}/${address}`, {})).toMatchObject(
				refused(400, 'bad_request', 'Invalid _local document id.')
			);
		}
	});
});

describe('attachments', () => {
	test('a stub of another revision is none', async () => {
		const attachments = { file: { content_type: 'text/plain', data: base64('text') } };
		const { rev } = (await call('PUT', `${db}/stub`, { _attachments: attachments })).json;
		for (const revpos of [0, 10]) {
			const body = { _rev: rev, _attachments: { file: { stub: true, revpos } } };
			expect(await call('PUT', `${db}/stub`, body)).toMatchObject({
				status: 412,
				json: { error: 'missing_stub' }
			});
		}
		const right = { _rev: rev, _attachments: { file: { stub: true, revpos: 1 } } };
		expect(await call('PUT', `${db}/stub`, right)).toMatchObject({ status: 201 });
	});

	test('base64 is whole or refused', async () => {
		const put = (data: string) => call('PUT', `${db}/base64`, { _attachments: { a: { data } } });
		for (const data of ['YWI', 'YWI==', 'YW-_', 'notBase64Encoded=']) {
			expect(await put(data)).toMatchObject(
				refused(400, 'bad_request', 'Invalid attachment data for a')
			);
		}
		expect(await put('YW\nI=')).toMatchObject({ status: 201 });
	});

	test('deleting one that is not there', async () => {
		await call('PUT', `${db}/with`, { _attachments: { file: { data: base64('text') } } });
		expect(await call('DELETE', `${db}/with/file?rev=4-unknown`)).toMatchObject(
			refused(409, 'not_found', 'missing_rev')
		);
		await call('PUT', `${db}/without`, {});
		expect(await call('DELETE', `${db}/without/file`)).toMatchObject(
			refused(404, 'not_found', 'Document is missing attachment')
		);
	});

	test('several ranges come as parts', async () => {
		const data = base64('0123456789');
		await call('PUT', `${db}/ranged`, { _attachments: { a: { content_type: 'image/png', data } } });
		const get = async (range: string) => {
			const response = await fetch(`${db}/ranged/a`, { headers: { range } });
			return { response, text: await response.text() };
		};
		const { response, text } = await get('bytes=0-1,7-');
		const type = response.headers.get('content-type') ?? '';
		expect(response.status).toBe(206);
		expect(type).toMatch(/^multipart\/byteranges; boundary="/);
		const boundary = /boundary="(.*)"/.exec(type)?.[1] ?? '';
		const part = (range: string, bytes: string) =>
			`--${boundary}\r\nContent-Type: image/png\r\nContent-Range: bytes ${range}/10\r\n\r\n${bytes}\r\n`;
		expect(text).toBe(`${part('0-1', '01')}${part('7-9', '789')}--${boundary}--`);
		expect((await get('bytes=0-')).response.status).toBe(200);
		expect((await get('bytes=0-,0-')).response.status).toBe(200);
		expect((await get(`bytes=${Array(10).fill('0-1').join(',')}`)).response.status).toBe(200);
		expect((await get('bytes=5-3')).response.status).toBe(416);
		expect((await get('bytes=0-1,30-40')).response.status).toBe(416);
	});
});
