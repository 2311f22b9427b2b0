import { expect } from 'vitest';
import { textLike } from '../couch-server.ts';
import { error, JSON_BODY, type Row } from './answer-row.ts';

/** About many documents at once, local ones and the server; `revs` as in `documentAnswers`. */
export const databaseAnswers = (revs: Readonly<Record<string, string>>): Row[] => [
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
		'seen',
		'GET',
		'/db/_all_docs?key=%22b%22&keys=%5B%22a%22%5D',
		200,
		'{"total_rows":4,"offset":null,"rows":[{"key":"a","error":"not_found"}]}\n'
	],
	[
		'bulk',
		'GET',
		'/db/_all_docs?key=%22a%22&keys=%5B%22a%22,%22b%22%5D',
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
	// How many are older than the last row shown, since 3.4 (apache/couchdb#4715).
	...[
		{ limit: 0, shown: 0, pending: 5 },
		{ limit: 2, shown: 2, pending: 3 },
		{ limit: 9, shown: 5, pending: 0 }
	].map(({ limit, shown, pending }): Row => [
		'changes',
		'GET',
		`/db/_changes?descending=true&limit=${limit}`,
		200,
		(told) => {
			expect(told).toMatchObject({ pending });
			expect((told as { results: unknown[] }).results).toHaveLength(shown);
		}
	]),
	[
		'changes',
		'GET',
		'/db/_changes?seq_interval=2&limit=3',
		200,
		(told) =>
			expect(
				(told as { results: { seq: string | null }[] }).results.map((row) => row.seq === null)
			).toEqual([true, false, true])
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
		{ body: '{"n":2,"_rev":"0-1"}' }
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
