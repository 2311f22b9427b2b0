/** Replication with the real PouchDB, over HTTP on a real port: what "CouchDB-compatible" means. */

import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import PouchDB from 'pouchdb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startCouchServer, type CouchServer } from './couch-server.ts';

let couch: CouchServer;
let count = 0;
/** A database of its own for each test; PouchDB creates it. */
let url: string;
const pouches: PouchDB[] = [];

beforeAll(async () => {
	couch = await startCouchServer();
});
afterAll(() => couch.stop());
beforeEach(() => {
	url = `${couch.origin}/test-${(count += 1)}`;
});
afterEach(async () => {
	for (const pouch of pouches.splice(0)) await pouch.close();
});

function open(location: string): PouchDB {
	const pouch = new PouchDB(location);
	pouches.push(pouch);
	return pouch;
}
function localPouch(): PouchDB {
	return open(path.join(couch.directory, `pouch-${(count += 1)}`));
}

/** An attachment's bytes; PouchDB's Buffers carry a member of their own. */
async function attachmentOf(pouch: PouchDB, id: string, attachment: string): Promise<Buffer> {
	return Buffer.from(await pouch.getAttachment(id, attachment));
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
			void here.changes({ live: true, since: 'now' }).on('change', ({ id }) => resolve(id));
		});
		const live = here.sync(server, { live: true });
		const paused = new Promise<void>((resolve) => {
			void live.on('paused', () => resolve());
		});
		await paused;
		await open(url).put({ _id: 'from afar' });
		expect(await arrived).toBe('from afar');

		const onServer = new Promise<string>((resolve) => {
			void server.changes({ live: true, since: 'now' }).on('change', ({ id }) => resolve(id));
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
