/** Whom the server takes somebody for, and which databases they reach. */

import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	ADMINISTRATOR,
	signInOf,
	startServer,
	type TestServer
} from '../../tests/support/server.ts';
import { TestPerson } from '../../tests/support/test-person.ts';
import { basic } from '../../tests/support/basic-credentials.ts';

let server: TestServer;
let jonas: TestPerson;
let freja: TestPerson;
let mette: TestPerson;
let sofie: TestPerson;

beforeAll(async () => {
	server = await startServer({ limits: { signInsPerAddress: 10_000 } });
	jonas = await TestPerson.signIn(server, 'jonas');
	freja = await TestPerson.signIn(server, 'freja');
	mette = await TestPerson.signIn(server, 'mette');
	sofie = await TestPerson.signIn(server, 'sofie');
});
afterAll(() => server.stop());

/** fetch sets `Host` and drops `Origin` as browsers do; this sends what it is told. */
function rawStatus(method: string, path: string, headers: Record<string, string>): Promise<number> {
	return new Promise((resolve, reject) => {
		const sent = httpRequest(`${server.url}${path}`, { method, headers }, (answer) => {
			answer.resume();
			resolve(answer.statusCode ?? 0);
		});
		sent.on('error', reject).end();
	});
}

describe('as CouchDB does it', () => {
	test('a session with its name, cookie and all', async () => {
		const { workEmail, password } = signInOf(server, 'mette');
		const name = `nordlys/${workEmail}`;
		for (const [type, body] of [
			['application/json', JSON.stringify({ name, password })],
			['application/x-www-form-urlencoded', String(new URLSearchParams({ name, password }))]
		] as const) {
			const opened = await fetch(`${server.url}/_session`, {
				method: 'POST',
				headers: { 'content-type': type },
				body
			});
			const byId = `${mette.view.companyId}/${workEmail}`;
			expect(await opened.json()).toEqual({ ok: true, name: byId, roles: [] });
			const cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
			const shown = await fetch(`${server.url}/_session`, { headers: { cookie } });
			expect(await shown.json()).toMatchObject({
				ok: true,
				userCtx: { name: byId, roles: [] },
				info: { authenticated: 'cookie' }
			});
			const closed = await fetch(`${server.url}/_session`, {
				method: 'DELETE',
				headers: { cookie }
			});
			expect(await closed.json()).toEqual({ ok: true });
		}
		const refused = await fetch(`${server.url}/_session`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ name, password: 'wrong' })
		});
		expect(refused.status).toBe(401);
		expect(await refused.json()).toMatchObject({ error: 'unauthorized' });
	});

	test('Basic by company code or id; the administrator by the configured password', async () => {
		const { workEmail, password } = signInOf(server, 'jonas');
		for (const company of ['nordlys', jonas.view.companyId]) {
			const answer = await fetch(`${server.url}/${jonas.mailbox}`, {
				headers: basic(`${company}/${workEmail}`, password)
			});
			expect(answer.status).toBe(200);
		}
		const { name } = ADMINISTRATOR;
		const asAdministrator = (path: string, right = true) =>
			fetch(`${server.url}${path}`, {
				headers: basic(name, right ? ADMINISTRATOR.password : 'wrong')
			});
		expect((await asAdministrator(`/${jonas.mailbox}`)).status).toBe(200);
		expect((await asAdministrator(`/${jonas.mailbox}`, false)).status).toBe(401);
		expect((await asAdministrator('/registry')).status).toBe(404);
		const dropped = await fetch(`${server.url}/registry`, {
			method: 'DELETE',
			headers: basic(name, ADMINISTRATOR.password)
		});
		expect(dropped.status).toBe(403);
	});

	test('broken credentials are nobody', async () => {
		for (const authorization of ['Basic: x', 'Basic', 'Basic !!!', 'Bearer abc', 'Basic eA==']) {
			const answer = await fetch(`${server.url}/`, { headers: { authorization } });
			expect(answer.status).toBe(200);
			const closed = await fetch(`${server.url}/${jonas.mailbox}`, { headers: { authorization } });
			expect(closed.status).toBe(401);
		}
	});
});

