/**
 * Exact answers to view queries: asked of our server and, where `COUCHDB_URL` names one, of Apache CouchDB itself, which
 * has to answer the same.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, startCouchServer, textLike, type CouchServer } from './couch-server.ts';
import { couchdbAddresses } from './couchdb-underneath.ts';
import { basic } from '../support/basic-credentials.ts';

const DATABASE = `view-queries-${Date.now()}`;
const MAP = 'function (doc) { if (doc.k !== undefined) emit(doc.k, doc.n) }';
const [apache] = couchdbAddresses();

/** A query string of JSON values. */
function ask(options: Record<string, unknown>): string {
	const named = Object.entries(options).map(([name, value]): [string, string] => [
		name,
		/_docid$|^stale$|^update$|^stable$/.test(name) ? String(value) : JSON.stringify(value)
	]);
	return `?${new URLSearchParams(named).toString()}`;
}

const refused = (reason: string, error = 'query_parse_error') => [400, { error, reason }] as const;
const rows = (...ids: string[]) => [200, ids] as const;
const values = (...pairs: [unknown, unknown][]) => [200, pairs] as const;
const INCOMPATIBLE = refused('`keys` is incompatible with `key`, `start_key` and `end_key`');
const NO_LIST = refused('`keys` must be an array of strings.');
const NO_MEMBER = refused('`keys` member must be an array.', 'bad_request');
const NEEDS_GROUP = refused('Multi-key fetches for reduce views must use `group=true`');
const BA = ['b', 'a'];

/** Path below the design document's views, what is asked, and what is answered. */
const MAPPED: [string, ReturnType<typeof refused | typeof rows>][] = [
	[ask({ keys: BA }), rows('d2', 'd3', 'd4', 'd1')],
	[ask({ keys: BA, descending: true }), rows('d1', 'd4', 'd3', 'd2')],
	[ask({ keys: BA, startkey: 'a' }), INCOMPATIBLE],
	[ask({ keys: BA, endkey: 'b' }), INCOMPATIBLE],
	[ask({ keys: BA, key: 'b' }), INCOMPATIBLE],
	[ask({ keys: ['b'], startkey: 'a' }), rows('d1', 'd2', 'd3', 'd4')],
	[ask({ startkey: 'a', keys: ['b'] }), rows('d2', 'd3', 'd4')],
	[ask({ keys: ['b'], key: 'a' }), rows('d1')],
	[ask({ keys: BA, startkey_docid: 'd2' }), rows('d2', 'd3', 'd4')],
	[ask({ keys: BA, endkey_docid: 'd1' }), rows('d1')],
	[ask({ keys: ['b', 'c'], startkey_docid: 'd3', endkey_docid: 'd4' }), rows('d3', 'd4')],
	[ask({ keys: BA, descending: true, startkey_docid: 'd3' }), rows('d1', 'd3', 'd2')],
	[ask({ keys: BA, inclusive_end: false }), rows()],
	[ask({ keys: BA, skip: 1, limit: 2 }), rows('d3', 'd4')],
	[ask({ keys: [] }), rows()],
	[ask({ keys: 'x' }), NO_LIST],
	[ask({ keys: { a: 1 } }), NO_LIST],
	[ask({ keys: null }), NO_LIST],
	['?keys=x', refused('invalid UTF-8 JSON', 'bad_request')],
	['?startkey=x', refused('invalid UTF-8 JSON', 'bad_request')],
	['?reduce=x', refused('Invalid boolean parameter: "x"')],
	['?limit=-1', refused('Invalid value for positive integer: "-1"')],
	['?limit=x', refused('Invalid value for integer: "x"')],
	['?stale=x', refused('Invalid value for `stale`.')],
	['?update=x', refused('Invalid value for `update`.')],
	['?stable=x', refused('Invalid value for `stable`.')],
	['?group=true', refused('Invalid use of grouping on a map view.')]
];

