/**
 * Whatever arrives is answered: never a crash, a hang, or a failure of the server's own that left no line in the log.
 * `FUZZ_RUNS` makes it longer.
 */

import fc from 'fast-check';
import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCouchServer, type CouchServer } from './couch-server.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 150);
const LONGEST_ANSWER_MS = 30_000;

let server: CouchServer;
let port: number;

beforeAll(async () => {
	server = await startCouchServer();
	port = Number(new URL(server.origin).port);
	await send('PUT', '/fuzz', {}, Buffer.alloc(0));
	await send('PUT', '/fuzz/doc', {}, Buffer.from('{"n":1}'));
});
afterAll(() => server.stop());

/** The status; 0 when the connection was closed instead. Rejects when nothing comes. */
function send(
	method: string,
	path: string,
	headers: Record<string, string>,
	body: Buffer
): Promise<number> {
	return new Promise((resolve, reject) => {
		const outgoing = httpRequest(
			{ host: '127.0.0.1', port, method, path, headers, agent: false, timeout: LONGEST_ANSWER_MS },
			(answer) => {
				answer.resume();
				answer.on('end', () => resolve(answer.statusCode ?? 0));
				answer.on('error', () => resolve(0));
			}
		);
		outgoing.on('timeout', () => {
			reject(new Error(`No answer to ${method} ${path}`));
			outgoing.destroy();
		});
		outgoing.on('error', () => resolve(0));
		outgoing.end(body);
	});
}

/** Sends bytes that may not be HTTP at all; what was answered until the connection closed, or the pause. */
function sendRaw(bytes: Buffer): Promise<string> {
	return new Promise((resolve) => {
		let answer = '';
		const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
		socket.on('data', (data) => (answer += data.toString('latin1')));
		socket.on('close', () => resolve(answer));
		socket.on('error', () => resolve(answer));
	});
}

async function isAlive(): Promise<void> {
	expect(await send('GET', '/_up', {}, Buffer.alloc(0))).toBe(200);
}

const HOSTILE_IDS = [
	...[
		'__proto__',
		'constructor',
		'toString',
		'hasOwnProperty',
		'_design/',
		'_local/',
		'_design/__proto__'
	],
	...[
		'a\u0000b',
		'\u0000',
		'../..',
		'.',
		'..',
		'\ud800',
		'\uffff',
		'x'.repeat(10_240),
		' ',
		'%',
		'+',
		'"',
		'\\'
	],
	...['_all_docs', '_nothing', '_changes', '_bulk_docs', '-', '😀'.repeat(300), '']
];

const hostileId = fc.oneof(
	fc.constantFrom(...HOSTILE_IDS),
	fc.string({ unit: 'binary', maxLength: 40 })
);
const segment = fc.oneof(
	// Encoded as a client does; half a surrogate pair can't be.
	hostileId.map((id) => encodeURIComponent(id.toWellFormed())),
	fc.constantFrom('%00', '%2F', '%ff', '%', '%zz', '%c0%af', '%e2%28%a1')
);
const VERBS = [
	...[
		'',
		'_all_docs',
		'_changes',
		'_bulk_docs',
		'_bulk_get',
		'_revs_diff',
		'_security',
		'_revs_limit',
		'_purge'
	],
	...[
		'_compact',
		'_ensure_full_commit',
		'_local/x',
		'_design/x',
		'doc',
		'doc/file',
		'_find',
		'_index',
		'_explain'
	]
];
const OPTIONS = [
	...[
		'rev',
		'open_revs',
		'revs',
		'atts_since',
		'since',
		'limit',
		'skip',
		'key',
		'keys',
		'startkey',
		'filter'
	],
	...[
		'style',
		'feed',
		'timeout',
		'new_edits',
		'attachments',
		'seq_interval',
		'include_docs',
		'latest'
	]
];
const VALUES = [
	...[
		'',
		'true',
		'false',
		'0',
		'-1',
		'1e9',
		'NaN',
		'{}',
		'[]',
		'[1]',
		'"x"',
		'["1-a"]',
		'[{"a":1}]',
		'all',
		'now'
	],
	...[
		'normal',
		'x'.repeat(3000),
		'1-a',
		'99999999999999999999',
		'__proto__',
		'%00',
		'null',
		'_selector',
		'_doc_ids'
	]
];
const address = fc
	.record({
		verb: fc.oneof(
			fc.constantFrom(...VERBS),
			segment,
			fc.tuple(segment, segment).map(([a, b]) => `${a}/${b}`)
		),
		options: fc.array(fc.tuple(fc.constantFrom(...OPTIONS), fc.constantFrom(...VALUES)), {
			maxLength: 4
		})
	})
	.map(({ verb, options }) => {
		const query = options.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
		// Quiet feeds end soon.
		return `/fuzz/${verb}?timeout=20${query === '' ? '' : `&${query}`}`;
	});

