/**
 * Whole answers (status, headers, body) as CouchDB 3.5 gives them. Where each comes from stands beside it: the API
 * reference at https://docs.couchdb.org/en/stable/api/ by its chapter, or `seen`: noted from a running CouchDB 3.5.
 */

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCouchServer, textLike, type CouchServer } from './couch-server.ts';

let server: CouchServer;
/** A database with documents of every kind: `plain`, `gone`, `file`, `forked`. */
let db: string;
const revs: Record<string, string> = {};

const TEXT = Buffer.from('0123456789');
const MD5 = createHash('md5').update(TEXT).digest('base64');

interface Asked {
	body?: string;
	headers?: Record<string, string>;
}

interface Told {
	status: number;
	headers: Headers;
	text: string;
}

async function ask(method: string, path: string, { body, headers }: Asked = {}): Promise<Told> {
	const response = await fetch(`${server.origin}${path.replace(/^\/db\b/, new URL(db).pathname)}`, {
		method,
		headers: { accept: 'application/json', ...headers },
		...(body === undefined ? {} : { body })
	});
	return { status: response.status, headers: response.headers, text: await response.text() };
}

const JSON_BODY = { 'content-type': 'application/json' };

beforeAll(async () => {
	server = await startCouchServer();
	db = `${server.origin}/answers`;
	await ask('PUT', '/db');
	const keep = async (name: string, told: Promise<Told>) => {
		revs[name] = (JSON.parse((await told).text) as { rev: string }).rev;
	};
	await keep('plain', ask('PUT', '/db/plain', { body: '{"n":1}' }));
	await keep('gone', ask('PUT', '/db/gone', { body: '{}' }));
	await keep('gone', ask('DELETE', `/db/gone?rev=${revs['gone']}`));
	const data = TEXT.toString('base64');
	const attachments = { a: { content_type: 'image/png', data } };
	await keep(
		'file',
		ask('PUT', '/db/file', { body: JSON.stringify({ _attachments: attachments }) })
	);
	for (const hash of ['aa', 'bb']) {
		const body = JSON.stringify({ hash, _revisions: { start: 1, ids: [hash] } });
		await ask('PUT', '/db/forked?new_edits=false', { body });
	}
});
afterAll(() => server.stop());

type Row = [
	source: string,
	method: string,
	path: string,
	status: number,
	body: string | ((told: unknown) => void),
	asked?: Asked,
	headers?: Record<string, string | RegExp | null>
];

