/** Mango queries and their indexes, asked by the real `pouchdb-find` over HTTP on a real port. */

import PouchDB from 'pouchdb';
import find from 'pouchdb-find';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, startCouchServer, type CouchServer } from './couch-server.ts';

PouchDB.plugin(find);

let couch: CouchServer;
let count = 0;
let url: string;
let db: PouchDB;

beforeAll(async () => {
	couch = await startCouchServer();
});
afterAll(() => couch.stop());
beforeEach(async () => {
	url = `${couch.origin}/find-${(count += 1)}`;
	db = new PouchDB(url);
	await db.bulkDocs(PEOPLE);
});
afterEach(() => db.close());

const PEOPLE = [
	{ _id: 'anna', name: 'Anna', age: 41, address: { city: 'Aarhus' }, tags: ['a', 'b'] },
	{ _id: 'bo', name: 'bo', age: 30, address: { city: 'Bergen' }, tags: [] },
	{ _id: 'carl', name: 'Carl', age: 41, address: { city: null } },
	{ _id: 'dina', name: 'Dina', age: 'unknown' },
	{ _id: 'eva', name: 'Eva' }
];

async function idsOf(selector: object, more: object = {}): Promise<string[]> {
	const { docs } = await db.find({ selector, ...more });
	return docs.map(({ _id }) => _id);
}

describe('a selector', () => {
	const cases: [object, string[]][] = [
		[{}, ['anna', 'bo', 'carl', 'dina', 'eva']],
		[{ age: 41 }, ['anna', 'carl']],
		[{ age: { $gt: 30 } }, ['anna', 'carl', 'dina']],
		[{ age: { $gte: 30, $lt: 41 } }, ['bo']],
		// Texts are ordered by collation: "bo" before "Carl".
		[{ name: { $lt: 'c' } }, ['anna', 'bo']],
		[{ age: { $ne: 41 } }, ['bo', 'dina']],
		[{ age: { $exists: false } }, ['eva']],
		[{ 'address.city': null }, ['carl']],
		[{ address: { city: { $in: ['Bergen', 'Aarhus'] } } }, ['anna', 'bo']],
		[{ tags: { $all: ['b'] } }, ['anna']],
		[{ tags: { $elemMatch: { $gte: 'b' } } }, ['anna']],
		[{ tags: { $size: 0 } }, ['bo']],
		[{ name: { $regex: '^[A-C]' } }, ['anna', 'carl']],
		[{ name: { $beginsWith: 'D' } }, ['dina']],
		[{ age: { $type: 'string' } }, ['dina']],
		[{ age: { $mod: [10, 0] } }, ['bo']],
		[{ $or: [{ age: 30 }, { name: 'Eva' }] }, ['bo', 'eva']],
		[{ $nor: [{ age: 41 }, { age: 30 }] }, ['dina', 'eva']],
		[{ $not: { age: { $exists: true } } }, ['eva']],
		[{ name: 'Anna', $and: [{ age: 41 }] }, ['anna']],
		[{ $and: [{ age: 41 }, { age: 30 }] }, []],
		[{ _id: { $gte: 'd' } }, ['dina', 'eva']],
		[{ _id: 'eva' }, ['eva']]
	];

	test('finds the same with an index as without', async () => {
		for (const [selector, ids] of cases) {
			expect([selector, await idsOf(selector)]).toEqual([selector, ids]);
		}
		for (const field of ['age', 'name', 'address.city', 'tags']) {
			await db.createIndex({ index: { fields: [field] } });
		}
		for (const [selector, ids] of cases) {
			expect([selector, (await idsOf(selector)).sort()]).toEqual([selector, ids]);
		}
	});

	test('that is none is refused', async () => {
		const bad = [
			[{}, 'missing_required_key'],
			[{ selector: [] }, 'invalid_selector_json'],
			[{ selector: { a: { $what: 1 } } }, 'invalid_operator'],
			[{ selector: { a: { $in: 1 } } }, 'bad_arg'],
			[{ selector: { a: { $regex: '(' } } }, 'bad_arg'],
			[{ selector: {}, limit: -1 }, 'invalid_non_neg_integer'],
			[{ selector: {}, sort: 'a' }, 'invalid_sort_json'],
			[{ selector: {}, sort: ['a'] }, 'no_usable_index'],
			[{ selector: {}, sort: [{ a: 'asc' }, { b: 'desc' }] }, 'unsupported_mixed_sort'],
			[{ selector: {}, bookmark: 'x' }, 'invalid_bookmark'],
			[{ selector: {}, strange: 1 }, 'invalid_key']
		] as const;
		for (const [body, error] of bad) {
			expect(await call('POST', `${url}/_find`, body)).toMatchObject({
				status: 400,
				json: { error }
			});
		}
	});
});

