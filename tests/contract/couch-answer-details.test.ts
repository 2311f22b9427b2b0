/**
 * Options of CouchDB's verbs one by one, as its API reference has them (https://docs.couchdb.org/en/stable/api/, the
 * chapter stands beside each), or as its source answers where the reference is silent.
 */

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, startCouchServer, textLike, type CouchServer } from './couch-server.ts';

let server: CouchServer;
let db: string;
let count = 0;

beforeAll(async () => {
	server = await startCouchServer();
	db = `${server.origin}/details`;
	await call('PUT', db);
});
afterAll(() => server.stop());

const base64 = (text: string) => Buffer.from(text).toString('base64');
const md5 = (text: string) => createHash('md5').update(text).digest('base64');

/** A document with two revisions, the second of which brought another attachment. */
async function twoRevisions() {
	const id = `doc-${(count += 1)}`;
	const png = (text: string) => ({ content_type: 'image/png', data: base64(text) });
	const first = await call('PUT', `${db}/${id}`, { n: 1, _attachments: { old: png('old') } });
	const second = await call('PUT', `${db}/${id}`, {
		n: 2,
		_rev: first.json.rev,
		_attachments: { old: { stub: true }, new: png('new') }
	});
	return { id, first: first.json.rev, second: second.json.rev };
}

const ASK_JSON = { accept: 'application/json' };

describe('documents (chapter "Documents")', () => {
	test('atts_since sends the bytes of attachments that are newer, and stubs of the others', async () => {
		const { id, first, second } = await twoRevisions();
		const since = encodeURIComponent(JSON.stringify([first]));
		const { json } = await call('GET', `${db}/${id}?atts_since=${since}`, undefined, ASK_JSON);
		expect(json).toMatchObject({
			_rev: second,
			_attachments: { old: { stub: true, revpos: 1 }, new: { data: base64('new'), revpos: 2 } }
		});
		const nothing = encodeURIComponent(JSON.stringify(['1-ffffffffffffffffffffffffffffffff']));
		const all = await call('GET', `${db}/${id}?atts_since=${nothing}`, undefined, ASK_JSON);
		expect(all.json).toMatchObject({
			_attachments: { old: { data: base64('old') }, new: { data: base64('new') } }
		});
		const bulk = await call('POST', `${db}/_bulk_get?attachments=true`, {
			docs: [{ id, rev: second, atts_since: [first] }]
		});
		expect(bulk.json.results).toMatchObject([
			{
				docs: [{ ok: { _attachments: { old: { stub: true }, new: { data: base64('new') } } } }]
			}
		]);
	});

	test('latest gives the leaf that grew from a revision', async () => {
		const { id, first, second } = await twoRevisions();
		const one = await call('GET', `${db}/${id}?rev=${first}&latest=true`, undefined, ASK_JSON);
		expect(one.json).toMatchObject({ _rev: second, n: 2 });
		const open = encodeURIComponent(JSON.stringify([first]));
		const all = await call('GET', `${db}/${id}?open_revs=${open}&latest=true`, undefined, ASK_JSON);
		expect(all.json).toMatchObject([{ ok: { _rev: second } }]);
		const exact = await call('GET', `${db}/${id}?open_revs=${open}`, undefined, ASK_JSON);
		expect(exact.json).toMatchObject([{ ok: { _rev: first } }]);
	});

	test('revs, revs_info, conflicts, deleted_conflicts, local_seq and meta tell of the history', async () => {
		const { id, first, second } = await twoRevisions();
		await call('PUT', `${db}/${id}?new_edits=false`, {
			_rev: '2-0',
			_revisions: { start: 2, ids: ['0', first.slice(2)] }
		});
		await call('PUT', `${db}/${id}?new_edits=false`, {
			_rev: '2-00',
			_deleted: true,
			_revisions: { start: 2, ids: ['00', first.slice(2)] }
		});
		const get = async (query: string) =>
			(await call('GET', `${db}/${id}?${query}`, undefined, ASK_JSON)).json;
		const infos = [
			{ rev: second, status: 'available' },
			{ rev: first, status: 'available' }
		];
		expect(await get('revs=true')).toMatchObject({
			_revisions: { start: 2, ids: [second.slice(2), first.slice(2)] }
		});
		expect(await get('revs_info=true')).toMatchObject({ _revs_info: infos });
		expect(await get('conflicts=true')).toMatchObject({ _conflicts: ['2-0'] });
		expect(await get('deleted_conflicts=true')).toMatchObject({ _deleted_conflicts: ['2-00'] });
		expect(await get('meta=true')).toMatchObject({
			_revs_info: infos,
			_conflicts: ['2-0'],
			_deleted_conflicts: ['2-00']
		});
		expect(await get('local_seq=true')).toHaveProperty('_local_seq', expect.any(Number));
		// Seen in CouchDB 3.5: of a revision that is named it tells its own history, and nothing of the others.
		const named = await get(`rev=${second}&revs=true&meta=true&local_seq=true`);
		expect(Object.keys(named).sort()).toEqual(['_attachments', '_id', '_rev', '_revisions', 'n']);
	});

	test('batch=ok is accepted', async () => {
		const id = `doc-${(count += 1)}`;
		const put = await call('PUT', `${db}/${id}?batch=ok`, {});
		expect([put.status, put.json]).toEqual([202, { ok: true, id }]);
		await expect.poll(async () => (await call('GET', `${db}/${id}`)).status).toBe(200);
	});

	test('If-None-Match with the revision, or with the digest of an attachment, is not modified', async () => {
		const { id, second } = await twoRevisions();
		const known = await fetch(`${db}/${id}`, { headers: { 'if-none-match': `"${second}"` } });
		expect([known.status, await known.text()]).toEqual([304, '']);
		const other = await fetch(`${db}/${id}`, { headers: { 'if-none-match': '"1-0"' } });
		expect([other.status, other.headers.get('etag')]).toEqual([200, `"${second}"`]);
		const bytes = await fetch(`${db}/${id}/new`, {
			headers: { 'if-none-match': `"${md5('new')}"` }
		});
		expect(bytes.status).toBe(304);
	});

	test('HEAD has the headers of GET and no body', async () => {
		const { id, second } = await twoRevisions();
		const head = await fetch(`${db}/${id}`, { method: 'HEAD', headers: ASK_JSON });
		const get = await fetch(`${db}/${id}`, { headers: ASK_JSON });
		for (const name of ['etag', 'content-length', 'content-type', 'cache-control']) {
			expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
		}
		expect([head.headers.get('etag'), await head.text()]).toEqual([`"${second}"`, '']);
	});
});