const error = (name: string, reason: string) => `{"error":"${name}","reason":"${reason}"}\n`;
const ROWS: Row[] = [
	// Errors of databases: chapter "Databases" (PUT, GET, DELETE /{db}).
	[
		'databases',
		'PUT',
		'/db',
		412,
		error('file_exists', 'The database could not be created, the file already exists.')
	],
	['databases', 'GET', '/unknown', 404, error('not_found', 'Database does not exist.')],
	['databases', 'DELETE', '/unknown', 404, error('not_found', 'Database does not exist.')],
	[
		'databases',
		'PUT',
		'/Capital',
		400,
		error(
			'illegal_database_name',
			"Name: 'Capital'. Only lowercase characters (a-z), digits (0-9), and any of the characters _, $, (, ), +, -, and / are allowed. Must begin with a letter."
		)
	],
	['databases', 'PUT', '/answers-2', 201, '{"ok":true}\n'],
	['databases', 'DELETE', '/answers-2', 200, '{"ok":true}\n'],
	// Documents: chapter "Documents".
	[
		'documents',
		'GET',
		'/db/plain',
		200,
		(told) => expect(told).toEqual({ _id: 'plain', _rev: revs['plain'], n: 1 }),
		{},
		{
			'content-type': 'application/json',
			etag: /^"1-[0-9a-f]{32}"$/,
			'cache-control': 'must-revalidate',
			'content-length': /^\d+$/
		}
	],
	[
		'documents',
		'GET',
		'/db/unknown',
		404,
		error('not_found', 'missing'),
		{},
		{ 'content-type': 'application/json' }
	],
	['documents', 'GET', '/db/gone', 404, error('not_found', 'deleted')],
	['documents', 'GET', '/db/plain?rev=7-abc', 404, error('not_found', 'missing')],
	['documents', 'GET', '/db/plain?rev=abc', 400, error('bad_request', 'Invalid rev format')],
	[
		'documents',
		'PUT',
		'/db/plain',
		409,
		error('conflict', 'Document update conflict.'),
		{ body: '{}' }
	],
	[
		'documents',
		'PUT',
		'/db/new?rev=1-abc',
		409,
		error('conflict', 'Document update conflict.'),
		{ body: '{}' }
	],
	[
		'documents',
		'PUT',
		'/db/new',
		400,
		error('doc_validation', 'Bad special document member: _x'),
		{ body: '{"_x":1}' }
	],
	[
		'documents',
		'PUT',
		'/db/_new',
		400,
		error('illegal_docid', 'Only reserved document ids may start with underscore.'),
		{ body: '{}' }
	],
	[
		'documents',
		'PUT',
		'/db/new',
		400,
		error('bad_request', 'Document must be a JSON object'),
		{ body: '[]' }
	],
	['documents', 'PUT', '/db/new', 400, error('bad_request', 'invalid UTF-8 JSON'), { body: '{' }],
	['documents', 'DELETE', '/db/plain', 409, error('conflict', 'Document update conflict.')],
	['documents', 'DELETE', '/db/unknown', 404, error('not_found', 'missing')],
	[
		'documents',
		'GET',
		'/db/forked?conflicts=true',
		200,
		(told) =>
			expect(told).toEqual({ _id: 'forked', _rev: '1-bb', hash: 'bb', _conflicts: ['1-aa'] })
	],
	[
		'documents',
		'GET',
		'/db/forked?revs=true&revs_info=true',
		200,
		(told) =>
			expect(told).toMatchObject({
				_revisions: { start: 1, ids: ['bb'] },
				_revs_info: [{ rev: '1-bb', status: 'available' }]
			})
	],
	[
		'documents',
		'GET',
		'/db/forked?open_revs=%5B%221-aa%22%2C%223-zz%22%5D',
		200,
		(told) =>
			expect(told).toEqual([
				{ ok: { _id: 'forked', _rev: '1-aa', hash: 'aa' } },
				{ missing: '3-zz' }
			])
	],
	[
		'documents',
		'COPY',
		'/db/plain',
		201,
		(told) => expect(told).toEqual({ ok: true, id: 'copy', rev: textLike(/^1-/) }),
		{ headers: { destination: 'copy' } }
	],
	[
		'documents',
		'COPY',
		'/db/plain',
		409,
		error('conflict', 'Document update conflict.'),
		{ headers: { destination: 'forked' } }
	],
	[
		'documents',
		'COPY',
		'/db/plain',
		400,
		error('bad_request', 'Destination header is mandatory for COPY.')
	],
	// Attachments: chapter "Documents", "/{db}/{docid}/{attname}".
	[
		'attachments',
		'GET',
		'/db/file/a',
		200,
		'0123456789',
		{},
		{
			'content-type': 'image/png',
			'content-md5': MD5,
			etag: `"${MD5}"`,
			'accept-ranges': 'bytes',
			'content-length': '10'
		}
	],
	[
		'attachments',
		'GET',
		'/db/file/a',
		206,
		'234',
		{ headers: { range: 'bytes=2-4' } },
		{ 'content-range': 'bytes 2-4/10', 'content-length': '3' }
	],
	[
		'attachments',
		'GET',
		'/db/file/a',
		206,
		'789',
		{ headers: { range: 'bytes=-3' } },
		{ 'content-range': 'bytes 7-9/10' }
	],
	[
		'attachments',
		'GET',
		'/db/file/a',
		416,
		error('requested_range_not_satisfiable', 'Requested range not satisfiable'),
		{ headers: { range: 'bytes=10-' } }
	],
	['attachments', 'GET', '/db/file/a', 304, '', { headers: { 'if-none-match': `"x", "${MD5}"` } }],
	[
		'attachments',
		'GET',
		'/db/file/unknown',
		404,
		error('not_found', 'Document is missing attachment')
	],
	[
		'attachments',
		'PUT',
		'/db/summed/a',
		400,
		error('content_md5_mismatch', 'Possible message corruption.'),
		{ body: 'x', headers: { 'content-type': 'image/png', 'content-md5': MD5 } }
	],
	[
		'attachments',
		'GET',
		'/db/_local/x/a',
		400,
		error('bad_request', '_local documents do not accept attachments.')
	],
	// Many at once: chapters "Bulk", "Changes", "Miscellaneous" of databases.
	[
		'bulk',
		'GET',
		'/db/_all_docs?key=%22plain%22',
		200,
		(told) =>
			expect(told).toMatchObject({
				rows: [{ id: 'plain', key: 'plain', value: { rev: revs['plain'] } }]
			})
	],
	[
		'bulk',
		'POST',
		'/db/_all_docs',
		200,
		(told) =>
			expect(told).toMatchObject({
				rows: [
					{ id: 'gone', key: 'gone', value: { rev: revs['gone'], deleted: true }, doc: null },
					{ key: 'unknown', error: 'not_found' }
				]
			}),
		{ headers: JSON_BODY, body: '{"keys":["gone","unknown"],"include_docs":true}' }
	],
	[
		'bulk',
		'GET',
		'/db/_all_docs?key=%22a%22&keys=%5B%22a%22%5D',
		400,
		error('query_parse_error', '`keys` is incompatible with `key`, `start_key` and `end_key`')
	],
	[
		'bulk',
		'POST',
		'/db/_bulk_docs',
		415,
		error('bad_content_type', 'Content-Type must be application/json'),
		{ body: '{"docs":[]}', headers: { 'content-type': 'text/plain' } }
	],
	['bulk', 'POST', '/db/_bulk_docs', 201, '[]\n', { headers: JSON_BODY, body: '{"docs":[]}' }],
	[
		'bulk',
		'POST',
		'/db/_bulk_docs',
		400,
		error(
			'bad_request',
			'When `new_edits: false`, the document needs `_rev` or `_revisions` specified'
		),
		{ headers: JSON_BODY, body: '{"docs":[{"_id":"a"}],"new_edits":false}' }
	],
	[
		'seen',
		'POST',
		'/db/_bulk_get',
		200,
		'{"results":[{"id":"x","docs":[{"error":{"id":"x","rev":"1-a","error":"not_found","reason":"missing"}}]}]}\n',
		{ headers: JSON_BODY, body: '{"docs":[{"id":"x","rev":"1-a"}]}' }
	],
	[
		'misc',
		'POST',
		'/db/_revs_diff',
		200,
		'{"plain":{"missing":["2-x"],"possible_ancestors":["REV"]}}\n',
		{ headers: JSON_BODY, body: '{"plain":["2-x"],"forked":["1-aa"]}' }
	],
	[
		'misc',
		'POST',
		'/db/_ensure_full_commit',
		201,
		'{"ok":true,"instance_start_time":"0"}\n',
		{ headers: JSON_BODY, body: '' }
	],
	['misc', 'GET', '/db/_revs_limit', 200, '1000\n'],
	['misc', 'PUT', '/db/_revs_limit', 200, '{"ok":true}\n', { body: '1000' }],
	['misc', 'POST', '/db/_compact', 202, '{"ok":true}\n', { headers: JSON_BODY, body: '{}' }],
	[
		'misc',
		'POST',
		'/db/_compact',
		415,
		error('bad_content_type', 'Content-Type must be application/json')
	],
	[
		'misc',
		'GET',
		'/db/_compact',
		405,
		error('method_not_allowed', 'Only POST allowed'),
		{},
		{ allow: 'POST' }
	],
	[
		'misc',
		'POST',
		'/db/_purge',
		201,
		'{"purge_seq":null,"purged":{"unknown":[]}}\n',
		{ headers: JSON_BODY, body: '{"unknown":["1-a"]}' }
	],
	[
		'changes',
		'GET',
		'/db/_changes?since=garbage',
		400,
		error('bad_request', "Malformed sequence supplied in 'since' parameter.")
	],
	[
		'changes',
		'GET',
		'/db/_changes?limit=1',
		200,
		(told) =>
			expect(told).toMatchObject({
				results: [{ seq: textLike(/^\d+-/), id: 'plain', changes: [{ rev: revs['plain'] }] }],
				last_seq: textLike(/^\d+-/),
				pending: 4
			})
	],
	[
		'changes',
		'GET',
		'/db/_changes?seq_interval=2&limit=3',
		200,
		(told) =>
			expect(
				(told as { results: { seq: string | null }[] }).results.map((row) => row.seq === null)
			).toEqual([false, true, false])
	],
	// Local documents: chapter "Local (non-replicating) Documents"; that a write overwrites was seen.
	[
		'local',
		'PUT',
		'/db/_local/x',
		201,
		'{"ok":true,"id":"_local/x","rev":"0-1"}\n',
		{ body: '{"n":1}' }
	],
	[
		'seen',
		'PUT',
		'/db/_local/x',
		201,
		'{"ok":true,"id":"_local/x","rev":"0-2"}\n',
		{ body: '{"n":2}' }
	],
	['local', 'GET', '/db/_local/x', 200, '{"_id":"_local/x","_rev":"0-2","n":2}\n'],
	['seen', 'DELETE', '/db/_local/x', 200, '{"ok":true,"id":"_local/x","rev":"0-0"}\n'],
	['local', 'GET', '/db/_local/x', 404, error('not_found', 'missing')],
	// The server: chapter "Server".
	['server', 'GET', '/_up', 200, '{"status":"ok","seeds":{}}\n'],
	['server', 'GET', '/_all_dbs', 200, '["answers"]\n'],
	[
		'server',
		'POST',
		'/_dbs_info',
		200,
		(told) =>
			expect(told).toMatchObject([
				{ key: 'answers', info: { db_name: 'answers', compact_running: false } },
				{ key: 'unknown', error: 'not_found' }
			]),
		{ headers: JSON_BODY, body: '{"keys":["answers","unknown"]}' }
	],
	['server', 'GET', '/_active_tasks', 200, '[]\n'],
	[
		'server',
		'GET',
		'/_uuids?count=2',
		200,
		(told) =>
			expect(told).toEqual({ uuids: [textLike(/^[0-9a-f]{32}$/), textLike(/^[0-9a-f]{32}$/)] }),
		{},
		{ pragma: 'no-cache' }
	],
	[
		'server',
		'POST',
		'/_up',
		405,
		error('method_not_allowed', 'Only GET,HEAD allowed'),
		{},
		{ allow: 'GET,HEAD' }
	],
	['server', 'GET', '/_node/_local/_config/log/level', 200, '"silent"\n'],
	[
		'server',
		'GET',
		'/_node/_local/_config/log/unknown',
		404,
		error('not_found', 'unknown_config_value')
	],
	['server', 'GET', '/_node/elsewhere/_config', 404, error('not_found', 'no such node: elsewhere')]
];