describe('an index', () => {
	const explain = async (body: object) => (await call('POST', `${url}/_explain`, body)).json;

	test('is made once, listed, chosen, sorted by, and taken out', async () => {
		expect(await db.find({ selector: { age: 41 } })).toMatchObject({
			warning: /^No matching index/
		});
		const index = { index: { fields: ['age', 'name'] }, ddoc: 'people', name: 'by-age' };
		expect(await db.createIndex(index)).toEqual({
			result: 'created',
			id: '_design/people',
			name: 'by-age'
		});
		expect(await db.createIndex(index)).toMatchObject({ result: 'exists' });
		await db.createIndex({ index: { fields: ['name'] }, ddoc: 'people', name: 'by-name' });
		expect((await db.getIndexes()).indexes.map(({ name }) => name)).toEqual([
			...['_all_docs', 'by-age', 'by-name']
		]);
		const selector = { age: { $gte: 30 }, name: { $gt: null } };
		expect(await explain({ selector, use_index: ['people', 'by-age'] })).toMatchObject({
			index: { ddoc: '_design/people', name: 'by-age' },
			mrargs: { start_key: [30], end_key: ['<MAX>'] }
		});
		expect(await idsOf(selector, { sort: ['age', 'name'] })).toEqual([
			'bo',
			'anna',
			'carl',
			'dina'
		]);
		const descending = { sort: [{ age: 'desc' }], limit: 2, skip: 1 };
		expect(await idsOf(selector, descending)).toEqual(['carl', 'anna']);
		expect(await idsOf({ age: 41, name: { $gt: null } }, { sort: ['name'] })).toEqual([
			...['anna', 'carl']
		]);
		expect(await explain({ selector: { age: 41 }, use_index: 'people' })).toMatchObject({
			index: { ddoc: null, type: 'special' }
		});
		await db.deleteIndex({ ddoc: '_design/people', name: 'by-age', type: 'json' });
		await db.deleteIndex({ ddoc: 'people', name: 'by-name', type: 'json' });
		expect((await db.getIndexes()).indexes).toHaveLength(1);
		await expect(db.get('_design/people')).rejects.toMatchObject({ status: 404 });
	});

	test('follows what is written, and reads no more than it must', async () => {
		await db.createIndex({ index: { fields: ['age'] } });
		const stats = async (selector: object) =>
			(await call('POST', `${url}/_find`, { selector, execution_stats: true })).json;
		expect(await stats({ age: 41 })).toMatchObject({
			docs: [{ _id: 'anna' }, { _id: 'carl' }],
			execution_stats: { total_docs_examined: 2, results_returned: 2 }
		});
		await db.put({ _id: 'fie', age: 41 });
		await db.remove('carl', (await db.get('carl'))._rev);
		expect(await idsOf({ age: 41 })).toEqual(['anna', 'fie']);
		expect(await stats({ age: { $gt: 40, $lt: 50 }, name: 'Anna' })).toMatchObject({
			execution_stats: { total_docs_examined: 2, results_returned: 1 }
		});
	});

	test('of some documents is used by whoever names it', async () => {
		await db.createIndex({
			index: { fields: ['age'], partial_filter_selector: { name: 'Carl' } },
			ddoc: 'some'
		});
		expect(await idsOf({ age: 41 }, { use_index: 'some' })).toEqual(['carl']);
		expect(await idsOf({ age: 41 })).toEqual(['anna', 'carl']);
		expect(
			await call('POST', `${url}/_find`, {
				selector: { name: 'Eva' },
				use_index: 'some',
				allow_fallback: false
			})
		).toMatchObject({
			status: 400,
			json: {
				error: 'invalid_index',
				reason: '_design/some specified by `use_index` could not be found or it is not suitable.'
			}
		});
	});
});

describe('pages', () => {
	test('go on from their bookmark, both ways, with an index and without', async () => {
		const pages = async (request: object) => {
			const found: string[] = [];
			for (let bookmark = 'nil'; ;) {
				const page = await db.find({ ...request, limit: 2, bookmark });
				if (page.docs.length === 0) return found;
				found.push(...page.docs.map(({ _id }) => _id));
				bookmark = page.bookmark;
			}
		};
		const selector = { name: { $gt: null } };
		expect(await pages({ selector })).toEqual(['anna', 'bo', 'carl', 'dina', 'eva']);
		await db.createIndex({ index: { fields: ['name'] } });
		expect(await pages({ selector })).toEqual(['anna', 'bo', 'carl', 'dina', 'eva']);
		expect(await pages({ selector, sort: [{ name: 'desc' }] })).toEqual([
			...['eva', 'dina', 'carl', 'bo', 'anna']
		]);
	});

	test('show the fields asked for', async () => {
		const { docs } = await db.find({
			selector: { _id: { $in: ['anna', 'eva'] } },
			fields: ['_id', 'address.city', 'age']
		});
		expect(docs).toEqual([{ _id: 'anna', address: { city: 'Aarhus' }, age: 41 }, { _id: 'eva' }]);
	});
});
