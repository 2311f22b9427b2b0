/** Functions of design documents, filters, rules and hostile ones, met by the real PouchDB over HTTP on a real port. */

import path from 'node:path';
import type PouchDB from 'pouchdb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, startCouchServer, type CouchServer } from './couch-server.ts';
import { closePouches, keys, openPouch, putView, view } from './pouches.ts';

/** What one function may take: short, because some tests wait for it; long enough for a machine that is busy. */
const CALL_MS = 800;

let couch: CouchServer;
let count = 0;
let url: string;
let db: PouchDB;

beforeAll(async () => {
	couch = await startCouchServer({ callMs: CALL_MS });
});
afterAll(() => couch.stop());
beforeEach(() => {
	url = `${couch.origin}/views-${(count += 1)}`;
	db = openPouch(url);
});
afterEach(closePouches);

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
		// What the filter leaves out is pending all the same.
		const newest = await call(
			'GET',
			`${url}/_changes?filter=d/over&least=2&descending=true&limit=1`
		);
		expect(newest.json).toMatchObject({ results: [{ id: 'd4' }], pending: 4 });
		expect(ids(await changes({ filter: '_view', view: 'd/even' }))).toEqual(['d2', 'd4']);
		const here = openPouch(path.join(couch.directory, `pouch-${count}`));
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
		const here = openPouch(path.join(couch.directory, `pouch-${count}`));
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
		await putView(db, map);
		await db.put({ _id: 'a' });
		await expect(db.query('d/v')).rejects.toMatchObject({ status: 500 });
		// It is not started again for everybody who asks, and others go on.
		await expect(db.query('d/v')).rejects.toMatchObject({ status: 500 });
		await db.put({ _id: '_design/other', views: { v: view('(doc) => emit(doc._id)') } });
		expect(keys(await db.query('other/v'))).toEqual(['a']);
	});

	test('that changes the language changes it for nobody else, and has nothing of ours', async () => {
		await putView(
			db,
			`function (doc) {
			Object.prototype.polluted = Array.prototype.toJSON = function () { return "polluted" };
			JSON.parse = JSON.stringify = Reflect.apply = null;
			emit(typeof process + typeof require("views/lib/x"), { constructor: { prototype: 1 } });
		}`
		);
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