describe('attachments (chapter "Attachments")', () => {
	test('Content-MD5 is sent, and one that does not fit is refused', async () => {
		const { id, second } = await twoRevisions();
		const shown = await fetch(`${db}/${id}/new`);
		expect(shown.headers.get('content-md5')).toBe(md5('new'));
		const put = (digest: string) =>
			fetch(`${db}/${id}/more?rev=${second}`, {
				method: 'PUT',
				headers: { 'content-type': 'image/png', 'content-md5': digest },
				body: 'more'
			});
		const corrupt = await put(md5('less'));
		expect([corrupt.status, await corrupt.json()]).toEqual([
			400,
			{ error: 'content_md5_mismatch', reason: 'Possible message corruption.' }
		]);
		expect((await put(md5('more'))).status).toBe(201);
	});

	test('a range is a part, nonsense the whole, one past the end is refused', async () => {
		const { id } = await twoRevisions();
		const part = async (range: string) => {
			const answer = await fetch(`${db}/${id}/new`, { headers: { range } });
			return [answer.status, answer.headers.get('content-range'), await answer.text()];
		};
		expect(await part('bytes=1-1')).toEqual([206, 'bytes 1-1/3', 'e']);
		expect(await part('bytes=1-')).toEqual([206, 'bytes 1-2/3', 'ew']);
		expect(await part('bytes=-1')).toEqual([206, 'bytes 2-2/3', 'w']);
		expect(await part('bytes=0-900')).toEqual([206, 'bytes 0-2/3', 'new']);
		expect(await part('lines=1-2')).toEqual([200, null, 'new']);
		expect((await part('bytes=7-9')).slice(0, 2)).toEqual([416, 'bytes */3']);
	});
});

