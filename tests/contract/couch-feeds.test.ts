/** Open `_changes` feeds: they begin at once, end with what they wait for, and leave nothing behind. */

import { getEventListeners } from 'node:events';
import { connect } from 'node:net';
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
	server.access.session = new AbortController();
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
		const events = feed.text().split('\n\n');
		const [first = '', second = ''] = events.filter((event) => event.startsWith('data: {'));
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

	describe.each(['_changes', '_db_updates'])('of %s', (address) => {
		test.each(['longpoll', 'continuous', 'eventsource'])(
			'%s: a reader who goes away, or whose time or session ends, leaves nothing waiting',
			async (kind) => {
				const place = address === '_changes' ? url : server.origin;
				const open = (more: string) =>
					openFeed(`${place}/${address}?feed=${kind}&since=now&${more}`);
				const listening = await countListeners();
				try {
					const gone = await open('heartbeat=100');
					const other = await open('heartbeat=100');
					expect(await openFeeds()).toBe(2);
					if (address === '_changes') expect(listening.now).toBe(2);
					expect(getEventListeners(server.access.session.signal, 'abort')).toHaveLength(1);
					gone.stop();
					other.stop();
					await expect.poll(openFeeds).toBe(0);

					await (await open('timeout=50')).reader.end();
					expect(await openFeeds()).toBe(0);

					const ended = await open('heartbeat=100');
					server.access.session.abort();
					await ended.reader.end();
					expect(await openFeeds()).toBe(0);
					expect(listening.now).toBe(0);
					expect(getEventListeners(server.access.session.signal, 'abort')).toHaveLength(0);
				} finally {
					listening.restore();
				}
			}
		);
	});

	test('a reader who takes nothing and goes away leaves nothing waiting', async () => {
		const docs = Array.from({ length: 40 }, (_, n) => ({
			_id: `d${n}`,
			text: 'x'.repeat(500_000)
		}));
		await call('POST', `${url}/_bulk_docs`, { docs });
		const { hostname, port, pathname } = new URL(url);
		const socket = connect(Number(port), hostname).pause();
		socket.write(
			`GET ${pathname}/_changes?feed=continuous&include_docs=true HTTP/1.1\r\nhost: x\r\n\r\n`
		);
		await expect.poll(openFeeds).toBe(1);
		socket.destroy();
		await expect.poll(openFeeds).toBe(0);
	});
});

/** As `/metrics` has it. */
async function openFeeds(): Promise<number> {
	const text = await (await fetch(`${server.origin}/metrics`)).text();
	return Number(/^outlay_open_feeds (\d+)$/m.exec(text)?.[1]);
}

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
