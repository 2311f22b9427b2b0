/** Open `_changes` feeds: they begin at once, end with what they wait for, and leave nothing behind. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '@outlay/sync-server/store/document-store';
import { call, openFeed, startCouchServer, textLike, type CouchServer } from './couch-server.ts';

let server: CouchServer;
let count = 0;
/** A database of its own for each test. */
let url: string;

beforeAll(async () => {
	server = await startCouchServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
	url = `${server.origin}/test-${(count += 1)}`;
	await call('PUT', url);
});

describe('feeds', () => {
	test('a long-poll begins at once, beats, and ends with the change', async () => {
		const { reader, text } = await openFeed(
			`${url}/_changes?feed=longpoll&since=now&heartbeat=100`
		);
		expect(text()).toBe('{"results":[\n');
		await reader.until(() => text().endsWith('\n\n'));
		await call('PUT', `${url}/a`, {});
		await reader.end();
		expect(JSON.parse(text())).toMatchObject({ results: [{ id: 'a' }], pending: 0 });
	});

	test('a long-poll ends at its timeout with where it stands', async () => {
		await call('PUT', `${url}/a`, {});
		const { json } = await call('GET', `${url}/_changes?feed=longpoll&since=now&timeout=50`);
		expect(json).toEqual({ results: [], last_seq: textLike(/^1-/), pending: 0 });
	});

	test('a long-poll that filters waits for what it wants', async () => {
		const feed = await openFeed(`${url}/_changes?feed=longpoll&filter=_selector`, {
			method: 'POST',
			body: JSON.stringify({ selector: { wanted: true } })
		});
		await call('PUT', `${url}/a`, {});
		await call('PUT', `${url}/b`, { wanted: true });
		await feed.reader.end();
		expect(JSON.parse(feed.text())).toMatchObject({ results: [{ id: 'b' }] });
	});

	test('continuous gives a line a change', async () => {
		await call('PUT', `${url}/a`, {});
		const feed = await openFeed(`${url}/_changes?feed=continuous&heartbeat=100`);
		await call('PUT', `${url}/b`, {});
		await feed.reader.until(() => feed.text().includes('"id":"b"'));
		feed.stop();
		const lines = feed.text().split('\n').filter(Boolean);
		expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(['a', 'b']);
	});

	test('end with the session, and with the database', async () => {
		await call('PUT', `${server.origin}/mailbox-acme-anna`);
		const mine = await openFeed(
			`${server.origin}/mailbox-acme-anna/_changes?feed=longpoll&heartbeat=5000`,
			{
				headers: { 'x-person': 'anna' }
			}
		);
		server.access.session.abort();
		await mine.reader.end();
		expect(JSON.parse(mine.text())).toMatchObject({ results: [] });

		const feed = await openFeed(`${url}/_changes?feed=longpoll&heartbeat=5000`);
		await call('DELETE', url);
		await feed.reader.end();
		expect(JSON.parse(feed.text())).toMatchObject({ results: [] });
	});

	test('server-sent events name where they stand, and a browser goes on from there', async () => {
		await call('PUT', `${url}/a`, {});
		const feed = await openFeed(`${url}/_changes?feed=eventsource&heartbeat=100`);
		await call('PUT', `${url}/b`, {});
		await feed.reader.until(() => /"id":"b"[^]*\n\n/.test(feed.text()));
		await feed.reader.until(() => feed.text().includes('event: heartbeat\ndata: \n\n'));
		feed.stop();
		const [first = '', second = ''] = feed.text().split('\n\n');
		expect(first).toMatch(/^data: \{"seq":"(1-\w+)","id":"a",.*\}\nid: \1$/);
		expect(second).toMatch(/^data: \{"seq":"(2-\w+)","id":"b",.*\}\nid: \1$/);

		const again = await fetch(`${url}/_changes?feed=eventsource&timeout=50`, {
			headers: { 'last-event-id': /id: (1-\w+)$/.exec(first)?.[1] ?? '' }
		});
		expect(again.headers.get('content-type')).toBe('text/event-stream');
		const text = await again.text();
		expect([text.includes('"id":"a"'), text.includes('"id":"b"')]).toEqual([false, true]);
	});

	test('what happens to databases, as it happens', async () => {
		const feed = await openFeed(
			`${server.origin}/_db_updates?feed=continuous&since=now&heartbeat=100`
		);
		await call('PUT', `${url}-made`);
		await call('DELETE', `${url}-made`);
		await feed.reader.until(() => feed.text().includes('"type":"deleted"'));
		feed.stop();
		const name = new URL(url).pathname.slice(1);
		const lines = feed.text().split('\n').filter(Boolean);
		const last = JSON.parse(lines.at(-1) ?? '') as unknown;
		expect(last).toMatchObject({ db_name: `${name}-made`, type: 'deleted' });
	});

	test('a reader who goes away leaves nothing waiting', async () => {
		const listening = await countListeners();
		try {
			const feed = await openFeed(`${url}/_changes?feed=longpoll&heartbeat=60000`);
			await expect.poll(() => listening.now).toBe(1);
			feed.stop();
			await expect.poll(() => listening.now).toBe(0);
		} finally {
			listening.restore();
		}
	});
});

/** Counts who listens for changes, on whichever database. */
async function countListeners(): Promise<{ now: number; restore(): void }> {
	const db = await server.store.open(new URL(url).pathname.slice(1));
	const databases = Object.getPrototypeOf(db) as Database;
	const original = Object.getOwnPropertyDescriptor(databases, 'onChange');
	const listen = original?.value as Database['onChange'];
	const count = {
		now: 0,
		restore: () => Object.defineProperty(databases, 'onChange', original ?? {})
	};
	databases.onChange = function (ring) {
		const quiet = listen.call(this, ring);
		count.now += 1;
		return () => {
			count.now -= 1;
			quiet();
		};
	};
	return count;
}