describe('changes (chapter "Changes")', () => {
	test('seq_interval counts out the sequence of the others', async () => {
		const rows = (await call('GET', `${db}/_changes?seq_interval=2&limit=4`)).json
			.results as unknown as { seq: string | null }[];
		expect(rows.map(({ seq }) => seq === null)).toEqual([false, true, false, true]);
		const { json } = await call('GET', `${db}/_changes?seq_interval=100`);
		expect(json.last_seq).toEqual(textLike(/^\d+-/));
	});

	test('_view lets through what the view emits something for', async () => {
		const views = { wanted: { map: 'function (doc) { if (doc.wanted) emit(doc._id, null); }' } };
		await call('PUT', `${db}/_design/filters`, { views });
		await call('PUT', `${db}/wanted`, { wanted: true });
		await call('PUT', `${db}/other`, { wanted: false });
		const { json } = await call('GET', `${db}/_changes?filter=_view&view=filters/wanted`);
		expect(json.results.map(({ id }) => id)).toEqual(['wanted']);
		const none = await call('GET', `${db}/_changes?filter=_view&view=filters/nothing`);
		expect([none.status, none.json]).toMatchObject([404, { error: 'not_found' }]);
		const noName = await call('GET', `${db}/_changes?filter=_view`);
		expect([noName.status, noName.json]).toMatchObject([400, { error: 'bad_request' }]);
	});

	test('_doc_ids and _design let through the documents they name', async () => {
		await call('PUT', `${db}/one`, {});
		const ids = await call('POST', `${db}/_changes?filter=_doc_ids`, { doc_ids: ['one', 'nine'] });
		expect(ids.json.results.map(({ id }) => id)).toEqual(['one']);
		const asked = encodeURIComponent('["one"]');
		const got = await call('GET', `${db}/_changes?filter=_doc_ids&doc_ids=${asked}`);
		expect(got.json.results.map(({ id }) => id)).toEqual(['one']);
		await call('PUT', `${db}/_design/again`, {});
		const designs = await call('GET', `${db}/_changes?filter=_design`);
		expect(designs.json.results.every(({ id }) => id.startsWith('_design/'))).toBe(true);
		expect(designs.json.results.length).toBeGreaterThan(0);
	});
});

describe('databases (chapter "Databases")', () => {
	test('bodies may be compressed with gzip', async () => {
		const answer = await fetch(`${db}/_bulk_docs`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
			body: gzipSync('{"docs":[{"_id":"zipped"}]}')
		});
		expect(answer.status).toBe(201);
		expect((await call('GET', `${db}/zipped`)).status).toBe(200);
	});

	test('_security is for administrators until it is set', async () => {
		await call('PUT', `${server.origin}/guarded`);
		const { json } = await call('GET', `${server.origin}/guarded/_security`);
		expect(json).toEqual({ members: { roles: ['_admin'] }, admins: { roles: ['_admin'] } });
		const security = { admins: { names: [], roles: [] }, members: { names: ['anna'], roles: [] } };
		await call('PUT', `${server.origin}/guarded/_security`, security);
		expect((await call('GET', `${server.origin}/guarded/_security`)).json).toEqual(security);
	});

	test('_missing_revs, the elder of _revs_diff, names what is not there', async () => {
		const { id, first } = await twoRevisions();
		const { status, json } = await call('POST', `${db}/_missing_revs`, {
			[id]: [first, '7-0'],
			nobody: ['1-0']
		});
		expect([status, json]).toEqual([200, { missing_revs: { [id]: ['7-0'], nobody: ['1-0'] } }]);
	});

	test('_local_docs and _design_docs list their kind', async () => {
		await call('PUT', `${db}/_local/mine`, {});
		const locals = await call('GET', `${db}/_local_docs`);
		expect(locals.json.rows.map(({ id }) => id)).toContain('_local/mine');
		const designs = await call('GET', `${db}/_design_docs`);
		expect(designs.json.rows.every(({ id }) => id.startsWith('_design/'))).toBe(true);
	});
});
