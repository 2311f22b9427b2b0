/** Views of design documents, asked by the real PouchDB over HTTP on a real port. */

import PouchDB from 'pouchdb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, startCouchServer, type CouchServer } from './couch-server.ts';
import { closePouches, keys, openPouch, putView, view } from './pouches.ts';

let couch: CouchServer;
let count = 0;
let url: string;
let db: PouchDB;

beforeAll(async () => {
	couch = await startCouchServer();
});
afterAll(() => couch.stop());
beforeEach(() => {
	url = `${couch.origin}/views-${(count += 1)}`;
	db = openPouch(url);
});
afterEach(closePouches);

const values = ({ rows }: { rows: { value: unknown }[] }) => rows.map(({ value }) => value);

describe('a view', () => {
	test('is ordered by collation and queried by range, key, place and page', async () => {
		await putView(db, 'function (doc) { emit(doc.key, doc._id) }');
		const ordered = [null, false, true, 1, 2, 10, 'a', 'æ', 'B', ['a'], ['a', 1], ['b'], { a: 1 }];
		await db.bulkDocs(ordered.map((key, n) => ({ _id: `d${n}`, key })).reverse());
		expect(keys(await db.query('d/v'))).toEqual(ordered);
		expect(keys(await db.query('d/v', { descending: true }))).toEqual(ordered.toReversed());
		expect(keys(await db.query('d/v', { startkey: 2, endkey: 'B' }))).toEqual([
			...[2, 10, 'a', 'æ', 'B']
		]);
		expect(
			keys(await db.query('d/v', { startkey: 'B', endkey: 2, descending: true, limit: 3, skip: 1 }))
		).toEqual(['æ', 'a', 10]);
		expect(
			keys(await db.query('d/v', { startkey: ['a'], endkey: ['b'], inclusive_end: false }))
		).toEqual([['a'], ['a', 1]]);
		expect(await db.query('d/v', { key: null, include_docs: true })).toMatchObject({
			total_rows: ordered.length,
			offset: 0,
			rows: [{ id: 'd0', key: null, value: 'd0', doc: { _id: 'd0', key: null } }]
		});
		expect(keys(await db.query('d/v', { keys: ['B', 'nobody', 1] }))).toEqual(['B', 1]);
		expect((await call('GET', `${url}/_design/d/_view/v?limit=0&update_seq=true`)).json).toEqual({
			total_rows: ordered.length,
			offset: 0,
			update_seq: (await db.info()).update_seq,
			rows: []
		});
	});

	test('maps design documents, and tells where a document stands in the changes, where its options say so', async () => {
		await db.put({ _id: 'a' });
		const map = 'function (doc) { emit(doc._id, doc._local_seq || null) }';
		for (const [name, options] of [
			['plain', {}],
			['with', { include_design: true, local_seq: true }]
		] as const) {
			await call('PUT', `${url}/_design/${name}`, { views: { v: { map } }, options });
		}
		const rows = async (name: string) =>
			((await call('GET', `${url}/_design/${name}/_view/v`)).json as unknown as { rows: object[] })
				.rows;
		expect(await rows('plain')).toEqual([{ id: 'a', key: 'a', value: null }]);
		expect(await rows('with')).toEqual([
			{ id: '_design/plain', key: '_design/plain', value: 2 },
			{ id: '_design/with', key: '_design/with', value: 3 },
			{ id: 'a', key: 'a', value: 1 }
		]);
	});

	test('follows changes, deletions and conflicts, and tells documents of one key apart', async () => {
		await putView(db, 'function (doc) { emit("k", doc.n); if (doc._conflicts) emit("conflict") }');
		const first = await db.put({ _id: 'a', n: 1 });
		await db.bulkDocs([
			{ _id: 'b', n: 2 },
			{ _id: 'c', n: 3 }
		]);
		expect(values(await db.query('d/v'))).toEqual([1, 2, 3]);
		await db.put({ _id: 'a', _rev: first.rev, n: 10 });
		await db.remove('b', (await db.get('b'))._rev);
		expect(values(await db.query('d/v'))).toEqual([10, 3]);
		const range = '_design/d/_view/v?startkey=%22k%22&startkey_docid=b';
		expect((await call('GET', `${url}/${range}`)).json.rows.map(({ id }) => id)).toEqual(['c']);
		await call('POST', `${url}/_bulk_docs`, {
			new_edits: false,
			docs: [{ _id: 'c', _rev: '1-0', _revisions: { start: 1, ids: ['0'] } }]
		});
		expect(keys(await db.query('d/v'))).toEqual(['conflict', 'k', 'k']);
		// Another function is another index.
		const { _rev } = await db.get('_design/d');
		await db.put({ _id: '_design/d', _rev, views: { v: view('(doc) => emit(doc.n)') } });
		expect(keys(await db.query('d/v'))).toEqual([3, 10]);
	});

	test('is reduced as a whole, by key and by level, by built-in and own functions', async () => {
		await db.put({
			_id: '_design/d',
			views: {
				sum: view('function (doc) { emit(doc.key, doc.n) }', '_sum'),
				stats: view('function (doc) { emit(doc.key, doc.n) }', '_stats'),
				distinct: view('function (doc) { emit(doc.key[0], 1) }', '_approx_count_distinct'),
				own: view(
					'function (doc) { emit(doc.key, doc.n) }',
					'function (keys, values, rereduce) { return rereduce ? sum(values) : values.length }'
				)
			}
		});
		const docs = Array.from({ length: 1_200 }, (_, n) => ({
			_id: `d${n}`,
			key: [n % 3, n % 2],
			n
		}));
		await db.bulkDocs(docs);
		const total = (1_199 * 1_200) / 2;
		expect(values(await db.query('d/sum'))).toEqual([total]);
		expect(await db.query('d/sum', { group_level: 1 })).toMatchObject({
			rows: [0, 1, 2].map((key) => ({ key: [key] }))
		});
		expect((await db.query('d/own', { group: true })).rows).toEqual(
			[0, 1, 2].flatMap((a) => [0, 1].map((b) => ({ key: [a, b], value: 200 })))
		);
		expect(values(await db.query('d/own'))).toEqual([1_200]);
		expect(values(await db.query('d/distinct'))).toEqual([3]);
		expect(values(await db.query('d/stats'))).toEqual([
			{ sum: total, count: 1_200, min: 0, max: 1_199, sumsqr: 575_280_200 }
		]);
		expect(await db.query('d/sum', { keys: [[2, 0], [9]], group: true })).toMatchObject({
			rows: [{ key: [2, 0] }]
		});
		expect(
			keys(await db.query('d/sum', { group: true, descending: true, skip: 1, limit: 2 }))
		).toEqual([
			[2, 0],
			[1, 1]
		]);
		await expect(db.query('d/sum', { keys: [1, 2] })).rejects.toMatchObject({ status: 400 });
		await expect(db.query('d/sum', { include_docs: true })).rejects.toMatchObject({ status: 400 });
	});

	test('answers several queries at once, stale ones, and says how far it is', async () => {
		await putView(db, 'function (doc) { emit(doc._id) }');
		await db.bulkDocs([{ _id: 'a' }, { _id: 'b' }]);
		const address = `${url}/_design/d/_view/v`;
		expect((await call('GET', `${address}?update=false`)).json.rows).toEqual([]);
		const { json: info } = await call('GET', `${url}/_design/d/_info`);
		expect(info).toMatchObject({ name: 'd', view_index: { updates_pending: { total: 3 } } });
		const several = await call('POST', `${address}/queries`, {
			queries: [{ key: 'a' }, { keys: ['b', 'a'] }, { limit: 1, skip: 1 }]
		});
		expect(several.json.results).toMatchObject([
			{ rows: [{ id: 'a' }] },
			{ rows: [{ id: 'b' }, { id: 'a' }] },
			{ total_rows: 2, offset: 1, rows: [{ id: 'b' }] }
		]);
		await expect(db.query('d/other')).rejects.toMatchObject({ status: 404 });
		await expect(db.query('other/v')).rejects.toMatchObject({ status: 404 });
	});

	test('forgets what is purged and what is erased', async () => {
		await putView(db, 'function (doc) { emit(doc._id, doc.words) }');
		const { rev } = await db.put({ _id: 'a', words: 'purged' });
		await db.bulkDocs([{ _id: 'b', words: 'erased' }, { _id: 'c' }]);
		expect(keys(await db.query('d/v'))).toEqual(['a', 'b', 'c']);
		await call('POST', `${url}/_purge`, { a: [rev] });
		expect(keys(await db.query('d/v'))).toEqual(['b', 'c']);
		await (await couch.store.open(`views-${count}`))?.erase(['b']);
		expect(keys(await db.query('d/v'))).toEqual(['c']);
	});

	test('has modules of its own', async () => {
		await db.put({
			_id: '_design/d',
			views: {
				lib: {
					names: 'exports.nameOf = function (doc) { return require("./prefix").text + doc._id }',
					prefix: 'module.exports = { text: "name of " }'
				},
				v: view('function (doc) { emit(require("views/lib/names").nameOf(doc)) }')
			}
		});
		await db.put({ _id: 'a' });
		expect(keys(await db.query('d/v'))).toEqual(['name of a']);
	});

	test('is kept over a restart, and its index is taken out when nobody has it', async () => {
		let here = await startCouchServer();
		const there = () => new PouchDB(`${here.origin}/kept`);
		const first = there();
		await first.put({ _id: '_design/d', views: { v: view('function (doc) { emit(doc._id) }') } });
		await first.bulkDocs([{ _id: 'a' }, { _id: 'b' }]);
		expect(keys(await first.query('d/v'))).toEqual(['a', 'b']);
		await first.close();
		await here.halt();
		here = await startCouchServer({ keptIn: here.directory });
		try {
			const again = there();
			const info = await call('GET', `${here.origin}/kept/_design/d/_info`);
			// Nothing is to be made again.
			expect(info.json).toMatchObject({ view_index: { updates_pending: { total: 0 } } });
			await again.put({ _id: 'c' });
			expect(keys(await again.query('d/v'))).toEqual(['a', 'b', 'c']);
			const blocks = async () => {
				const kept = await here.store.open('kept');
				return kept?.queries.by === 'server' ? kept.queries.blocks.keys('') : [];
			};
			const cleaned = () => call('POST', `${here.origin}/kept/_view_cleanup`, {});
			expect(await cleaned()).toMatchObject({ status: 202 });
			expect(await blocks()).not.toEqual([]);
			await again.remove('_design/d', (await again.get('_design/d'))._rev);
			await cleaned();
			expect(await blocks()).toEqual([]);
			await again.close();
		} finally {
			await here.stop();
		}
	});
});