describe('CouchDB answers', () => {
	// In order: a few build on the ones before.
	test.each(ROWS)(
		'%s: %s %s with %i',
		async (_source, method, path, status, body, asked, headers) => {
			const told = await ask(method, path, asked);
			if (typeof body === 'string') {
				expect([told.status, told.text]).toEqual([
					status,
					body.replace('REV', revs['plain'] ?? '')
				]);
			} else {
				expect(told.status).toBe(status);
				body(JSON.parse(told.text));
			}
			for (const [name, expected] of Object.entries(headers ?? {})) {
				const value = told.headers.get(name);
				expect([name, value]).toEqual([
					name,
					expected instanceof RegExp ? textLike(expected) : expected
				]);
			}
		}
	);
});

describe('maintenance', () => {
	test('compaction and purge do what they say, over HTTP', async () => {
		const first = JSON.parse((await ask('PUT', '/db/kept', { body: '{"n":1}' })).text) as {
			rev: string;
		};
		const second = JSON.parse(
			(await ask('PUT', `/db/kept?rev=${first.rev}`, { body: '{"n":2}' })).text
		) as { rev: string };
		await ask('POST', '/db/_compact', { headers: JSON_BODY });
		await expect
			.poll(async () => JSON.parse((await ask('GET', '/db')).text) as unknown)
			.toMatchObject({ compact_running: false });
		expect((await ask('GET', `/db/kept?rev=${first.rev}`)).status).toBe(404);
		const body = JSON.stringify({ kept: [second.rev, first.rev] });
		const purged = await ask('POST', '/db/_purge', { headers: JSON_BODY, body });
		expect(JSON.parse(purged.text)).toMatchObject({ purged: { kept: [second.rev] } });
		expect((await ask('GET', '/db/kept')).text).toBe(error('not_found', 'missing'));
	});

	test('a feed of what happens to databases', async () => {
		const before = JSON.parse((await ask('GET', '/_db_updates?since=now')).text) as {
			last_seq: string;
		};
		const waiting = ask('GET', `/_db_updates?feed=longpoll&since=${before.last_seq}&timeout=5000`);
		await ask('PUT', '/made');
		expect(JSON.parse((await waiting).text)).toMatchObject({
			results: [{ db_name: 'made', type: 'created', seq: textLike(/^\d+-/) }]
		});
		await ask('PUT', '/made/a', { body: '{}' });
		await ask('DELETE', '/made');
		const after = await ask('GET', `/_db_updates?since=${before.last_seq}`);
		expect(JSON.parse(after.text)).toMatchObject({
			results: [{ db_name: 'made', type: 'deleted' }]
		});
		// A sequence of another process: everything there is.
		const all = JSON.parse((await ask('GET', '/_db_updates?since=7-otherprocess')).text) as {
			results: { db_name: string }[];
		};
		expect(all.results.map((row) => row.db_name)).toContain('answers');
	});

	test('numbers for Prometheus, without names', async () => {
		const { status, text, headers } = await ask('GET', '/metrics');
		expect(status).toBe(200);
		expect(headers.get('content-type')).toMatch(/^text\/plain/);
		expect(text).toMatch(
			/outlay_http_requests_total\{method="GET",route="\/:db\/:doc",status="200"\} \d+/
		);
		expect(text).not.toMatch(/route="[^"]*(answers|plain)/);
		const stats = JSON.parse((await ask('GET', '/_node/_local/_stats')).text) as unknown;
		expect(stats).toMatchObject({ couchdb: { httpd: { requests: { type: 'counter' } } } });
	});
});
