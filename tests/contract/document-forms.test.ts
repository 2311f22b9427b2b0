/**
 * Documents sent as a page's form does: to our server and, where `COUCHDB_URL` names one, to Apache CouchDB, which has to
 * answer the same.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, startCouchServer, type CouchServer } from './couch-server.ts';
import { couchdbAddresses } from './couchdb-underneath.ts';
import { basic } from '../support/basic-credentials.ts';

const DATABASE = `document-forms-${Date.now()}`;
const [apache] = couchdbAddresses();

type Field = [name: string, value: string, fileName?: string, type?: string];

/** Written by hand: a page's own order and names. */
function form(fields: readonly Field[]): { body: string; type: string } {
	const parts = fields.map(([name, value, fileName, type]) => {
		const file = fileName === undefined ? '' : `; filename="${fileName}"`;
		const typed = type === undefined ? '' : `Content-Type: ${type}\r\n`;
		return `--forms\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${typed}\r\n${value}\r\n`;
	});
	return { body: `${parts.join('')}--forms--\r\n`, type: 'multipart/form-data; boundary=forms' };
}

describe.each(apache === undefined ? ['this server'] : ['this server', 'Apache CouchDB'])(
	'%s',
	(which) => {
		let ours: CouchServer | null = null;
		let origin: string;
		let headers: Record<string, string> = {};

		beforeAll(async () => {
			if (which === 'this server') {
				ours = await startCouchServer();
				origin = ours.origin;
			} else {
				const { username, password } = new URL(apache ?? '');
				origin = new URL(apache ?? '').origin;
				headers = basic(username, password);
			}
			await send('PUT', '');
		});
		afterAll(async () => {
			await send('DELETE', '');
			await ours?.stop();
		});

		const send = (method: string, path: string, body?: unknown, more: object = {}) =>
			call(method, `${origin}/${DATABASE}${path}`, body, {
				accept: 'application/json',
				...headers,
				...more
			});
		async function post(id: string, fields: readonly Field[], more: object = {}) {
			const { body, type } = form(fields);
			const sent = { 'content-type': type, referer: `${origin}/page`, ...more };
			return send('POST', `/${id}`, body, sent);
		}
		const file = (name: string, text = 'new', type = 'text/html'): Field => [
			...(['_attachments', text, name, type] as const)
		];

		test('files are added to a revision and take the place of those of their names', async () => {
			const data = Buffer.from('old').toString('base64');
			const old = { content_type: 'text/plain', data };
			const { json } = await send('PUT', '/doc', { a: 1, _attachments: { kept: old, same: old } });
			const answer = await post('doc', [
				['_rev', json.rev],
				file('same'),
				file('søren.txt', 'two')
			]);
			expect([answer.status, answer.json]).toEqual([
				201,
				{ ok: true, id: 'doc', rev: answer.json.rev }
			]);
			expect(answer.headers.get('etag')).toBe(`"${answer.json.rev}"`);
			const there = (await send('GET', '/doc?attachments=true')).json as unknown as {
				a: number;
				_attachments: Record<string, { content_type: string; data: string; revpos: number }>;
			};
			expect(there.a).toBe(1);
			const shown = Object.entries(there._attachments).map(
				([name, { content_type, data, revpos }]) => [
					name,
					revpos,
					content_type,
					Buffer.from(data, 'base64').toString()
				]
			);
			expect(shown.sort()).toEqual([
				['kept', 1, 'text/plain', 'old'],
				['same', 2, 'text/html', 'new'],
				['søren.txt', 2, 'text/html', 'two']
			]);
			const again = await post('doc', [['_rev', json.rev], file('late')]);
			expect([again.status, again.json]).toEqual([
				409,
				{ error: 'conflict', reason: 'Document update conflict.' }
			]);
			const plain = await post('doc', [['_rev', answer.json.rev]]);
			expect([plain.status, plain.json.rev[0]]).toEqual([201, '3']);
		});

		test('a document may come with them, under the id of the address', async () => {
			const answer = await post('whole', [
				['_doc', JSON.stringify({ _id: 'other', b: 1 })],
				file('x.txt')
			]);
			expect([answer.status, answer.json.id]).toEqual([201, 'whole']);
			expect((await send('GET', '/whole')).json).toMatchObject({
				b: 1,
				_attachments: { 'x.txt': { length: 3 } }
			});
		});

		test('what is wrong with one is said', async () => {
			const refusals = [
				await send('POST', '/none', '{}', { referer: `${origin}/` }),
				await post('none', [['_rev', 'foo'], file('x')]),
				await post('none', [['_doc', '{']]),
				await post('none', [['_doc', '{}'], file('_x.txt')]),
				await post('none', [['_doc', '{}']], { referer: 'http://elsewhere.example/' }),
				await send('POST', '/none', '{}')
			].map(({ status, json }) => [status, (json as unknown as { reason: string }).reason]);
			expect(refusals).toEqual([
				[415, 'Content-Type must be multipart/form-data'],
				[400, 'Invalid rev format'],
				[400, 'invalid UTF-8 JSON'],
				[400, "Attachment name '_x.txt' starts with prohibited character '_'"],
				[400, 'Referer header must match host.'],
				[400, 'Referer header required.']
			]);
		});
	}
);

test('our server says that a revision is not there, and that a form is empty', async () => {
	const server = await startCouchServer();
	const url = `${server.origin}/${DATABASE}`;
	await call('PUT', url);
	for (const [fields, status] of [
		[[['_rev', '1-a']], 404],
		[[], 400]
	] as const) {
		const { body, type } = form(fields as unknown as Field[]);
		const sent = { 'content-type': type, referer: server.origin };
		expect((await call('POST', `${url}/doc`, body, sent)).status).toBe(status);
	}
	await server.stop();
});