describe('pages of other sites', () => {
	test('may not write, whatever they sign in with', async () => {
		const { host } = new URL(server.url);
		const person = await TestPerson.signIn(server, 'freja');
		const status = (headers: Record<string, string>) =>
			rawStatus('PUT', `/${person.mailbox}/_local/note`, { cookie: person.cookie, ...headers });
		expect(await status({ origin: 'https://evil.example' })).toBe(403);
		expect(await status({ origin: 'null' })).toBe(403);
		expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
		expect(await status({ 'sec-fetch-site': 'same-site', origin: server.url })).toBe(403);
		// These get past the check and are refused for having no body.
		expect(await status({ origin: `http://${host}` })).not.toBe(403);
		expect(await status({ 'sec-fetch-site': 'same-origin' })).not.toBe(403);
		expect(await status({})).not.toBe(403);
		const { workEmail, password } = signInOf(server, 'freja');
		const withBasic = {
			...basic(`nordlys/${workEmail}`, password),
			origin: 'https://evil.example'
		};
		expect(await rawStatus('DELETE', '/_outlay/session', withBasic)).toBe(403);
	});

	test('are not answered by CORS, unless they are listed', async () => {
		const foreign = { origin: 'https://tools.example' };
		const closed = await fetch(`${server.url}/`, { headers: foreign });
		expect(closed.headers.get('access-control-allow-origin')).toBeNull();
		const open = await startServer({
			environment: { OUTLAY_ALLOWED_ORIGINS: 'https://tools.example, https://b.example' }
		});
		try {
			const preflight = await fetch(`${open.url}/x`, { method: 'OPTIONS', headers: foreign });
			expect(preflight.status).toBe(204);
			expect(preflight.headers.get('access-control-allow-origin')).toBe('https://tools.example');
			const other = await fetch(`${open.url}/`, { headers: { origin: 'https://c.example' } });
			expect(other.headers.get('access-control-allow-origin')).toBeNull();
		} finally {
			await open.stop();
		}
	});
});

describe('databases', () => {
	test('of others and unknown ones answer alike', async () => {
		const { companyId } = jonas.view;
		const closed = [
			freja.mailbox,
			`mailbox-${companyId}-nobody`,
			`ledger-${companyId}`,
			'ledger-other',
			'settings-other',
			'registry',
			'unknown'
		];
		const answers = new Set<string>();
		for (const database of closed) {
			const { status, body } = await jonas.request('GET', `/${database}`);
			answers.add(JSON.stringify([status, body]));
			const nobody = await fetch(`${server.url}/${database}/_all_docs`);
			expect(nobody.status).toBe(401);
		}
		expect([...answers]).toEqual([
			JSON.stringify([404, { error: 'not_found', reason: 'Database does not exist.' }])
		]);
	});

	test('settings are read by everybody in the company and written by nobody', async () => {
		const { settings } = jonas.view.databases;
		const rates = await jonas.read('setting:mileage-rates:2023-01-01', settings);
		expect(rates).toMatchObject({ type: 'setting', body: { name: 'mileage-rates' } });
		const forged = { ...rates, _id: 'setting:mileage-rates:2024-01-01' };
		expect((await jonas.put(forged, settings)).status).toBe(403);
	});

	test('the ledger is read by finance and written by nobody', async () => {
		const ledger = sofie.view.databases.ledger ?? '';
		expect((await sofie.request('GET', `/${ledger}`)).status).toBe(200);
		expect((await sofie.put(await sofie.submission(), ledger)).status).toBe(403);
		expect((await mette.request('GET', `/${ledger}`)).status).toBe(404);
	});

	test('people neither create, drop nor configure them', async () => {
		for (const [method, path] of [
			['PUT', '/mailbox-x-y'],
			['DELETE', `/${jonas.mailbox}`],
			['PUT', `/${jonas.mailbox}/_security`],
			['PUT', `/${jonas.mailbox}/_design/view`]
		] as const) {
			const { status } = await jonas.request(method, path, {});
			expect([method, path, status >= 400]).toEqual([method, path, true]);
		}
		expect((await jonas.request('GET', `/${jonas.mailbox}`)).status).toBe(200);
	});
});
