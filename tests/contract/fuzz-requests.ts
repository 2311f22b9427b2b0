import fc from 'fast-check';
import { gzipSync } from 'node:zlib';

export const HOSTILE_IDS = [
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
export const address = fc
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
export const body = fc.oneof(
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
export const headers = fc.record(
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
