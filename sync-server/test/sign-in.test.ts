/** Signing in, and the cookie that says so. */

import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signInOf, startServer, type TestServer } from '../../tests/support/server.ts';
import { TestPerson } from '../../tests/support/test-person.ts';
import { basic } from '../../tests/support/basic-credentials.ts';

let server: TestServer;
let jonas: TestPerson;
let sofie: TestPerson;

beforeAll(async () => {
	server = await startServer({ limits: { signInsPerAddress: 10_000 } });
	jonas = await TestPerson.signIn(server, 'jonas');
	sofie = await TestPerson.signIn(server, 'sofie');
});
afterAll(() => server.stop());

function signIn(body: unknown, headers: Record<string, string> = {}) {
	return fetch(`${server.url}/_outlay/session`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: JSON.stringify(body)
	});
}

describe('sign-in', () => {
	test('tells who somebody is and which databases are theirs', async () => {
		const { view } = sofie;
		expect(view).toMatchObject({
			companyCode: 'nordlys',
			name: 'Sofie Krag',
			initials: 'SK',
			protocolVersion: 1,
			databases: {
				mailbox: `mailbox-${view.companyId}-${view.userId}`,
				settings: `settings-${view.companyId}`,
				ledger: `ledger-${view.companyId}`
			}
		});
		expect(jonas.view.databases.ledger).toBeNull();
		const again = await sofie.request('GET', '/_outlay/session');
		expect(again).toMatchObject({ status: 200, body: view });
		expect(again.headers.get('cache-control')).toBe('no-store');
	});

	test('takes capitals and spaces around company and e-mail', async () => {
		const { workEmail, password } = signInOf(server, 'jonas');
		const answer = await signIn({
			companyCode: ' Nordlys ',
			workEmail: ` ${workEmail.toUpperCase()}`,
			password
		});
		expect(answer.status).toBe(200);
	});

	test('answers every wrong part alike', async () => {
		const right = signInOf(server, 'freja');
		const wrong = [
			{ ...right, companyCode: 'sydlys' },
			{ ...right, companyCode: 'no company/at all' },
			{ ...right, workEmail: 'nobody@nordlys.example' },
			{ ...right, password: 'wrong' },
			{ ...right, password: 'x'.repeat(5000) }
		];
		for (const body of wrong) {
			const answer = await signIn(body);
			expect(answer.status).toBe(401);
			expect(await answer.json()).toEqual({ code: 'sign_in.refused' });
			expect(answer.headers.get('www-authenticate')).toBeNull();
			expect(answer.headers.get('set-cookie')).toBeNull();
		}
	});

	test('says that something is missing, whatever arrives', async () => {
		for (const body of [{}, [], 'text', { companyCode: 'nordlys', workEmail: '', password: 'x' }]) {
			const answer = await signIn(body);
			expect(answer.status).toBe(400);
			expect(await answer.json()).toEqual({ code: 'sign_in.incomplete' });
		}
		const broken = await fetch(`${server.url}/_outlay/session`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: '{"companyCode":'
		});
		expect(broken.status).toBe(400);
	});

	test('slows down guessing one account, and no other account from there', async () => {
		const slow = await startServer({ limits: { signInsPerAccount: 3 } });
		try {
			const right = signInOf(slow, 'jonas');
			const attempt = (body: object) =>
				fetch(`${slow.url}/_outlay/session`, {
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: JSON.stringify(body)
				});
			for (let i = 0; i < 3; i++) {
				expect((await attempt({ ...right, password: `wrong ${i}` })).status).toBe(401);
			}
			const refused = await attempt(right);
			expect(refused.status).toBe(429);
			const { code, retryAfterS } = (await refused.json()) as { code: string; retryAfterS: number };
			expect(code).toBe('sign_in.too_many');
			expect(retryAfterS).toBeGreaterThan(0);
			expect(refused.headers.get('retry-after')).toBe(String(retryAfterS));
			const basicToo = await fetch(`${slow.url}/_session`, {
				headers: basic(`nordlys/${right.workEmail}`, right.password)
			});
			expect(await basicToo.json()).toMatchObject({ userCtx: { name: null } });
			expect((await attempt(signInOf(slow, 'freja'))).status).toBe(200);
		} finally {
			await slow.stop();
		}
	});

	test('forgets mistakes once it went right', async () => {
		const patient = await startServer({ limits: { signInsPerAccount: 3 } });
		try {
			const right = signInOf(patient, 'jonas');
			for (let i = 0; i < 9; i++) {
				const password = i % 3 === 2 ? right.password : 'wrong';
				const answer = await fetch(`${patient.url}/_outlay/session`, {
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: JSON.stringify({ ...right, password })
				});
				expect(answer.status).toBe(i % 3 === 2 ? 200 : 401);
			}
		} finally {
			await patient.stop();
		}
	});
});

describe('the cookie', () => {
	test('is out of reach of scripts and other sites', async () => {
		const local = (await signIn(signInOf(server, 'jonas'))).headers.get('set-cookie');
		expect(local).toMatch(
			/^AuthSession=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/
		);
	});

	test('is Secure wherever a browser would send it without', async () => {
		const cookies = await new Promise<string[]>((resolve, reject) => {
			const body = JSON.stringify(signInOf(server, 'jonas'));
			const headers = { host: 'outlay.example', 'content-type': 'application/json' };
			const sent = httpRequest(
				`${server.url}/_outlay/session`,
				{ method: 'POST', headers },
				(answer) => {
					answer.resume();
					resolve(answer.headers['set-cookie'] ?? []);
				}
			);
			sent.on('error', reject).end(body);
		});
		expect(cookies[0]).toMatch(/; Secure$/);
	});

	test('is worth nothing after signing out, and open feeds end', async () => {
		const person = await TestPerson.signIn(server, 'freja');
		const feed = person.request(
			'GET',
			`/${person.mailbox}/_changes?feed=longpoll&since=now&heartbeat=100`
		);
		const out = await person.request('DELETE', '/_outlay/session');
		expect(out.status).toBe(204);
		expect(out.headers.get('set-cookie')).toMatch(/^AuthSession=; .*Max-Age=0/);
		expect((await feed).status).toBeLessThan(500);
		expect((await person.request('GET', '/_outlay/session')).body).toEqual({
			code: 'session.expired'
		});
		expect((await person.request('GET', `/${person.mailbox}`)).status).toBe(401);
	});

	test('of a session that ran out ends its feeds', async () => {
		const short = await startServer({ limits: { sessionIdleMs: 500 } });
		try {
			const person = await TestPerson.signIn(short, 'jonas');
			const feed = await person.request(
				'GET',
				`/${person.mailbox}/_changes?feed=longpoll&since=now&heartbeat=100`
			);
			expect(feed.body['results']).toEqual([]);
			expect((await person.request('GET', '/_outlay/session')).status).toBe(401);
		} finally {
			await short.stop();
		}
	});
});
