/**
 * Whole answers (status, headers, body) as CouchDB 3.5 gives them. Where each comes from stands beside it: the API
 * reference at https://docs.couchdb.org/en/stable/api/ by its chapter, or `seen`: noted from a running CouchDB 3.5.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { error, JSON_BODY, TEXT, type Asked } from './answers/answer-row.ts';
import { databaseAnswers } from './answers/database-answers.ts';
import { documentAnswers } from './answers/document-answers.ts';
import { startCouchServer, textLike, type CouchServer } from './couch-server.ts';

let server: CouchServer;
/** A database with documents of every kind: `plain`, `gone`, `file`, `forked`. */
let db: string;
const revs: Record<string, string> = {};

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

describe('CouchDB answers', () => {
	// In order: a few build on the ones before.
	test.each([...documentAnswers(revs), ...databaseAnswers(revs)])(
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
