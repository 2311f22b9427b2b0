import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	ADMINISTRATOR,
	signInOf,
	startServer,
	type TestServer
} from '../../tests/support/server.ts';
import { pictureBytes, sha256Of, TestPerson } from '../../tests/support/test-person.ts';

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

function signIn(body: unknown, headers: Record<string, string> = {}) {
	return fetch(`${server.url}/_outlay/session`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: JSON.stringify(body)
	});
}

function basic(name: string, password: string): { authorization: string } {
	return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
}

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

describe('documents', () => {
	const reasonOf = (answer: { status: number; body: Record<string, unknown> }) => [
		answer.status,
		String(answer.body['reason']).split(':')[0]
	];

	test('of one\u2019s own are written and read', async () => {
		const { transaction } = await jonas.expenseWithPicture('own');
		expect((await jonas.put(transaction)).status).toBe(201);
		expect(await jonas.read(transaction._id)).toMatchObject(transaction);
	});

	test('of others, and what only the server writes, are refused with a code', async () => {
		const hers = freja.document('transaction', freja.newId('transaction'), freja.expense());
		expect(reasonOf(await jonas.put(hers))).toEqual([403, 'document.not_yours']);
		const lying = { ...hers, _id: jonas.newId('transaction') };
		expect(reasonOf(await jonas.put(lying))).toEqual([403, 'document.id_mismatch']);
		const person = await jonas.read(`person:${jonas.userId}`);
		const promoted = { ...person, _id: `person:${jonas.userId}`, body: { roles: ['finance'] } };
		expect(reasonOf(await jonas.put(promoted))).toEqual([403, 'document.not_writable']);
		for (const type of ['case', 'setting']) {
			const _id =
				type === 'case' ? `case:${jonas.userId}:${'0'.repeat(26)}` : 'setting:company:2020-01-01';
			expect(reasonOf(await jonas.put({ ...hers, _id, type } as typeof hers))).toEqual([
				403,
				'document.not_writable'
			]);
		}
		const elsewhere = {
			...jonas.document('transaction', jonas.newId('transaction'), jonas.expense()),
			companyId: 'other'
		};
		expect(reasonOf(await jonas.put(elsewhere))).toEqual([403, 'document.other_company']);
	});

	test('that were sent are never changed or deleted', async () => {
		const submission = await jonas.submission();
		const { body } = await jonas.put(submission);
		const rev = String(body['rev']);
		const edited = { ...submission, _rev: rev, updatedAt: '2026-01-01T00:00:00.000Z' };
		expect(reasonOf(await jonas.put(edited))).toEqual([403, 'document.immutable']);
		const path = `/${jonas.mailbox}/${submission._id}?rev=${rev}`;
		expect(reasonOf(await jonas.request('DELETE', path))).toEqual([403, 'document.not_deletable']);
		expect((await jonas.put({ ...submission, _rev: rev } as typeof submission)).status).toBe(201);
	});

	test('can\u2019t be overtaken by a longer history of somebody\u2019s making', async () => {
		const submission = await jonas.submission();
		await jonas.put(submission);
		const ids = ['f', 'e', 'd'].map((digit) => digit.repeat(32));
		const forged = {
			...submission,
			_rev: `3-${ids[0]}`,
			_revisions: { start: 3, ids },
			body: { ...submission.body, amountMinor: 1 }
		};
		const { body } = await jonas.request('POST', `/${jonas.mailbox}/_bulk_docs`, {
			new_edits: false,
			docs: [forged]
		});
		expect(body).toMatchObject([{ id: submission._id, error: 'forbidden' }]);
		expect(await jonas.read(submission._id)).toMatchObject({ body: { amountMinor: 12_550 } });
	});

	test('that were sent are not changed by writes that come at the same time', async () => {
		const withHistory = (document: object, ids: string[]) => ({
			...document,
			_rev: `${ids.length}-${ids[0]}`,
			_revisions: { start: ids.length, ids }
		});
		const send = (docs: object[]) =>
			jonas.request('POST', `/${jonas.mailbox}/_bulk_docs`, { new_edits: false, docs });
		const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
		const pair = async () => {
			const sent = await jonas.submission();
			const changed = { ...sent, updatedAt: '2026-01-01T00:00:00.000Z' };
			return {
				sent,
				before: withHistory(sent, [first]),
				after: withHistory(changed, [second, first])
			};
		};

		const rows = await pair();
		const { body } = await send([rows.before, rows.after]);
		expect(body).toMatchObject([{ id: rows.sent._id, error: 'forbidden' }]);
		expect(JSON.stringify(body)).toContain('document.immutable');
		expect(await jonas.read(rows.sent._id)).toMatchObject({ updatedAt: rows.sent.updatedAt });

		for (let round = 0; round < 20; round++) {
			const { sent, before, after } = await pair();
			await Promise.all([send([before]), send([after])]);
			// Whichever came first stands alone: nothing was put on top of it.
			const { body: leaf } = await jonas.request(
				'GET',
				`/${jonas.mailbox}/${sent._id}?revs_info=true`
			);
			const known = (leaf['_revs_info'] as { status: string }[]).filter(
				({ status }) => status === 'available'
			);
			expect(known).toHaveLength(1);
		}

		// Working copies may: each row is judged on what the row before left.
		const draft = jonas.document('transaction', jonas.newId('transaction'), jonas.expense());
		const edited = { ...draft, updatedAt: '2026-01-01T00:00:00.000Z' };
		const both = [withHistory(draft, [first]), withHistory(edited, [second, first])];
		expect((await send(both)).body).toEqual([]);
		expect(await jonas.read(draft._id)).toMatchObject({ updatedAt: edited.updatedAt });
	});

	test('that break a rule of business are refused as submissions, not as drafts', async () => {
		const snapshot = jonas.mileage({ distanceM: 0 });
		const draft = jonas.document('transaction', jonas.newId('transaction'), snapshot);
		expect((await jonas.put(draft)).status).toBe(201);
		const refusals = [
			[{ subjectId: draft._id, snapshot, amountMinor: 0 }, 'mileage.zero_distance'],
			[{ amountMinor: 99_999 }, 'submission.amount_differs'],
			[{ snapshot: jonas.expense({ spentOn: '2099-01-01' }) }, 'expense.date_future'],
			[
				{ snapshot: jonas.expense({ receiptIds: [jonas.newId('receipt')] }) },
				'submission.receipts_differ'
			],
			[{ subjectId: freja.newId('transaction') }, 'submission.not_yours'],
			[{ contentHash: sha256Of('other') }, 'submission.content_hash']
		] as const;
		for (const [change, code] of refusals) {
			const submission = await jonas.submission(change);
			expect(reasonOf(await jonas.put(submission))).toEqual([403, code]);
		}
	});

	test('drafts may be deleted, raw fixes only when closed', async () => {
		const { trace, trip } = await jonas.drivenTrip();
		const open = { ...trace, body: { ...trace.body, isOpen: true } };
		expect(reasonOf(await jonas.put(open))).toEqual([403, 'trace.open']);
		for (const document of [trace, trip]) {
			const { body } = await jonas.put(document);
			const path = `/${jonas.mailbox}/${document._id}?rev=${String(body['rev'])}`;
			expect((await jonas.request('DELETE', path)).status).toBe(200);
		}
	});

	test('with an identity number in them are not stored', async () => {
		const draft = jonas.document(
			'transaction',
			jonas.newId('transaction'),
			jonas.expense({ purpose: 'For 010190-1234' })
		);
		expect(reasonOf(await jonas.put(draft))).toEqual([403, 'content.identity_number']);
	});
});

