/** Other people's clients, unmodified: `nano`, and RxDB's own CouchDB replication. */

import nano from 'nano';
import { createRxDatabase, type RxCollection, type RxDatabase } from 'rxdb';
import { replicateCouchDB } from 'rxdb/plugins/replication-couchdb';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startCouchServer, type CouchServer } from './couch-server.ts';

let server: CouchServer;
let count = 0;
let name: string;

beforeAll(async () => {
	server = await startCouchServer();
});
afterAll(() => server.stop());
beforeEach(() => {
	name = `clients-${(count += 1)}`;
});

describe('nano', () => {
	test('makes databases, writes, reads, lists, and drops', async () => {
		const couch = nano(server.origin);
		expect(await couch.db.create(name)).toEqual({ ok: true });
		expect(await couch.db.list()).toContain(name);
		const db = couch.use<{ n: number }>(name);
		const made = await db.insert({ n: 1 }, 'a/b');
		expect(made).toMatchObject({ ok: true, id: 'a/b' });
		await expect(db.insert({ n: 2 }, 'a/b')).rejects.toMatchObject({
			statusCode: 409,
			error: 'conflict'
		});
		expect(await db.get('a/b', { revs_info: true })).toMatchObject({
			n: 1,
			_revs_info: [{ status: 'available' }]
		});
		expect(await db.head('a/b')).toMatchObject({ etag: `"${made.rev}"` });
		const rows = await db.bulk({ docs: [{ n: 2 }, { n: 3 }] });
		expect(rows).toHaveLength(2);
		expect(await db.fetch({ keys: ['a/b', 'unknown'] })).toMatchObject({
			rows: [
				{ id: 'a/b', doc: { n: 1 } },
				{ key: 'unknown', error: 'not_found' }
			]
		});
		expect(await db.find({ selector: { n: { $gt: 1 } } })).toMatchObject({
			docs: [{ n: expect.any(Number) as number }, { n: expect.any(Number) as number }]
		});
		expect(await db.changes({ since: 0 })).toMatchObject({ pending: 0 });
		await db.destroy('a/b', made.rev);
		await expect(db.get('a/b')).rejects.toMatchObject({ statusCode: 404, reason: 'deleted' });
		expect(await couch.db.get(name)).toMatchObject({ doc_count: 2, doc_del_count: 1 });
		expect(await couch.db.destroy(name)).toEqual({ ok: true });
	});

	test('stores attachments, alone and with their document in one request', async () => {
		const couch = nano(server.origin);
		await couch.db.create(name);
		const db = couch.use(name);
		const data = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 256));
		const alone = await db.attachment.insert('doc', 'photo', data, 'image/png');
		expect(await db.attachment.get('doc', 'photo', { rev: alone.rev })).toEqual(data);
		const files = [
			{ name: 'one.bin', data, content_type: 'application/octet-stream' },
			{ name: 'note.txt', data: Buffer.from('a note'), content_type: 'text/plain' }
		];
		await db.multipart.insert({ n: 1 }, files, 'both');
		expect(await db.attachment.get('both', 'one.bin')).toEqual(data);
		expect(String(await db.attachment.get('both', 'note.txt'))).toBe('a note');
		expect(await db.get('both')).toMatchObject({
			n: 1,
			_attachments: { 'one.bin': { length: 5000 } }
		});
	});
});

describe('RxDB\u2019s replication', () => {
	interface Hero {
		id: string;
		power: string;
	}
	const databases: Pick<RxDatabase, 'close'>[] = [];
	afterEach(async () => {
		for (const database of databases.splice(0)) await database.close();
	});

	/** A device: a database in memory with one collection that replicates live. */
	async function device(): Promise<{
		heroes: RxCollection<Hero>;
		replication: ReturnType<typeof replicateCouchDB<Hero>>;
	}> {
		const database = await createRxDatabase<{ heroes: RxCollection<Hero> }>({
			name: `device${(count += 1)}`,
			storage: getRxStorageMemory()
		});
		databases.push(database);
		const { heroes } = await database.addCollections({
			heroes: {
				schema: {
					version: 0,
					primaryKey: 'id',
					type: 'object',
					properties: { id: { type: 'string', maxLength: 60 }, power: { type: 'string' } },
					required: ['id', 'power']
				}
			}
		});
		const replication = replicateCouchDB<Hero>({
			replicationIdentifier: `${name}-${count}`,
			collection: heroes,
			url: `${server.origin}/${name}/`,
			live: true,
			pull: { batchSize: 5 },
			push: { batchSize: 5 },
			fetch: (url, options) => fetch(url, options)
		});
		return { heroes, replication };
	}

	test('carries inserts, changes and deletions between two devices', async () => {
		await nano(server.origin).db.create(name);
		const [here, there] = [await device(), await device()];
		await here.heroes.bulkInsert(
			Array.from({ length: 12 }, (_, n) => ({ id: `hero ${n}/ø`, power: 'flies' }))
		);
		await here.replication.awaitInSync();
		await expect.poll(() => there.heroes.count().exec(), { timeout: 60_000 }).toBe(12);

		const hero = await there.heroes.findOne('hero 3/ø').exec(true);
		await hero.patch({ power: 'swims' });
		await (await there.heroes.findOne('hero 4/ø').exec(true)).remove();
		await there.replication.awaitInSync();
		await expect
			.poll(async () => (await here.heroes.findOne('hero 3/ø').exec())?.power, { timeout: 60_000 })
			.toBe('swims');
		await expect.poll(() => here.heroes.count().exec(), { timeout: 60_000 }).toBe(11);

		const stored = await fetch(`${server.origin}/${name}/${encodeURIComponent('hero 3/ø')}`);
		expect(await stored.json()).toMatchObject({
			power: 'swims',
			_rev: expect.stringMatching(/^2-/) as string
		});
		for (const { replication } of [here, there]) await replication.cancel();
	});

	test('goes on after both changed the same document', async () => {
		await nano(server.origin).db.create(name);
		const here = await device();
		await here.heroes.insert({ id: 'a', power: 'flies' });
		await here.replication.awaitInSync();
		const address = `${server.origin}/${name}/a`;
		const { _rev: rev } = (await (await fetch(address)).json()) as { _rev: string };
		const put = fetch(`${address}?rev=${rev}`, {
			method: 'PUT',
			body: JSON.stringify({ power: 'sings' })
		});
		const patched = (await here.heroes.findOne('a').exec(true)).patch({ power: 'swims' });
		await Promise.all([put, patched]);
		await here.heroes.insert({ id: 'b', power: 'runs' });
		const b = `${server.origin}/${name}/b`;
		await expect.poll(async () => (await fetch(b)).status, { timeout: 60_000 }).toBe(200);
		await here.replication.awaitInSync();
		// Whoever won: both sides say the same.
		await expect
			.poll(
				async () => {
					const there = (await (await fetch(address)).json()) as { power: string };
					return there.power === (await here.heroes.findOne('a').exec())?.power;
				},
				{ timeout: 60_000 }
			)
			.toBe(true);
		await here.replication.cancel();
	});
});
