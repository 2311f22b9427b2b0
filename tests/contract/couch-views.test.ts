/** Views and functions of design documents, asked by the real PouchDB over HTTP on a real port. */

import path from 'node:path';
import PouchDB from 'pouchdb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, startCouchServer, type CouchServer } from './couch-server.ts';

/** What one function may take: short, because some tests wait for it; long enough for a machine that is busy. */
const CALL_MS = 800;

let couch: CouchServer;
let count = 0;
let url: string;
let db: PouchDB;
const pouches: PouchDB[] = [];

beforeAll(async () => {
	couch = await startCouchServer({ callMs: CALL_MS });
});
afterAll(() => couch.stop());
beforeEach(() => {
	url = `${couch.origin}/views-${(count += 1)}`;
	db = open(url);
});
afterEach(async () => {
	for (const pouch of pouches.splice(0)) await pouch.close();
});

function open(location: string): PouchDB {
	const pouch = new PouchDB(location);
	pouches.push(pouch);
	return pouch;
}

const view = (map: string, reduce?: string) => ({ map, ...(reduce ? { reduce } : {}) });
const putView = (map: string, reduce?: string) =>
	db.put({ _id: '_design/d', views: { v: view(map, reduce) } });
const keys = ({ rows }: { rows: { key: unknown }[] }) => rows.map(({ key }) => key);
const values = ({ rows }: { rows: { value: unknown }[] }) => rows.map(({ value }) => value);