describe('bytes', () => {
	test('are what their id names, and of a kind that can\u2019t run here', async () => {
		const bytes = pictureBytes('kinds');
		const id = `blob:${sha256Of(bytes)}`;
		const code = async (answer: Promise<{ status: number; body: Record<string, unknown> }>) => {
			const { status, body } = await answer;
			return [status, String(body['reason']).split(':')[0]];
		};
		expect(await code(jonas.putPicture(bytes, 'text/html'))).toEqual([403, 'blob.media_type']);
		expect(await code(jonas.putPicture(bytes, 'image/svg+xml'))).toEqual([403, 'blob.media_type']);
		expect(await code(jonas.putPicture(Buffer.from('<script>'), 'image/jpeg', id))).toEqual([
			403,
			'blob.other_content'
		]);
		expect((await jonas.putPicture(bytes)).status).toBe(201);

		const other = pictureBytes('by attachment address');
		const put = (type: string) =>
			fetch(`${server.url}/${jonas.mailbox}/blob:${sha256Of(other)}/data`, {
				method: 'PUT',
				headers: { cookie: jonas.cookie, 'content-type': type },
				body: new Uint8Array(other)
			});
		expect((await put('text/html')).status).toBe(403);
		expect((await put('image/jpeg')).status).toBe(201);

		const shown = await fetch(`${server.url}/${jonas.mailbox}/${id}/data`, {
			headers: { cookie: jonas.cookie }
		});
		expect(Buffer.from(await shown.arrayBuffer())).toEqual(bytes);
		expect(shown.headers.get('content-security-policy')).toContain('sandbox');
		expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
	});

	test('beyond 8 MB are refused', async () => {
		const answer = await fetch(`${server.url}/${jonas.mailbox}/blob:${'0'.repeat(64)}/data`, {
			method: 'PUT',
			headers: { cookie: jonas.cookie, 'content-type': 'image/jpeg' },
			body: new Uint8Array(8 * 1024 * 1024 + 1)
		});
		expect(answer.status).toBe(413);
	});
});
