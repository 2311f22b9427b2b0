/** Documents and their bytes in one body, both ways: `multipart/related`, and `multipart/mixed` around it. */

import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readParts } from '@outlay/sync-server/http/multipart';
import { ATTACHMENT_LIMIT_BYTES, call, onCouchServer } from './couch-server.ts';
import { related, partsOf, inPieces, BINARY, TEXT, follows, json } from './multipart-parts.ts';

const couch = onCouchServer();

async function put(address: string, body: Buffer, headers: Record<string, string> = {}) {
	const response = await fetch(address, {
		method: 'PUT',
		headers: { 'content-type': 'multipart/related; boundary="x0x0x"', ...headers },
		body: new Uint8Array(body)
	});
	return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

async function get(address: string, accept: string, init: RequestInit = {}) {
	const response = await fetch(address, { ...init, headers: { accept, ...init.headers } });
	const bytes = Buffer.from(await response.arrayBuffer());
	return { response, bytes, parts: await partsOf(bytes, response.headers.get('content-type')) };
}

describe('a document with its bytes behind it', () => {
	test('is written in one request, and read back the same way, byte for byte', async () => {
		const document = {
			n: 1,
			_attachments: { photo: follows(BINARY, 'image/png'), 'a/note': follows(TEXT, 'text/plain') }
		};
		const { status, json: written } = await put(
			`${couch.url}/doc`,
			related(document, [{ bytes: BINARY }, { bytes: TEXT }])
		);
		expect([status, written['ok']]).toEqual([201, true]);

		const { response, bytes, parts } = await get(
			`${couch.url}/doc?attachments=true`,
			'multipart/related'
		);
		expect(Number(response.headers.get('content-length'))).toBe(bytes.length);
		expect(json(parts[0])).toMatchObject({
			_id: 'doc',
			n: 1,
			_attachments: {
				photo: {
					follows: true,
					revpos: 1,
					length: BINARY.length,
					digest: `md5-${createHash('md5').update(BINARY).digest('base64')}`
				}
			}
		});
		expect(parts.slice(1).map((part) => part.bytes)).toEqual([BINARY, TEXT]);
		expect(parts[2]?.headers.get('content-disposition')).toBe('attachment; filename="a/note"');

		// JSON for whoever takes nothing else.
		const inline = await call('GET', `${couch.url}/doc?attachments=true`, undefined, {
			accept: 'application/json'
		});
		expect(inline.json).toMatchObject({
			_attachments: { photo: { data: BINARY.toString('base64') } }
		});
	});

	test('brings a replicated revision, keeps stubs, and is told by name where JSON changes the order', async () => {
		const first = { _attachments: { b: follows(TEXT), 1: follows(BINARY) } };
		const named = (name: string) => ({ 'Content-Disposition': `attachment; filename="${name}"` });
		await put(
			`${couch.url}/doc?new_edits=false`,
			related({ ...first, _revisions: { start: 1, ids: ['one'] } }, [
				{ headers: named('b'), bytes: TEXT },
				{ headers: named('1'), bytes: BINARY }
			])
		);
		const stub = { stub: true, revpos: 1 };
		const { status } = await put(
			`${couch.url}/doc?new_edits=false`,
			related(
				{
					_revisions: { start: 2, ids: ['two', 'one'] },
					_attachments: { 1: stub, new: { ...follows(TEXT), revpos: 2 } }
				},
				[{ bytes: TEXT }]
			)
		);
		expect(status).toBe(201);
		const { parts } = await get(
			`${couch.url}/doc?attachments=true&atts_since=${encodeURIComponent('["1-one"]')}`,
			'multipart/related'
		);
		expect(json(parts[0])).toMatchObject({
			_rev: '2-two',
			_attachments: { 1: { stub: true, revpos: 1 }, new: { follows: true, revpos: 2 } }
		});
		expect(parts).toHaveLength(2);
		const kept = await fetch(`${couch.url}/doc/1`);
		expect(Buffer.from(await kept.arrayBuffer())).toEqual(BINARY);
	});

	test('may come packed, as CouchDB keeps its texts', async () => {
		const packed = gzipSync(TEXT);
		const document = {
			_attachments: {
				note: { ...follows(TEXT, 'text/plain'), encoding: 'gzip', encoded_length: packed.length }
			}
		};
		expect((await put(`${couch.url}/doc`, related(document, [{ bytes: packed }]))).status).toBe(
			201
		);
		expect(await (await fetch(`${couch.url}/doc/note`)).text()).toBe(TEXT.toString());
		const inline = {
			note: { content_type: 'text/plain', encoding: 'gzip', data: packed.toString('base64') }
		};
		await call('PUT', `${couch.url}/inline`, { _attachments: inline });
		expect(await (await fetch(`${couch.url}/inline/note`)).text()).toBe(TEXT.toString());
	});

	test('whose bytes look like boundaries is read as it was sent, whatever pieces it comes in', async () => {
		const delimiter = '\r\n--x0x0x';
		const looks = Array.from({ length: delimiter.length }, (_, n) => delimiter.slice(0, n));
		const odd = Buffer.from(`${looks.join('')}\r\r\n\r\n--x0x0y\n--x0x0x`);
		const bodies = [odd, Buffer.alloc(0), BINARY.subarray(0, 500), Buffer.from('\r\n')];
		const whole = Buffer.concat([
			Buffer.from('what comes before\r\n--x0x0x \t\r\n\r\n'),
			...bodies.flatMap((bytes) => [bytes, Buffer.from(`${delimiter}\r\nA: 1\r\na: 2\r\n\r\n`)]),
			Buffer.from(`last${delimiter}--what comes after`)
		]);
		for (const size of [1, 2, 3, 10, 64, whole.length]) {
			const read: Buffer[] = [];
			for await (const { headers, bytes } of readParts(inPieces(whole, size), 'x0x0x')) {
				if (read.length > 0) expect([...headers]).toEqual([['a', '1']]);
				const pieces: Uint8Array[] = [];
				for await (const piece of bytes) pieces.push(piece);
				read.push(Buffer.concat(pieces));
			}
			expect(read).toEqual([...bodies, Buffer.from('last')]);
		}
	});

	test.each(['QUJD\u0141UJD', 'QU-D', 'QU_D', 'QU=D', 'QUJ*', 'QUJDQ', '====', '\u00c1UJD', 'QQ'])(
		'inline, %j is no base64',
		async (data) => {
			const document = { _attachments: { a: { content_type: 'image/png', data } } };
			expect((await call('PUT', `${couch.url}/doc`, document)).status).toBe(400);
		}
	);

	test.each([
		['QUJD', 'ABC'],
		['QUI=', 'AB'],
		['QQ==', 'A'],
		['QU\r\nJD\r\n', 'ABC'],
		['', '']
	])('inline, %j is taken as base64', async (data, text) => {
		const document = { _attachments: { a: { content_type: 'image/png', data } } };
		expect((await call('PUT', `${couch.url}/doc`, document)).status).toBe(201);
		expect(await (await fetch(`${couch.url}/doc/a`)).text()).toBe(text);
	});

	test.each([
		['ends before its last boundary', (whole: Buffer) => whole.subarray(0, -30)],
		['ends within the document', (whole: Buffer) => whole.subarray(0, 60)],
		['has no parts', () => Buffer.from('--x0x0x--')],
		['is empty', () => Buffer.alloc(0)],
		['is none', () => Buffer.from('{"n":1}')]
	])('that %s is refused and leaves nothing behind', async (_, cut) => {
		const before = await filesThere();
		const whole = related({ _attachments: { photo: follows(BINARY) } }, [{ bytes: BINARY }]);
		const { status, json: answer } = await put(`${couch.url}/doc`, cut(whole));
		expect([status, answer['error']]).toEqual([400, 'bad_request']);
		expect((await call('GET', `${couch.url}/doc`)).status).toBe(404);
		expect(await filesThere()).toEqual(before);
	});

	test('is refused for what it says before its bytes are taken', async () => {
		const tooLong = {
			content_type: 'image/png',
			length: ATTACHMENT_LIMIT_BYTES + 1,
			follows: true
		};
		const large = related({ _attachments: { a: tooLong } }, [{ bytes: BINARY }]);
		expect((await put(`${couch.url}/doc`, large)).status).toBe(413);
		const other = related({ _attachments: { a: follows(TEXT) } }, [{ bytes: BINARY }]);
		expect((await put(`${couch.url}/doc`, other)).status).toBe(400);
		const fewer = related({ _attachments: { a: follows(TEXT), b: follows(TEXT) } }, [
			{ bytes: TEXT }
		]);
		expect((await put(`${couch.url}/doc`, fewer)).status).toBe(400);
		const unknownStub = related({ _attachments: { a: { stub: true } } }, []);
		expect((await put(`${couch.url}/doc`, unknownStub)).status).toBe(412);
		const inJson = await call('PUT', `${couch.url}/doc`, { _attachments: { a: follows(TEXT) } });
		expect(inJson.status).toBe(400);

		await call('PUT', `${couch.server.origin}/mailbox-acme-anna`);
		const body = related({ _attachments: { a: follows(TEXT) } }, [{ bytes: TEXT }]);
		const locked = `${couch.server.origin}/mailbox-acme-anna/locked`;
		const { status, json: answer } = await put(locked, body, { 'x-person': 'anna' });
		expect([status, answer['error']]).toEqual([403, 'forbidden']);
	});
});

describe('many revisions in one answer', () => {
	test('open_revs as multipart/mixed: each with its bytes, and what is missing', async () => {
		await put(
			`${couch.url}/doc?new_edits=false`,
			related({ _revisions: { start: 1, ids: ['a'] }, _attachments: { photo: follows(BINARY) } }, [
				{ bytes: BINARY }
			])
		);
		await call('PUT', `${couch.url}/doc?new_edits=false`, { _revisions: { start: 1, ids: ['b'] } });
		const revs = encodeURIComponent('["1-a","1-b","3-c"]');
		const { response, parts } = await get(
			`${couch.url}/doc?open_revs=${revs}&revs=true&latest=true`,
			'multipart/mixed'
		);
		expect(response.headers.get('content-type')).toMatch(/^multipart\/mixed; boundary="/);
		expect(parts.map((part) => part.headers.get('content-type')?.split(';')[0])).toEqual([
			'multipart/related',
			'application/json',
			'application/json'
		]);
		const [withBytes, plain, missing] = parts;
		const inner = await partsOf(
			withBytes?.bytes ?? Buffer.alloc(0),
			withBytes?.headers.get('content-type')
		);
		expect(json(inner[0])).toMatchObject({ _rev: '1-a', _revisions: { start: 1, ids: ['a'] } });
		expect(inner[1]?.bytes).toEqual(BINARY);
		expect(json(plain)).toEqual({ _id: 'doc', _rev: '1-b', _revisions: { start: 1, ids: ['b'] } });
		expect(missing?.headers.get('content-type')).toBe('application/json; error="true"');
		expect(json(missing)).toEqual({ missing: '3-c' });
	});

	test('_bulk_get as multipart/mixed or multipart/related', async () => {
		const { json: written } = await put(
			`${couch.url}/doc`,
			related({ _attachments: { photo: follows(BINARY) } }, [{ bytes: BINARY }])
		);
		const body = JSON.stringify({ docs: [{ id: 'doc', rev: written['rev'] }, { id: 'unknown' }] });
		for (const type of ['multipart/mixed', 'multipart/related']) {
			const { response, parts } = await get(`${couch.url}/_bulk_get`, type, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body
			});
			expect(response.headers.get('content-type')).toMatch(new RegExp(`^${type}; boundary="`));
			expect(parts).toHaveLength(2);
			expect(json(parts[1])).toMatchObject({ id: 'unknown', error: 'not_found' });
		}
	});
});

async function filesThere(): Promise<string[]> {
	const names = await readdir(path.join(couch.server.directory, 'server/files'), {
		recursive: true
	});
	return names.sort();
}