const jsonText = fc.oneof(
	fc.json({ maxDepth: 3 }),
	fc.constantFrom(
		'{"docs":[{}]}',
		'{"docs":[{"_id":"__proto__"},{"_id":"constructor"}]}',
		'{"docs":[{"_id":"a","_revisions":{"start":1e9,"ids":["a"]}}],"new_edits":false}',
		'{"docs":[{"_id":"a","_attachments":{"__proto__":{"data":"AA=="}}}]}',
		'{"docs":[{"_id":"a","_attachments":{"a":{"data":5}}}]}',
		'{"docs":[{"_id":"a","_attachments":7,"_rev":{}}]}',
		'{"docs":[null,1,[],"a"]}',
		'{"a":["1-a"],"__proto__":["1-a"],"b":5}',
		'{"keys":[null,{},[],1,"a"]}',
		'{"selector":{"$and":[{"$not":{"__proto__":{"$gt":null}}}]}}',
		'{"doc_ids":["__proto__",1]}',
		`${'['.repeat(5000)}${']'.repeat(5000)}`,
		`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
		'1',
		'"text"',
		'null'
	)
);
const body = fc.oneof(
	jsonText.map((text) => Buffer.from(text)),
	// Cut anywhere, with a byte of it changed.
	fc.tuple(jsonText, fc.nat(), fc.nat(), fc.nat(255)).map(([text, cut, at, byte]) => {
		const bytes = Buffer.from(text).subarray(0, 1 + (cut % (text.length + 1)));
		if (bytes.length > 0) bytes[at % bytes.length] = byte;
		return bytes;
	}),
	fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
	jsonText.map((text) => gzipSync(text)),
	fc.tuple(jsonText, fc.uint8Array({ maxLength: 80 }), fc.nat()).map(([text, bytes, cut]) => {
		const whole = Buffer.concat([
			Buffer.from(`--b\r\nContent-Type: application/json\r\n\r\n${text}\r\n--b\r\n\r\n`),
			bytes,
			Buffer.from('\r\n--b--')
		]);
		return whole.subarray(0, 1 + (cut % whole.length));
	})
);
const headerText = fc
	.string({ unit: fc.constantFrom(...'abcXYZ019 ,;="/*-%:<>[]{}'), maxLength: 60 })
	.map((text) => text.trim());
const headers = fc.record(
	{
		'content-type': fc.constantFrom(
			...['application/json', 'text/plain', 'multipart/related', 'multipart/related; boundary=b'],
			...[
				'multipart/mixed; boundary="b"',
				'image/png',
				'application/json; charset=x',
				'x'.repeat(500)
			]
		),
		'content-encoding': fc.constantFrom('gzip', 'br', 'identity', 'nonsense'),
		accept: fc.constantFrom(
			'multipart/mixed',
			'multipart/related',
			'*/*',
			'application/json',
			'x',
			',;q=,'
		),
		'if-match': headerText,
		'if-none-match': headerText,
		range: fc.constantFrom(
			'bytes=0-',
			'bytes=-',
			'bytes=9-1',
			'bytes=0-1,3-4',
			`bytes=${'9'.repeat(400)}-`
		),
		authorization: fc.constantFrom('Basic:', 'Basic ====', `Basic ${'A'.repeat(5000)}`, 'Bearer x'),
		cookie: headerText,
		destination: fc.constantFrom('doc', '%', '?rev=', 'http://x/y', '_x', 'x'.repeat(4000)),
		'last-event-id': headerText,
		expect: fc.constantFrom('100-continue', 'nonsense')
	},
	{ requiredKeys: [] }
);

describe('requests of every kind', () => {
	test(
		'are answered, and a failure of the server leaves a line in the log',
		{ timeout: 120_000 },
		async () => {
			await fc.assert(
				fc.asyncProperty(
					fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'COPY', 'OPTIONS', 'PATCH'),
					address,
					headers,
					body,
					async (method, path, sent, bytes) => {
						const lines = server.errors.length;
						const status = await send(method, path, sent, bytes);
						expect(status === 0 || (status >= 200 && status < 600)).toBe(true);
						// None of these is the server's fault.
						expect([status < 500, server.errors.slice(lines)]).toEqual([true, []]);
					}
				),
				{ numRuns: RUNS, endOnFailure: true }
			);
			await isAlive();
		}
	);

	test('that are no HTTP, or stop in the middle', { timeout: 60_000 }, async () => {
		const halves = [
			'',
			'GET',
			'GET /fuzz HTTP/1.1\r\n',
			'GET /fuzz HTTP/9.9\r\n\r\n',
			'PUT /fuzz/x HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"n":',
			'PUT /fuzz/x HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n{}',
			'PUT /fuzz/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}',
			'PUT /fuzz/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}',
			'PUT /fuzz/x/a HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 1000\r\n\r\nabc',
			'PUT /fuzz/x HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/related; boundary=b\r\ncontent-length: 1000\r\n\r\n' +
				'--b\r\n\r\n{"_attachments":{"a":{"follows":true,"length":500}}}\r\n--b\r\n\r\nabc',
			`GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
			`GET / HTTP/1.1\r\nhost: x\r\n${'x: y\r\n'.repeat(5000)}\r\n`,
			'\u0000\u0001\u0002\u0003'
		];
		for (const half of halves) {
			const answer = await sendRaw(Buffer.from(half, 'latin1'));
			expect(answer).not.toMatch(/^HTTP\/1\.1 5\d\d/);
		}
		await isAlive();
		expect(server.errors).toEqual([]);
		expect(await send('GET', '/fuzz/x', {}, Buffer.alloc(0))).toBe(404);
	});

	test.each(HOSTILE_IDS)('the id %j is stored as it is, or refused', async (id) => {
		// The random requests may have dropped it, and then every id would be refused for that alone.
		await send('PUT', '/fuzz', {}, Buffer.alloc(0));
		const path = `/fuzz/${encodeURIComponent(id.toWellFormed())}`;
		const status = await send(
			'PUT',
			path,
			{},
			Buffer.from('{"__proto__":{"a":1},"constructor":1}')
		);
		expect([201, 202, 400, 404, 405, 409, 412, 415]).toContain(status);
		if (status !== 201) return;
		const response = await fetch(server.origin + path);
		const json = (await response.json()) as Record<string, unknown>;
		expect(json['_id']).toBe(id.toWellFormed());
		expect(Object.hasOwn(json, '__proto__')).toBe(true);
	});
});
