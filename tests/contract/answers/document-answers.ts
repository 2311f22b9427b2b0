import { expect } from 'vitest';
import { textLike } from '../couch-server.ts';
import { error, MD5, type Row } from './answer-row.ts';

/** About databases, documents and attachments; `revs` are the revisions by document, read once they are there. */
export const documentAnswers = (revs: Readonly<Record<string, string>>): Row[] => [
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
	]
];
