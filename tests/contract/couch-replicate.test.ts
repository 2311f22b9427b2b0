/**
 * `_replicate` between two of our servers, and the requests Apache CouchDB's replicator makes, one by one, as it was
 * seen to make them against a server of ours.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { boundaryOf, readParts } from '@outlay/sync-server/http/multipart';
import { call, startCouchServer, textLike, type CouchServer } from './couch-server.ts';

let here: CouchServer;
let there: CouchServer;
let count = 0;
let name: string;
/** The same name on both servers. */
let local: string;
let remote: string;

beforeAll(async () => {
	[here, there] = await Promise.all([startCouchServer(), startCouchServer()]);
});
afterAll(() => Promise.all([here.stop(), there.stop()]));
beforeEach(async () => {
	name = `test-${(count += 1)}`;
	local = `${here.origin}/${name}`;
	remote = `${there.origin}/${name}`;
	await Promise.all([call('PUT', local), call('PUT', remote)]);
});

function replicate(body: object, server: CouchServer = here) {
	return call('POST', `${server.origin}/_replicate`, body);
}

const PHOTO = Buffer.from(Array.from({ length: 150_000 }, (_, i) => (i * 31) % 256));

/** Documents of every kind: plain, of an odd id, with bytes, in conflict, deleted, a design document. */
async function fill(url: string): Promise<void> {
	await call('POST', `${url}/_bulk_docs`, {
		docs: [
			...Array.from({ length: 130 }, (_, n) => ({ _id: `plain ${n}`, n })),
			{ _id: 'odd/id +%20&?#', n: 1 },
			{ _id: 'ü€😀', n: 1 },
			{ _id: '_design/lists', views: {} },
			{ _id: 'gone', n: 1, _deleted: true }
		]
	});
	const made = await call('PUT', `${url}/photo`, {
		_attachments: {
			'a/b "quoted".jpg': { content_type: 'image/jpeg', data: PHOTO.toString('base64') },
			'note.txt': { content_type: 'text/plain', data: Buffer.from('a note').toString('base64') }
		}
	});
	await call('PUT', `${url}/photo?rev=${made.json.rev}`, {
		n: 2,
		_attachments: {
			'a/b "quoted".jpg': { stub: true, content_type: 'image/jpeg' },
			new: { content_type: 'image/png', data: '/9j/' }
		}
	});
	for (const ids of [['b'], ['c', 'a']]) {
		const revisions = { start: ids.length, ids };
		await call('PUT', `${url}/in conflict?new_edits=false`, { ids, _revisions: revisions });
	}
}