describe('a view', () => {
	test('is ordered by collation and queried by range, key, place and page', async () => {
		await putView('function (doc) { emit(doc.key, doc._id) }');
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

	test('follows changes, deletions and conflicts, and tells documents of one key apart', async () => {
		await putView('function (doc) { emit("k", doc.n); if (doc._conflicts) emit("conflict") }');
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
		await putView('function (doc) { emit(doc._id) }');
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
		await putView('function (doc) { emit(doc._id, doc.words) }');
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

describe('a filter', () => {
	test('chooses changes and what is replicated, by function and by view', async () => {
		await db.put({
			_id: '_design/d',
			filters: {
				over: 'function (doc, req) { return doc.n > Number(req.query.least) }',
				broken: 'function (doc) { return doc.no.such }'
			},
			views: { even: view('function (doc) { if (doc.n % 2 === 0) emit(doc.n) }') }
		});
		await db.bulkDocs([1, 2, 3, 4].map((n) => ({ _id: `d${n}`, n })));
		const changes = (options: object) => db.changes(options);
		const ids = ({ results }: { results: { id: string }[] }) => results.map(({ id }) => id);
		const over = { filter: 'd/over', query_params: { least: 2 } };
		expect(ids(await changes(over))).toEqual(['d3', 'd4']);
		expect(ids(await changes({ ...over, limit: 1 }))).toEqual(['d3']);
		expect(ids(await changes({ ...over, descending: true }))).toEqual(['d4', 'd3']);
		expect(ids(await changes({ filter: '_view', view: 'd/even' }))).toEqual(['d2', 'd4']);
		const here = open(path.join(couch.directory, `pouch-${count}`));
		expect(await here.replicate.from(db, over)).toMatchObject({ docs_written: 2 });
		for (const [filter, status] of Object.entries({ 'd/none': 404, 'x/y': 404, 'd/broken': 500 })) {
			expect(await call('GET', `${url}/_changes?filter=${filter}`)).toMatchObject({ status });
		}
		expect(await call('GET', `${url}/_changes?filter=a/b/c`)).toMatchObject({ status: 400 });
		expect(await call('GET', `${url}/_changes?filter=_view`)).toMatchObject({ status: 400 });
	});
});

describe('validate_doc_update', () => {
	test('refuses writes one by one, edited, replicated and deleted, and sees who writes what', async () => {
		await db.put({
			_id: '_design/rules',
			validate_doc_update: `function (doc, before, user, security) {
				if (user.roles.indexOf("_admin") < 0) throw { unauthorized: "who are you" };
				if (before && before.closed) throw { forbidden: "closed in " + user.db };
				if (!doc._deleted && doc.n === undefined) throw { forbidden: "n is missing" };
				if (doc.n === "broken") doc.no.such();
			}`
		});
		const { rev } = await db.put({ _id: 'a', n: 1, closed: true });
		const missing = { status: 403, error: 'forbidden', reason: 'n is missing' };
		await expect(db.put({ _id: 'b' })).rejects.toMatchObject(missing);
		await expect(db.remove('a', rev)).rejects.toMatchObject({ reason: /^closed in views-/ });
		await expect(db.put({ _id: 'c', n: 'broken' })).rejects.toMatchObject({ status: 500 });
		expect(await db.bulkDocs([{ _id: 'd' }, { _id: 'e', n: 2 }])).toMatchObject([
			{ id: 'd', name: 'forbidden' },
			{ id: 'e', ok: true }
		]);
		const here = open(path.join(couch.directory, `pouch-${count}`));
		await here.bulkDocs([{ _id: 'f', n: 3 }, { _id: 'g' }]);
		expect(await here.replicate.to(db)).toMatchObject({ docs_written: 1, doc_write_failures: 1 });
		expect(await db.info()).toMatchObject({ doc_count: 4 });
	});
});

describe('design documents', () => {
	test('are listed by themselves, and lists are asked for several at once', async () => {
		for (const id of ['a', '_design/b', '_design/a', '_design/c']) await db.put({ _id: id });
		const list = async (address: string) => (await call('GET', `${url}/${address}`)).json;
		expect(await list('_design_docs?skip=1')).toMatchObject({
			total_rows: 3,
			offset: 1,
			rows: [{ id: '_design/b' }, { id: '_design/c' }]
		});
		expect(await list('_design_docs?descending=true&endkey=%22_design/b%22')).toMatchObject({
			rows: [{ id: '_design/c' }, { id: '_design/b' }]
		});
		const queries = [{ keys: ['a'] }, { startkey: '_design/c', limit: 1 }];
		expect((await call('POST', `${url}/_all_docs/queries`, { queries })).json).toMatchObject({
			results: [{ rows: [{ id: 'a' }] }, { rows: [{ id: '_design/c' }] }]
		});
	});

	test('that can never be used are refused', async () => {
		const bad = [
			{ views: { v: null } },
			{ views: { v: { map: 1 } } },
			{ views: { v: view('function () {}', '_product') } },
			{ views: 'none' }
		];
		for (const members of bad) {
			await expect(db.put({ _id: '_design/d', ...members })).rejects.toMatchObject({
				status: 400,
				error: 'invalid_design_doc'
			});
		}
	});

	test("are the administrator's; people ask views of what is theirs and of nothing else", async () => {
		const anna = { 'x-person': 'anna' };
		await couch.store.create('mailbox-acme-anna');
		await couch.store.create('mailbox-acme-bob');
		const [mine, others] = ['anna', 'bob'].map((user) => `${couch.origin}/mailbox-acme-${user}`);
		const design = { views: { v: view('function (doc) { emit(doc._id) }') } };
		for (const place of [mine, others]) {
			expect(await call('PUT', `${place}/_design/d`, design)).toMatchObject({ status: 201 });
			expect(await call('PUT', `${place}/a`, { a: 1 })).toMatchObject({ status: 201 });
		}
		expect(await call('GET', `${mine}/_design/d/_view/v`, undefined, anna)).toMatchObject({
			status: 200,
			json: { rows: [{ id: 'a' }] }
		});
		const refused = [
			['PUT', `${mine}/_design/e`, design, 403],
			['POST', `${mine}/_bulk_docs`, { docs: [{ _id: '_design/e', ...design }] }, 201],
			['POST', `${mine}/_index`, { index: { fields: ['a'] } }, 403],
			['DELETE', `${mine}/_index/d/json/v`, undefined, 403],
			['POST', `${mine}/_view_cleanup`, {}, 403],
			['GET', `${others}/_design/d/_view/v`, undefined, 404],
			['GET', `${others}/_design/d/_info`, undefined, 404],
			['POST', `${others}/_design/d/_view/v/queries`, { queries: [{}] }, 404],
			['GET', `${others}/_changes?filter=_view&view=d/v`, undefined, 404],
			['POST', `${others}/_find`, { selector: {} }, 404],
			['POST', `${others}/_explain`, { selector: {} }, 404],
			['GET', `${others}/_index`, undefined, 404]
		] as const;
		for (const [method, address, body, status] of refused) {
			expect(await call(method, address, body, anna)).toMatchObject({ status });
		}
		expect(await call('GET', `${mine}/_design/e`)).toMatchObject({ status: 404 });
		expect(
			await call('POST', `${mine}/_find`, { selector: { a: { $regex: 'x' } } }, anna)
		).toMatchObject({ status: 403 });
	});
});

describe('a hostile function', () => {
	const hostile: Record<string, string> = {
		'an endless loop': 'function () { for (;;) try { for (;;); } catch (e) {} }',
		'all the memory': 'function () { for (var a = [];;) a.push(new Array(1e4).join("x")) }',
		'no steps between': 'function () { for (;;) new Array(1e6).join("x") }',
		'no end of calls': 'function () { (function f() { f() })() }',
		'no end of rows': 'function (doc) { for (;;) try { emit(doc._id, doc) } catch (e) {} }',
		'rows too long': 'function () { for (var s = "x"; s.length < 5e6;) s += s; emit(s) }',
		'no function': 'function (doc) { emit('
	};

	test.for(Object.entries(hostile))('of %s ends with an error', async ([, map]) => {
		await putView(map);
		await db.put({ _id: 'a' });
		await expect(db.query('d/v')).rejects.toMatchObject({ status: 500 });
		// It is not started again for everybody who asks, and others go on.
		await expect(db.query('d/v')).rejects.toMatchObject({ status: 500 });
		await db.put({ _id: '_design/other', views: { v: view('(doc) => emit(doc._id)') } });
		expect(keys(await db.query('other/v'))).toEqual(['a']);
	});

	test('that changes the language changes it for nobody else, and has nothing of ours', async () => {
		await putView(`function (doc) {
			Object.prototype.polluted = Array.prototype.toJSON = function () { return "polluted" };
			JSON.parse = JSON.stringify = Reflect.apply = null;
			emit(typeof process + typeof require("views/lib/x"), { constructor: { prototype: 1 } });
		}`);
		await db.put({
			_id: '_design/other',
			views: {
				v: view('function (doc) { emit([doc.polluted, typeof process, typeof fetch], doc) }'),
				proto: view('function (doc) { emit("__proto__", JSON.parse(\'{"__proto__":{"a":1}}\')) }')
			}
		});
		await db.bulkDocs([{ _id: 'a' }, { _id: 'b' }]);
		// The first document asks for a module that is not there, so it has no rows.
		expect(keys(await db.query('d/v'))).toEqual([]);
		expect(keys(await db.query('other/v', { limit: 1 }))).toEqual([
			[null, 'undefined', 'undefined']
		]);
		const proto = await (await fetch(`${url}/_design/other/_view/proto?limit=1`)).text();
		expect(proto).toContain('"value":{"__proto__":{"a":1}}');
		expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
	});

	test('of a filter or of validate_doc_update ends with an error, too', async () => {
		await db.put({
			_id: '_design/d',
			filters: { f: 'function () { for (;;); }' },
			validate_doc_update: 'function (doc) { if (doc.n) for (;;); }'
		});
		await db.put({ _id: 'a' });
		expect(await call('GET', `${url}/_changes?filter=d/f`)).toMatchObject({ status: 500 });
		await expect(db.put({ _id: 'b', n: 1 })).rejects.toMatchObject({ status: 500 });
		await db.put({ _id: 'c' });
		expect(await db.info()).toMatchObject({ doc_count: 3 });
	});
});
