import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	remove,
	signInOf,
	startServer,
	startServerProcess,
	temporaryDirectory,
	type TestServer
} from '../../tests/support/server.ts';
import { TestPerson } from '../../tests/support/test-person.ts';

let app: string;
let server: TestServer;

beforeAll(async () => {
	app = await temporaryDirectory();
	await mkdir(path.join(app, '_app/immutable'), { recursive: true });
	await writeFile(path.join(app, '200.html'), '<!doctype html><title>Outlay</title>');
	await writeFile(path.join(app, 'service-worker.js'), '// worker');
	await writeFile(path.join(app, 'manifest.webmanifest'), '{}');
	await writeFile(path.join(app, '_app/immutable/start.js'), '// start');
	await writeFile(path.join(app, '.secret'), 'hidden');
	server = await startServer({ appDirectory: app });
});
afterAll(async () => {
	await server.stop();
	await remove(app);
});

const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('one address space', () => {
	test('files of the app come first, cached by what they are', async () => {
		const start = await fetch(`${server.url}/_app/immutable/start.js`);
		expect(start.status).toBe(200);
		expect(start.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
		expect(start.headers.get('content-security-policy')).toContain("script-src 'self'");
		const worker = await fetch(`${server.url}/service-worker.js`, { headers: page });
		expect(worker.headers.get('cache-control')).toBe('no-cache');
		expect(worker.headers.get('content-type')).toContain('javascript');
		const etag = worker.headers.get('etag') ?? '';
		// fetch would add `Cache-Control: no-cache` by itself.
		const [again] = (await once(
			get(`${server.url}/service-worker.js`, { headers: { 'if-none-match': etag } }),
			'response'
		)) as [IncomingMessage];
		again.resume();
		expect(again.statusCode).toBe(304);
		const manifest = await fetch(`${server.url}/manifest.webmanifest`);
		expect(manifest.headers.get('content-type')).toContain('application/manifest+json');
	});

	test('pages of the app for whoever asks for a page, CouchDB for everybody else', async () => {
		for (const address of ['/', '/trips/new', '/mailbox-a-b', '/_session']) {
			const answer = await fetch(`${server.url}${address}`, { headers: page });
			expect(answer.status).toBe(200);
			expect(await answer.text()).toContain('<title>Outlay</title>');
			expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
			expect(answer.headers.get('cache-control')).toBe('no-cache');
			expect(answer.headers.get('vary')).toContain('Accept');
		}
		const head = await fetch(`${server.url}/trips`, { method: 'HEAD', headers: page });
		expect([head.status, await head.text()]).toEqual([200, '']);
		const welcome = await fetch(`${server.url}/`);
		expect(await welcome.json()).toMatchObject({ couchdb: 'Welcome' });
		expect(welcome.headers.get('vary')).toContain('Accept');
		const written = await fetch(`${server.url}/trips`, { method: 'PUT', headers: page });
		expect(written.status).toBe(401);
	});

	test('nothing outside the app, nothing hidden', async () => {
		for (const address of ['/.secret', '/%2e%2e/package.json', '/..%2f..%2fetc/passwd', '/a%00b']) {
			const answer = await fetch(`${server.url}${address}`);
			expect([address, answer.status >= 400]).toEqual([address, true]);
			expect(await answer.text()).not.toMatch(/hidden|root:/);
		}
		expect((await fetch(`${server.url}/%zz`)).status).toBe(400);
	});

	test('says that the app is not built', async () => {
		const bare = await startServer();
		try {
			const answer = await fetch(`${bare.url}/`, { headers: page });
			expect(answer.status).toBe(503);
			expect(await answer.text()).toContain('npm run build');
		} finally {
			await bare.stop();
		}
	});
});

describe('every answer', () => {
	test('carries the headers that keep a browser safe', async () => {
		for (const [address, headers] of [
			['/', page],
			['/', {}],
			['/mailbox-a-b', {}],
			['/_outlay/health', {}],
			['/_outlay/unknown', {}]
		] as const) {
			const answer = await fetch(`${server.url}${address}`, { headers });
			expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
			expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
			expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin');
			expect(answer.headers.get('permissions-policy')).toContain('geolocation=(self)');
			expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
		}
	});

	test('tells who we are, and what went wrong without a stack', async () => {
		const health = await fetch(`${server.url}/_outlay/health`, { headers: page });
		const welcome = (await (await fetch(`${server.url}/`)).json()) as { uuid: string };
		expect(await health.json()).toEqual({
			product: 'outlay',
			protocolVersion: 1,
			storeUuid: welcome.uuid
		});
		const unknown = await fetch(`${server.url}/_outlay/unknown/address/that/is/long`);
		expect(unknown.status).toBeGreaterThanOrEqual(400);
		expect(Object.keys((await unknown.json()) as object).sort()).toEqual(['error', 'reason']);
	});
});

describe('started again', () => {
	test('it has the same people, sessions and documents, and prints no sign-ins', async () => {
		const dataDir = await temporaryDirectory();
		try {
			const first = await startServer({ dataDir });
			const jonas = await TestPerson.signIn(first, 'jonas');
			const submission = await jonas.submission();
			await jonas.put(submission);
			await first.stop();

			const second = await startServer({ dataDir });
			try {
				expect(second.signIns).toEqual([]);
				const again = jonas.at(second);
				expect((await again.request('GET', '/_outlay/session')).body).toEqual(jonas.view);
				expect(await again.read(submission._id)).toMatchObject({ type: 'submission' });
			} finally {
				await second.stop();
			}
		} finally {
			await remove(dataDir);
		}
	});

	test('stopping ends open feeds at once', async () => {
		const stopping = await startServer();
		const jonas = await TestPerson.signIn(stopping, 'jonas');
		const feed = jonas.request(
			'GET',
			`/${jonas.mailbox}/_changes?feed=longpoll&since=now&heartbeat=10000`
		);
		// The feed is open once its headers are there; a second request shows the first was taken in.
		await jonas.request('GET', '/_outlay/session');
		await stopping.stop();
		expect((await feed).status).toBe(200);
	});
});

describe('as a process', () => {
	test('prints sign-ins that work, once, and keeps a second one away from its data', async () => {
		const dataDir = await temporaryDirectory();
		const first = await startServerProcess({ dataDir });
		try {
			expect(first.signIns.map(({ name }) => name)).toEqual([
				'Jonas Berg',
				'Freja Lund',
				'Mette Holm',
				'Sofie Krag',
				'Anders Dahl'
			]);
			expect(new Set(first.signIns.map(({ password }) => password)).size).toBe(5);
			const anders = await TestPerson.signIn(first, 'anders');
			expect(anders.view.roles).toEqual(signInOf(first, 'anders').roles);
			await expect(startServerProcess({ dataDir })).rejects.toThrow('ended with 1');
			await first.kill();
			const second = await startServerProcess({ dataDir });
			expect(second.signIns).toEqual([]);
			await second.stop();
		} finally {
			await first.kill();
			await remove(dataDir);
		}
	});
});