/** Everything a reader can see of a database, without its sequences. */
async function contentOf(url: string) {
	const { json } = await call('GET', `${url}/_changes?style=all_docs`);
	const rows = json.results as unknown as { id: string; changes: { rev: string }[] }[];
	const content = await Promise.all(
		rows.map(async ({ id, changes }): Promise<[string, unknown[]]> => [
			id,
			await Promise.all(
				changes.map(async ({ rev }) => {
					const address = `${url}/${encodeURIComponent(id)}?rev=${rev}&revs=true&attachments=true`;
					return (await call('GET', address, undefined, { accept: 'application/json' })).json;
				})
			)
		])
	);
	return content.sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('_replicate', () => {
	test.each(['pull', 'push'] as const)('%s carries everything, byte for byte', async (way) => {
		const [from, to] = way === 'pull' ? [remote, local] : [local, remote];
		await fill(from);
		const body =
			way === 'pull'
				? { source: remote, target: name }
				: { source: { url: local }, target: remote };
		const first = await replicate(body);
		expect(first).toMatchObject({
			status: 200,
			json: {
				ok: true,
				replication_id_version: 4,
				history: [{ docs_read: 137, docs_written: 137, doc_write_failures: 0, missing_found: 137 }]
			}
		});
		expect(await contentOf(to)).toEqual(await contentOf(from));

		// From its checkpoint: nothing is left to do.
		const second = await replicate(body);
		expect(second.json).toMatchObject({ ok: true, no_changes: true });

		await call('PUT', `${from}/one more`, {});
		const third = await replicate(body);
		expect(third.json).toMatchObject({ history: [{ missing_checked: 1, docs_written: 1 }, {}] });
		expect(await contentOf(to)).toEqual(await contentOf(from));
	});

	test('sends only bytes the other side lacks, and all of them where it has lost the ancestor', async () => {
		const body = { source: local, target: remote };
		const { json } = await call('PUT', `${local}/a`, {
			_attachments: { old: { content_type: 'image/png', data: '/9j/' } }
		});
		await replicate(body);
		const kept = { old: { stub: true }, new: { content_type: 'image/png', data: 'AAAA' } };
		await call('PUT', `${local}/a?rev=${json.rev}`, { _attachments: kept });
		await call('PUT', `${remote}/a?new_edits=false`, {
			_revisions: { start: 2, ids: ['x', json.rev.slice(2)] }
		});
		await replicate(body);
		const there = await contentOf(remote);
		expect(there).toMatchObject([['a', expect.arrayContaining([])]]);
		const winner = await call('GET', `${remote}/a?conflicts=true`);
		expect(winner.json).toMatchObject({ _conflicts: [textLike(/^2-/)] });
		const both = (await contentOf(local))[0]?.[1] as unknown[];
		expect(there[0]?.[1] as unknown[]).toEqual(expect.arrayContaining(both));
	});

	test('of some ids, of a selector, into a database it makes', async () => {
		await fill(remote);
		const byId = { source: remote, target: `${name}-ids`, create_target: true };
		await replicate({ ...byId, doc_ids: ['plain 1', 'photo', 'unknown'] });
		expect((await contentOf(`${local}-ids`)).map(([id]) => id)).toEqual(['photo', 'plain 1']);
		const bySelector = { source: remote, target: `${name}-selector`, create_target: true };
		await replicate({ ...bySelector, selector: { n: { $gt: 127 } } });
		expect((await contentOf(`${local}-selector`)).map(([id]) => id)).toEqual([
			'plain 128',
			'plain 129'
		]);
	});

	test('continuous goes on until it is cancelled, shown among the tasks meanwhile', async () => {
		await call('PUT', `${remote}/a`, {});
		const body = { source: remote, target: name, continuous: true };
		const started = await replicate(body);
		expect(started).toMatchObject({
			status: 202,
			json: { ok: true, _local_id: textLike(/continuous$/) }
		});
		await arrived(`${local}/a`);
		await call('PUT', `${remote}/b`, {});
		await arrived(`${local}/b`);
		const tasks = await call('GET', `${here.origin}/_active_tasks`);
		expect(tasks.json).toMatchObject([
			{ type: 'replication', source: remote, target: local, continuous: true }
		]);
		// Started twice, it is one.
		expect((await replicate(body)).json).toEqual(started.json);
		expect(await replicate({ ...body, cancel: true })).toMatchObject({ status: 200 });
		expect((await call('GET', `${here.origin}/_active_tasks`)).json).toEqual([]);
		expect(await replicate({ ...body, cancel: true })).toMatchObject({ status: 404 });
	});

	test('says what is wrong with what it is asked', async () => {
		const refused = async (body: object) => {
			const { status, json } = await replicate(body);
			return [status, (json as unknown as { error: string }).error];
		};
		expect(await refused({ source: name })).toEqual([400, 'bad_request']);
		expect(await refused({ source: name, target: 7 })).toEqual([400, 'bad_request']);
		expect(await refused({ source: 'http://', target: name })).toEqual([400, 'bad_request']);
		expect(await refused({ source: 'unknown', target: name })).toEqual([404, 'db_not_found']);
		expect(await refused({ source: name, target: 'unknown' })).toEqual([404, 'db_not_found']);
		expect(await refused({ source: name, target: remote, doc_ids: 'a' })).toEqual([
			400,
			'bad_request'
		]);
	});

	test('is for the server administrator alone', async () => {
		for (const person of ['anna', 'nobody']) {
			const headers = { 'x-person': person };
			const body = { source: name, target: remote };
			const { status } = await call('POST', `${here.origin}/_replicate`, body, headers);
			expect([person, status]).toEqual([person, person === 'anna' ? 403 : 401]);
		}
	});
});

describe('the requests of Apache CouchDB\u2019s replicator', () => {
	test('as a source', async () => {
		await fill(local);
		expect((await call('GET', `${local}/`)).status).toBe(200);
		// Its four versions of a replication's id.
		for (const id of ['1', '2', '3', '4']) {
			expect((await call('GET', `${local}/_local/${id}`)).status).toBe(404);
		}
		const changes = await call(
			'GET',
			`${local}/_changes?feed=normal&style=all_docs&since=0&timeout=10000`
		);
		const rows = changes.json.results as unknown as { id: string; changes: { rev: string }[] }[];
		expect(rows).toHaveLength(136);
		const docs = rows.flatMap(({ id, changes: leaves }) =>
			leaves.map(({ rev }) => ({ rev, id, atts_since: [] }))
		);
		const got = await call('POST', `${local}/_bulk_get?latest=true&revs=true&attachments=false`, {
			docs
		});
		const results = got.json.results as unknown as { docs: { ok: Record<string, unknown> }[] }[];
		expect(results).toHaveLength(137);
		expect(results.every((row) => row.docs.every((doc) => doc.ok))).toBe(true);

		const photo = rows.find((row) => row.id === 'photo')?.changes[0]?.rev ?? '';
		const revs = encodeURIComponent(JSON.stringify([photo]));
		const response = await fetch(`${local}/photo?revs=true&open_revs=${revs}&latest=true`, {
			headers: { accept: 'multipart/mixed', 'content-type': 'application/json' }
		});
		const boundary = boundaryOf(response.headers.get('content-type') ?? undefined);
		const types: string[] = [];
		for await (const part of readParts(
			response.body as unknown as AsyncIterable<Uint8Array>,
			boundary ?? ''
		)) {
			types.push(part.headers.get('content-type')?.split(';')[0] ?? '');
		}
		expect(types).toEqual(['multipart/related']);

		const commit = await call('POST', `${local}/_ensure_full_commit`, {});
		expect(commit).toMatchObject({ status: 201, json: { ok: true, instance_start_time: '0' } });
		const checkpoint = { session_id: 's', source_last_seq: changes.json.last_seq, history: [] };
		expect((await call('PUT', `${local}/_local/4`, checkpoint)).status).toBe(201);
	});

	test('as a target', async () => {
		const target = `${local}-new`;
		expect((await call('GET', `${target}/`)).status).toBe(404);
		expect((await call('PUT', `${target}/`)).status).toBe(201);
		expect((await call('PUT', `${target}/`)).status).toBe(412);
		const diff = await call('POST', `${target}/_revs_diff`, { a: ['2-b'], photo: ['1-x'] });
		expect(diff.json).toEqual({ a: { missing: ['2-b'] }, photo: { missing: ['1-x'] } });
		const headers = { 'x-couch-full-commit': 'false' };
		const written = await call(
			'POST',
			`${target}/_bulk_docs`,
			{
				new_edits: false,
				docs: [{ _id: 'a', _rev: '2-b', _revisions: { start: 2, ids: ['b', 'a'] } }]
			},
			headers
		);
		expect(written).toMatchObject({ status: 201, json: [] });
		// Its attachments come one after the other, named in their headers, texts packed by themselves.
		const document = {
			_id: 'photo',
			_rev: '1-x',
			_revisions: { start: 1, ids: ['x'] },
			_attachments: {
				'p.bin': { content_type: 'image/png', revpos: 1, digest: 'md5-x', length: 3, follows: true }
			}
		};
		const put = await fetch(`${target}/photo?new_edits=false`, {
			method: 'PUT',
			headers: {
				...headers,
				accept: 'application/json',
				'content-type': 'multipart/related; boundary="f00d"'
			},
			body:
				`--f00d\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(document)}\r\n--f00d\r\n` +
				'Content-Disposition: attachment; filename="p.bin"\r\nContent-Type: image/png\r\n' +
				'Content-Length: 3\r\n\r\nabc\r\n--f00d--'
		});
		expect([put.status, await put.json()]).toEqual([201, { ok: true, id: 'photo', rev: '1-x' }]);
		expect(await (await fetch(`${target}/photo/p.bin`)).text()).toBe('abc');
		expect((await call('POST', `${target}/_ensure_full_commit`, {}, headers)).status).toBe(201);
	});
});

async function arrived(address: string): Promise<void> {
	await expect.poll(async () => (await call('GET', address)).status, { timeout: 60_000 }).toBe(200);
}
