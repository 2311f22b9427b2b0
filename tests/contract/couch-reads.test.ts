/** What CouchDB clients read. */

import { describe, expect, test } from 'vitest';
import { ATTACHMENT_LIMIT_BYTES, call, onCouchServer, textLike } from './couch-server.ts';

const couch = onCouchServer();

describe('reads', () => {
	test('RxDB: _all_docs with its options in the body', async () => {
		const { json: a } = await call('PUT', `${couch.url}/a`, { n: 1 });
		const { json: b } = await call('PUT', `${couch.url}/b`, {});
		const { json: gone } = await call('DELETE', `${couch.url}/b?rev=${b.rev}`);
		const body = { keys: ['a', 'b', 'c'], include_docs: true, deleted: 'ok' };
		expect((await call('POST', `${couch.url}/_all_docs?`, body)).json).toEqual({
			total_rows: 1,
			offset: null,
			rows: [
				{ id: 'a', key: 'a', value: { rev: a.rev }, doc: { _id: 'a', _rev: a.rev, n: 1 } },
				{ id: 'b', key: 'b', value: { rev: gone.rev, deleted: true }, doc: null },
				{ key: 'c', error: 'not_found' }
			]
		});
		const keys = encodeURIComponent(JSON.stringify(['a']));
		const got = await call('GET', `${couch.url}/_all_docs?include_docs=true&keys=${keys}`);
		expect(got.json.rows).toHaveLength(1);
		expect(got.json.rows[0]?.doc.n).toBe(1);
	});

	test('RxDB: tombstones come with their fields in _changes', async () => {
		const { json } = await call('PUT', `${couch.url}/a`, { n: 1 });
		await call('PUT', `${couch.url}/a`, { _rev: json.rev, _deleted: true, n: 1 });
		const changes = await call(
			'GET',
			`${couch.url}/_changes?style=all_docs&include_docs=true&since=0`
		);
		expect(changes.json).toMatchObject({
			results: [{ id: 'a', deleted: true, doc: { _id: 'a', _deleted: true, n: 1 } }],
			pending: 0
		});
		expect(changes.json.last_seq).toMatch(/^2-[a-z0-9]+$/);
		const none = await call('GET', `${couch.url}/_changes?since=${changes.json.last_seq}`);
		expect(none.json).toEqual({ results: [], last_seq: changes.json.last_seq, pending: 0 });
		expect(await call('GET', `${couch.url}/_changes?since=garbage`)).toMatchObject({ status: 400 });
		expect((await call('GET', `${couch.url}/_changes?limit=0`)).json.results).toEqual([]);
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
			expect(await call('PUT', `${couch.url}/${id}`, body)).toMatchObject({ status: 201 });
		}
		const branches = ['a', 'b'].map((hash) => ({ _id: 'branched', _rev: `1-${hash}`, hash }));
		await call('POST', `${couch.url}/_bulk_docs`, { docs: branches, new_edits: false });
		const answer = await fetch(`${couch.url}/_changes?include_docs=true&style=all_docs`);
		const rows = (await answer.text()).split('\n').slice(1, -3);
		expect(rows).toHaveLength(5);
		for (const row of rows) {
			const { id } = JSON.parse(row.replace(/,$/, '')) as { id: string };
			const read = (await (await fetch(`${couch.url}/${id}`)).text()).trim();
			expect(row.slice(row.indexOf('"doc":') + 6).replace(/\},?$/, '')).toBe(read);
		}
		expect(rows.find((row) => row.includes('"branched"'))).toContain(
			'"changes":[{"rev":"1-b"},{"rev":"1-a"}]'
		);
	});

	test('_bulk_get, _revs_diff and _local', async () => {
		const replicated = { _id: 'r', _rev: '2-b', _revisions: { start: 2, ids: ['b', 'a'] } };
		await call('POST', `${couch.url}/_bulk_docs`, { docs: [replicated], new_edits: false });
		const docs = [{ id: 'r', rev: '1-a' }, { id: 'u', rev: '1-x' }, { id: 'r' }];
		const got = await call('POST', `${couch.url}/_bulk_get?revs=true&latest=true`, { docs });
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
			(await call('POST', `${couch.url}/_revs_diff`, { r: ['2-b', '3-c'], s: ['1-a'], q: [] })).json
		).toEqual({ r: { missing: ['3-c'], possible_ancestors: ['2-b'] }, s: { missing: ['1-a'] } });

		const id = '_local/.UX_yWrtg6Z0ljHO1E46jQ%3D%3D';
		expect(await call('GET', `${couch.url}/${id}`)).toMatchObject({
			status: 404,
			json: { reason: 'missing' }
		});
		expect(await call('PUT', `${couch.url}/${id}`, { n: 1 })).toMatchObject({
			status: 201,
			json: { rev: '0-1' }
		});
		expect(await call('PUT', `${couch.url}/${id}`, { n: 2, _rev: '0-1' })).toMatchObject({
			json: { rev: '0-2' }
		});
		expect((await call('GET', `${couch.url}/${id}`)).json).toEqual({
			_id: '_local/.UX_yWrtg6Z0ljHO1E46jQ==',
			_rev: '0-2',
			n: 2
		});
		expect(await call('DELETE', `${couch.url}/${id}`)).toMatchObject({
			status: 200,
			json: { rev: '0-0' }
		});
		expect((await call('GET', `${couch.url}/_all_docs`)).json.total_rows).toBe(1);
	});

	test('attachments: ranges, etags, and nothing that runs', async () => {
		const put = await fetch(`${couch.url}/doc/dir/photo.svg`, {
			method: 'PUT',
			headers: { 'content-type': 'image/svg+xml' },
			body: '0123456789'
		});
		expect(put.status).toBe(201);
		const whole = await fetch(`${couch.url}/doc/dir/photo.svg`);
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
			const answer = await fetch(`${couch.url}/doc/dir/photo.svg`, { headers: { range } });
			return [answer.status, await answer.text(), answer.headers.get('content-range')];
		};
		expect(await ranged('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10']);
		expect(await ranged('bytes=-3')).toEqual([206, '789', 'bytes 7-9/10']);
		expect(await ranged('bytes=8-99')).toEqual([206, '89', 'bytes 8-9/10']);
		expect((await ranged('bytes=10-'))[0]).toBe(416);
		expect((await ranged('bytes=4-2'))[0]).toBe(416);
		const etag = whole.headers.get('etag') ?? '';
		const same = await fetch(`${couch.url}/doc/dir/photo.svg`, {
			headers: { 'if-none-match': etag }
		});
		expect(same.status).toBe(304);
		const head = await fetch(`${couch.url}/doc/dir/photo.svg`, { method: 'HEAD' });
		expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
		expect(await call('GET', `${couch.url}/doc/none`)).toMatchObject({
			status: 404,
			json: { reason: 'Document is missing attachment' }
		});
		const tooLong = await fetch(`${couch.url}/doc2/photo`, {
			method: 'PUT',
			body: Buffer.alloc(ATTACHMENT_LIMIT_BYTES + 1)
		});
		expect([tooLong.status, ((await tooLong.json()) as { error: string }).error]).toEqual([
			413,
			'too_large'
		]);
		expect(await call('GET', `${couch.url}/doc2`)).toMatchObject({ status: 404 });
	});

	test('HEAD and the trailing slash', async () => {
		await call('PUT', `${couch.url}/a`, { n: 1 });
		const head = await fetch(`${couch.url}/a`, { method: 'HEAD' });
		expect([head.status, head.headers.get('etag')]).toEqual([200, textLike(/^"1-/)]);
		const etag = head.headers.get('etag') ?? '';
		expect((await fetch(`${couch.url}/a`, { headers: { 'if-none-match': etag } })).status).toBe(
			304
		);
		expect((await call('GET', `${couch.url}/`)).json).toEqual((await call('GET', couch.url)).json);
		expect((await fetch(couch.url, { method: 'HEAD' })).status).toBe(200);
		expect((await fetch(`${couch.url}x`, { method: 'HEAD' })).status).toBe(404);
	});
});