const POSTED: [string, object, ReturnType<typeof refused | typeof rows>][] = [
	['', { keys: BA }, rows('d2', 'd3', 'd4', 'd1')],
	['', { keys: 'x' }, NO_MEMBER],
	['', { keys: null }, NO_MEMBER],
	['', { keys: BA, startkey: 'a' }, INCOMPATIBLE],
	['', { keys: ['b'], startkey: 'a' }, rows('d1', 'd2', 'd3', 'd4')],
	['', { keys: BA, startkey_docid: 'd3' }, rows('d3', 'd4')],
	[ask({ startkey: 'a' }), { keys: BA }, INCOMPATIBLE],
	['/queries', { queries: [{ keys: BA, startkey: 'a' }] }, INCOMPATIBLE],
	['/queries', { queries: [{ keys: 'x' }] }, NO_LIST],
	['/queries', { queries: 5 }, refused('`queries` member must be an array.', 'bad_request')],
	['/queries', {}, refused('POST body must include `queries` parameter.', 'bad_request')],
	[
		'',
		{ queries: [{}] },
		refused('The `queries` parameter is no longer supported at this endpoint', 'bad_request')
	]
];

const REDUCED: [string, ReturnType<typeof refused | typeof values>][] = [
	[`sum${ask({ keys: BA })}`, NEEDS_GROUP],
	[`sum${ask({ keys: BA, group_level: 1 })}`, NEEDS_GROUP],
	[`sum${ask({ keys: ['b'] })}`, values([null, 6])],
	[`sum${ask({ keys: BA, group: true })}`, values(['b', 6], ['a', 0])],
	[`sum${ask({ keys: BA, group: true, descending: true })}`, values(['b', 6], ['a', 0])],
	[`sum${ask({ keys: BA, group: true, startkey_docid: 'd3' })}`, values(['b', 5])],
	[
		`sum${ask({ group: false, group_level: 1 })}`,
		refused("Can't specify group=false and group_level>0 at the same time")
	],
	['top', values([null, [5, 4]])],
	['top?group=true', values(['a', [0]], ['b', [3, 2]], ['c', [5, 4]])],
	['top?startkey="z"', values()],
	['bottom', values([null, [0, 1]])],
	['bottom?group=true', values(['a', [0]], ['b', [1, 2]], ['c', [4, 5]])],
	['first', values([null, 0])],
	['first?group=true', values(['a', 0], ['b', 1], ['c', 4])],
	['first?descending=true', values([null, 0])],
	['last', values([null, 5])],
	['last?group=true', values(['a', 0], ['b', 3], ['c', 5])]
];

/** In the order of `collation: raw`. */
const RAW: unknown[] = [
	...[-2.5, 1, 1.5, false, null, true, {}, { a: 1 }, { a: 1, b: 2 }, { b: 0 }, { b: 1 }],
	...[[], [0, 1], [1], [null], ['a'], '', 'B', 'Z', 'a', 'b', 'æ', '\ufffc', '😀']
];

const RAW_RANGES: [string, unknown[] | number][] = [
	[ask({ startkey: 'B', endkey: 'a' }), ['B', 'Z', 'a']],
	[ask({ startkey: 'a', endkey: 'B' }), 400],
	[ask({ startkey: 'a', endkey: 'B', descending: true }), ['a', 'Z', 'B']],
	[ask({ startkey: 1, endkey: null, inclusive_end: false }), [1, 1.5, false]],
	[ask({ startkey: null, endkey: {} }), [null, true, {}]],
	[ask({ keys: ['b', 'B'] }), ['b', 'B']]
];

const WRONG_REDUCERS: [string, string][] = [
	['_top_', 'invalid rank reducer'],
	['_bottom_x', 'invalid rank reducer'],
	['_top_0', 'rank value must be between 1 and 100'],
	['_top_101', 'rank value must be between 1 and 100'],
	['_topx', '`_topx` is not a supported reduce function.']
];

