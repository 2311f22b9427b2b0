/**
 * Beside Apache CouchDB itself, where `COUCHDB_URL` names one (with an administrator's name and password): its
 * replicator pulls from this server and pushes to it. CouchDB must be able to reach this machine's loopback address.
 */

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, startCouchServer, type CouchServer } from './couch-server.ts';
import { couchdbAddresses } from './couchdb-underneath.ts';
import { basic } from '../support/basic-credentials.ts';

const [couchdbUrl] = couchdbAddresses();

describe.skipIf(couchdbUrl === undefined)('beside Apache CouchDB (COUCHDB_URL)', () => {
	const address = new URL(couchdbUrl ?? 'http://unset');
	const authorization = basic(address.username, address.password);
	const apache = address.origin;
	const picture = randomBytes(200_000).toString('base64');
	const made: string[] = [];
	let ours: CouchServer;
	let count = 0;

	beforeAll(async () => {
		ours = await startCouchServer();
	});
	afterAll(async () => {
		for (const name of made) await there('DELETE', `/${name}`);
		await ours.stop();
	});

	const here = (method: string, path: string, body?: unknown) =>
		call(method, ours.origin + path, body, { accept: 'application/json' });
	const there = (method: string, path: string, body?: unknown) =>
		call(method, apache + path, body, { accept: 'application/json', ...authorization });

	/** A database of one name on both. */
	async function newDatabase(): Promise<string> {
		const name = `beside-${Date.now()}-${(count += 1)}`;
		made.push(name);
		expect((await here('PUT', `/${name}`)).status).toBe(201);
		expect((await there('PUT', `/${name}`)).status).toBe(201);
		return name;
	}

	/** Edits, a tombstone, a conflict, a picture, a large document and unhappy names. */
	async function fill(ask: typeof here, name: string): Promise<void> {
		const docs = [
			{ _id: 'plain', n: 1 },
			{ _id: 'søren/æ', text: '🚗 "quoted" \\ line\nbreak' },
			{ _id: 'large', text: 'x'.repeat(100_000) },
			{
				_id: 'picture',
				_attachments: { 'a b.jpg': { content_type: 'image/jpeg', data: picture } }
			},
			{ _id: 'gone', n: 1 },
			{ _id: '_design/of', filters: { odd: 'function (doc) { return doc.n % 2 === 1; }' } }
		];
		const rows = (await ask('POST', `/${name}/_bulk_docs`, { docs })).json as unknown as {
			id: string;
			rev: string;
		}[];
		const revOf = (id: string) => rows.find((row) => row.id === id)?.rev ?? '';
		await ask('PUT', `/${name}/plain`, { n: 2, _rev: revOf('plain') });
		await ask('DELETE', `/${name}/gone?rev=${revOf('gone')}`);
		const branches = ['aa', 'bb'].map((hash) => ({
			_id: 'forked',
			hash,
			_revisions: { start: 2, ids: [hash, 'first'] },
			_rev: `2-${hash}`
		}));
		await ask('POST', `/${name}/_bulk_docs`, { docs: branches, new_edits: false });
	}

	/** Everything a replicator must bring: each document's leaves, their histories and the digests of their bytes. */
	async function contentOf(ask: typeof here, name: string): Promise<unknown> {
		const changes = (await ask('GET', `/${name}/_changes?style=all_docs`)).json as unknown as {
			results: { id: string; deleted?: boolean; changes: { rev: string }[] }[];
		};
		const rows = [...changes.results].sort((a, b) => (a.id < b.id ? -1 : 1));
		return Promise.all(
			rows.map(async ({ id, deleted, changes: leaves }) => {
				const path = `/${name}/${id.startsWith('_design/') ? id : encodeURIComponent(id)}`;
				const open = await ask('GET', `${path}?open_revs=all&revs=true&attachments=true`);
				const found = open.json as unknown as {
					ok: Record<string, unknown> & { _rev: string };
				}[];
				const byRev = found.map(({ ok }) => ok).sort((a, b) => (a._rev < b._rev ? -1 : 1));
				return { id, deleted, leaves: leaves.map(({ rev }) => rev).sort(), byRev };
			})
		);
	}

	const source = (name: string) => ({ url: `${ours.origin}/${name}` });
	const target = (name: string) => ({ url: `${apache}/${name}`, headers: authorization });

	test('its replicator pulls everything, and nothing twice', async () => {
		const name = await newDatabase();
		await fill(here, name);
		const asked = { source: source(name), target: target(name) };
		expect((await there('POST', '/_replicate', asked)).json).toMatchObject({ ok: true });
		expect(await contentOf(there, name)).toEqual(await contentOf(here, name));
		expect((await there('POST', '/_replicate', asked)).json).toMatchObject({
			ok: true,
			no_changes: true
		});
	});

	test('its replicator pushes everything', async () => {
		const name = await newDatabase();
		await fill(there, name);
		const asked = { source: target(name), target: source(name) };
		expect((await there('POST', '/_replicate', asked)).json).toMatchObject({ ok: true });
		expect(await contentOf(here, name)).toEqual(await contentOf(there, name));
	});

	test('its replicator pulls what a filter, a selector or a list of ids lets through', async () => {
		const name = await newDatabase();
		await fill(here, name);
		await here('PUT', `/${name}/odd`, { n: 3 });
		for (const [part, ids] of [
			[{ filter: 'of/odd' }, ['odd']],
			[{ selector: { n: { $gt: 1 } } }, ['odd', 'plain']],
			[{ doc_ids: ['large', 'picture'] }, ['large', 'picture']]
		] as const) {
			const into = `beside-${Date.now()}-${(count += 1)}`;
			made.push(into);
			const asked = { source: source(name), target: target(into), create_target: true, ...part };
			expect((await there('POST', '/_replicate', asked)).json).toMatchObject({ ok: true });
			const { rows } = (await there('GET', `/${into}/_all_docs`)).json;
			expect(rows.map(({ id }) => id)).toEqual(ids);
		}
	});

	test('it goes on both ways as things change', async () => {
		const name = await newDatabase();
		const ways = [
			{ source: source(name), target: target(name), continuous: true },
			{ source: target(name), target: source(name), continuous: true }
		];
		for (const way of ways) await there('POST', '/_replicate', way);
		await here('PUT', `/${name}/from-here`, { n: 1 });
		await there('PUT', `/${name}/from-there`, { n: 1 });
		const idsOf = async (ask: typeof here) =>
			(await ask('GET', `/${name}/_all_docs`)).json.rows.map(({ id }) => id);
		await expect.poll(() => idsOf(here), { timeout: 60_000 }).toEqual(['from-here', 'from-there']);
		await expect.poll(() => idsOf(there), { timeout: 60_000 }).toEqual(['from-here', 'from-there']);
		for (const way of ways) await there('POST', '/_replicate', { ...way, cancel: true });
	});

	test('our replicator pulls from it and pushes to it', async () => {
		const name = await newDatabase();
		await fill(there, name);
		const pulled = { source: target(name), target: name };
		expect((await here('POST', '/_replicate', pulled)).json).toMatchObject({ ok: true });
		expect(await contentOf(here, name)).toEqual(await contentOf(there, name));
		const back = `beside-${Date.now()}-${(count += 1)}`;
		made.push(back);
		await there('PUT', `/${back}`);
		const pushed = { source: name, target: target(back) };
		expect((await here('POST', '/_replicate', pushed)).json).toMatchObject({ ok: true });
		expect(await contentOf(there, back)).toEqual(await contentOf(here, name));
	});
});