describe.each(apache === undefined ? ['this server'] : ['this server', 'Apache CouchDB'])(
	'%s',
	(which) => {
		let ours: CouchServer | null = null;
		let url: string;
		let headers: Record<string, string> = {};

		const send = (method: string, path: string, body?: unknown) =>
			call(method, `${url}${path}`, body, { accept: 'application/json', ...headers });

		beforeAll(async () => {
			if (which === 'this server') {
				ours = await startCouchServer();
				url = `${ours.origin}/${DATABASE}`;
			} else {
				const { origin, username, password } = new URL(apache ?? '');
				url = `${origin}/${DATABASE}`;
				headers = basic(username, password);
			}
			await send('PUT', '');
			const docs = ['a', 'b', 'b', 'b', 'c', 'c'].map((k, n) => ({ _id: `d${n + 1}`, k, n }));
			const raw = RAW.map((key) => ({ key })).reverse();
			await send('POST', '/_bulk_docs', { docs: [...docs, ...raw] });
			const reducers = { sum: '_sum', top: '_top_2', bottom: '_bottom_2', first: '_first' };
			const reduced = Object.entries({ ...reducers, last: '_last' }).map(([name, reduce]) => [
				name,
				{ map: MAP, reduce }
			]);
			const rawMap = MAP.replaceAll('doc.k', 'doc.key');
			const options = { collation: 'raw' };
			const rawViews = {
				raw: { map: rawMap, options },
				counted: { map: rawMap, reduce: '_count', options },
				usual: { map: rawMap },
				grows: {
					map: 'function (doc) { if (doc.k) emit(doc.k, new Array(200).join("long ")) }',
					reduce: 'function (keys, values) { return values }'
				}
			};
			const views = { ...rawViews, map: { map: MAP }, ...Object.fromEntries(reduced) } as object;
			expect((await send('PUT', '/_design/d', { views })).status).toBe(201);
		});
		afterAll(async () => {
			await send('DELETE', '');
			await ours?.stop();
		});

		test.each(MAPPED)('rows of %s', async (query, expected) => {
			const { status, json } = await send('GET', `/_design/d/_view/map${query}`);
			expect([status, status === 200 ? json.rows.map(({ id }) => id) : json]).toEqual(expected);
		});

		test.each(POSTED)('rows of %s with %j', async (query, body, expected) => {
			const { status, json } = await send('POST', `/_design/d/_view/map${query}`, body);
			expect([status, status === 200 ? json.rows.map(({ id }) => id) : json]).toEqual(expected);
		});

		test.each(REDUCED)('what %s reduces to', async (query, expected) => {
			const { status, json } = await send('GET', `/_design/d/_view/${query}`);
			const found = json.rows as unknown as { key: unknown; value: unknown }[];
			const shown = status === 200 ? found.map(({ key, value }) => [key, value]) : json;
			expect([status, shown]).toEqual(expected);
		});

		const keysOf = async (path: string) => {
			const { status, json } = await send('GET', `/_design/d/_view/${path}`);
			const found = json.rows as unknown as { key: unknown }[];
			return status === 200 ? found.map(({ key }) => key) : status;
		};

		test('keys in their raw order, where a view says so', async () => {
			expect(await keysOf('raw')).toEqual(RAW);
			expect(await keysOf('raw?descending=true')).toEqual(RAW.toReversed());
			expect(await keysOf('counted?group=true')).toEqual(RAW);
			expect(await keysOf('usual')).not.toEqual(RAW);
			expect(await keysOf('usual?startkey="a"&endkey="B"')).toEqual(['a', 'æ', 'b', 'B']);
		});

		test.each(RAW_RANGES)('raw keys of %s', async (query, expected) => {
			expect(await keysOf(`raw${query}`)).toEqual(expected);
		});

		test.each(WRONG_REDUCERS)('%s is refused', async (reduce, reason) => {
			const views = { v: { map: MAP, reduce } };
			const { status, json } = await send('PUT', '/_design/wrong', { views });
			expect([status, json]).toEqual([400, { error: 'invalid_design_doc', reason }]);
		});

		test('a function whose results grow with its rows is told so, in the place of a value', async () => {
			const { status, json } = await send('GET', '/_design/d/_view/grows');
			expect([status, json.rows]).toEqual([
				200,
				[
					{
						key: null,
						error: 'reduce_overflow_error',
						reason: textLike(
							/^Reduce output must shrink more rapidly: input size: \d+ output size: \d+$/
						)
					}
				]
			]);
			const few = await send('GET', '/_design/d/_view/grows?endkey="a"');
			expect(few.json.rows).toHaveLength(1);
			expect(few.json.rows[0]).toHaveProperty('value');
		});

		test('temporary views are gone', async () => {
			for (const method of ['GET', 'POST']) {
				const body = method === 'POST' ? { map: MAP } : undefined;
				const { status, json } = await send(method, '/_temp_view', body);
				expect([status, json]).toEqual([
					410,
					{ error: 'gone', reason: 'Temporary views are not supported in CouchDB' }
				]);
			}
		});

		test('says by which order its strings stand', async () => {
			const { json } = await send('GET', '/_design/d/_info');
			expect(json).toMatchObject({
				view_index: { collator_versions: [expect.stringMatching(/^\d+(\.\d+)+$/)] }
			});
		});
	}
);
