/** Whoever loses a right loses what they have open, whichever server took it from them. */

import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Accounts, type Account } from '@outlay/sync-server/company/accounts';
import { hashPassword } from '@outlay/sync-server/company/passwords';
import { Registry } from '@outlay/sync-server/company/registry';
import { RegistryWatch } from '@outlay/sync-server/company/registry-watch';
import { openCouchdbStore } from '@outlay/sync-server/store/couchdb/open-couchdb-store';
import type { DocumentStore } from '@outlay/sync-server/store/document-store';
import { startCouchdb, type CouchdbUnderneath } from '../../tests/contract/couchdb-underneath.ts';
import {
	ADMINISTRATOR,
	remove,
	startServer,
	temporaryDirectory,
	type TestServer
} from '../../tests/support/server.ts';
import { TestPerson } from '../../tests/support/test-person.ts';
import { basic } from '../../tests/support/basic-credentials.ts';

const FEEDS = ['longpoll', 'continuous', 'eventsource'] as const;

/** Opens a feed that would go on for an hour; resolves with what was sent once the server ends it. */
async function openFeed(
	person: TestPerson,
	database: string,
	feed: string,
	headers: Record<string, string> = { cookie: person.cookie }
): Promise<{ ended: Promise<string> }> {
	const answer = await fetch(
		`${person.url}/${database}/_changes?feed=${feed}&since=now&heartbeat=60000`,
		{ headers }
	);
	expect(answer.status).toBe(200);
	return { ended: answer.text() };
}

async function setSecurity(url: string, database: string, security: object): Promise<void> {
	const answer = await fetch(`${url}/${database}/_security`, {
		method: 'PUT',
		headers: {
			...basic(ADMINISTRATOR.name, ADMINISTRATOR.password),
			'content-type': 'application/json'
		},
		body: JSON.stringify(security)
	});
	expect(answer.status).toBe(200);
}

describe('on one server', () => {
	let server: TestServer;
	beforeEach(async () => {
		server = await startServer();
	});
	afterEach(() => server.stop());

	test.each(FEEDS)('a %s feed ends when _security leaves its reader out', async (feed) => {
		const jonas = await TestPerson.signIn(server, 'jonas');
		const { ended } = await openFeed(jonas, jonas.mailbox, feed);
		await setSecurity(server.url, jonas.mailbox, { members: { names: ['somebody/else'] } });
		expect(await ended).not.toContain('"id"');
		expect((await jonas.request('GET', `/${jonas.mailbox}`)).status).toBe(404);
	});

	test('a feed goes on when _security still has its reader', async () => {
		const jonas = await TestPerson.signIn(server, 'jonas');
		const { ended } = await openFeed(jonas, jonas.mailbox, 'longpoll');
		const name = `${jonas.view.companyId}/${jonas.card.workEmail}`;
		await setSecurity(server.url, jonas.mailbox, { members: { names: [name] } });
		const expense = jonas.document('transaction', jonas.newId('transaction'), jonas.expense());
		expect((await jonas.put(expense)).status).toBe(201);
		expect(await ended).toContain(expense._id);
	});
});

describe('a disabled account', () => {
	let server: TestServer;
	beforeEach(async () => {
		server = await startServer();
	});
	afterEach(() => server.stop());

	const asAdministrator = basic(ADMINISTRATOR.name, ADMINISTRATOR.password);
	const setDisabled = (body: object, headers: Record<string, string> = asAdministrator) =>
		fetch(`${server.url}/_outlay/accounts`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...headers },
			body: JSON.stringify(body)
		});

	test('lets nobody in, ends what is open, loses nothing, and can be opened again', async () => {
		const sofie = await TestPerson.signIn(server, 'sofie');
		const { companyId } = sofie.view;
		const asBasic = basic(`${companyId}/${sofie.card.workEmail}`, sofie.card.password);
		const expense = sofie.document('transaction', sofie.newId('transaction'), sofie.expense());
		expect((await sofie.put(expense)).status).toBe(201);
		const feeds = await Promise.all([
			...FEEDS.map((feed) => openFeed(sofie, sofie.mailbox, feed)),
			openFeed(sofie, sofie.mailbox, 'continuous', asBasic)
		]);

		const closed = await setDisabled({
			...{ company: 'Nordlys', user: sofie.card.workEmail },
			isDisabled: true
		});
		expect(closed.status).toBe(200);
		expect(await closed.json()).toEqual({
			companyId,
			userId: sofie.userId,
			disabledAt: expect.stringMatching(/^\d{4}-.*Z$/) as string
		});
		await Promise.all(feeds.map(({ ended }) => ended));
		expect((await sofie.request('GET', '/_outlay/session')).status).toBe(401);
		expect((await sofie.request('GET', `/${sofie.mailbox}`)).status).toBe(401);
		expect((await sofie.put({ ...expense, _id: sofie.newId('transaction') })).status).toBe(401);
		const byBasic = () => fetch(`${server.url}/${sofie.mailbox}`, { headers: asBasic });
		expect((await byBasic()).status).toBe(401);
		await expect(TestPerson.signIn(server, 'sofie')).rejects.toThrow('401');
		const kept = await fetch(`${server.url}/${sofie.mailbox}/${expense._id}`, {
			headers: asAdministrator
		});
		expect(kept.status).toBe(200);
		const jonas = await TestPerson.signIn(server, 'jonas');
		expect((await jonas.request('GET', `/${jonas.mailbox}`)).status).toBe(200);

		const opened = await setDisabled({
			...{ company: companyId, user: sofie.userId },
			isDisabled: false
		});
		expect(await opened.json()).toEqual({ companyId, userId: sofie.userId, disabledAt: null });
		expect((await sofie.request('GET', `/${sofie.mailbox}`)).status).toBe(401);
		const again = await TestPerson.signIn(server, 'sofie');
		expect((await again.request('GET', `/${again.mailbox}/${expense._id}`)).status).toBe(200);
		expect((await byBasic()).status).toBe(200);
	});

	test('is made one by the server administrator alone, and only where there is one', async () => {
		const mette = await TestPerson.signIn(server, 'mette');
		const jonas = { company: 'nordlys', user: 'jonas@nordlys.example', isDisabled: true };
		expect((await setDisabled(jonas, {})).status).toBe(401);
		expect((await setDisabled(jonas, { cookie: mette.cookie })).status).toBe(404);
		for (const [body, status, code] of [
			[{ ...jonas, company: 'sydlys' }, 404, 'company.unknown'],
			[{ ...jonas, user: 'nobody@nordlys.example' }, 404, 'person.unknown'],
			[{ ...jonas, user: 'x'.repeat(5_000) }, 404, 'person.unknown'],
			[{ ...jonas, isDisabled: 'yes' }, 400, 'account.incomplete'],
			[{ isDisabled: true }, 400, 'account.incomplete']
		] as const) {
			const answer = await setDisabled(body);
			expect([answer.status, await answer.json()]).toEqual([status, { code }]);
		}
		expect((await TestPerson.signIn(server, 'jonas')).view.name).toMatch(/^Jonas/);
	});
});

describe('on several servers', () => {
	let couch: CouchdbUnderneath;
	let directory: string;
	let server: TestServer;
	let elsewhere: DocumentStore;
	let registry: Registry;
	let sofie: TestPerson;

	beforeEach(async () => {
		couch = await startCouchdb();
		directory = await temporaryDirectory();
		server = await startServer({ environment: { COUCHDB_URL: couch.url() } });
		elsewhere = await openCouchdbStore({
			url: couch.url(),
			stagingDirectory: path.join(directory, 'elsewhere'),
			isFollowing: false
		});
		registry = await Registry.open(elsewhere);
		sofie = await TestPerson.signIn(server, 'sofie');
	});
	afterEach(async () => {
		await elsewhere.close();
		await server.stop();
		await couch.stop();
		await remove(directory);
	});

	const changeAccount = (change: (before: Account) => Account | null) =>
		registry.update<Account>(
			`account:${sofie.view.companyId}:${sofie.userId}`,
			(before) => before && change(before)
		);
	const ownLedger = () => `ledger-${sofie.view.companyId}`;
	const asBasic = () =>
		basic(`${sofie.view.companyId}/${sofie.card.workEmail}`, sofie.card.password);

	test('somebody removed elsewhere is nobody here, and their feeds end', async () => {
		const feeds = await Promise.all([
			...FEEDS.map((feed) => openFeed(sofie, sofie.mailbox, feed)),
			openFeed(sofie, sofie.mailbox, 'continuous', asBasic())
		]);
		await changeAccount(() => null);
		await Promise.all(feeds.map(({ ended }) => ended));
		expect((await sofie.request('GET', `/${sofie.mailbox}`)).status).toBe(401);
		const answer = await fetch(`${server.url}/${sofie.mailbox}`, { headers: asBasic() });
		expect(answer.status).toBe(401);
	});

	test('a password changed elsewhere ends sessions and what was remembered of the old one', async () => {
		const feeds = await Promise.all([
			openFeed(sofie, sofie.mailbox, 'longpoll'),
			openFeed(sofie, sofie.mailbox, 'longpoll', asBasic())
		]);
		const passwordHash = await hashPassword('another password');
		await changeAccount((before) => ({ ...before, passwordHash }));
		await Promise.all(feeds.map(({ ended }) => ended));
		expect((await sofie.request('GET', `/${sofie.mailbox}`)).status).toBe(401);
		const answer = await fetch(`${server.url}/${sofie.mailbox}`, { headers: asBasic() });
		expect(answer.status).toBe(401);
	});

	test('an account disabled elsewhere is closed here', async () => {
		const { ended } = await openFeed(sofie, sofie.mailbox, 'longpoll');
		await changeAccount((before) => ({ ...before, disabledAt: '2026-11-26T00:00:00.000Z' }));
		await ended;
		expect((await sofie.request('GET', `/${sofie.mailbox}`)).status).toBe(401);
	});

	test('a role taken elsewhere ends the feed it opened, and no other right', async () => {
		const { ended } = await openFeed(sofie, ownLedger(), 'continuous');
		await changeAccount((before) => ({
			...before,
			person: { ...before.person, roles: ['worker'] }
		}));
		await ended;
		expect((await sofie.request('GET', `/${ownLedger()}`)).status).toBe(404);
		expect((await sofie.request('GET', `/${sofie.mailbox}`)).status).toBe(200);
	});

	test('signing out elsewhere ends the feeds of that session here', async () => {
		const second = await startServer({ environment: { COUCHDB_URL: couch.url() } });
		try {
			const { ended } = await openFeed(sofie, sofie.mailbox, 'longpoll');
			expect((await sofie.at(second).request('DELETE', '/_outlay/session')).status).toBe(204);
			await ended;
		} finally {
			await second.stop();
		}
	});

	test('who is in a company is known anew once it changed elsewhere', async () => {
		const here = await openCouchdbStore({
			url: couch.url(),
			stagingDirectory: path.join(directory, 'here'),
			// Not told: it has to look by itself.
			isFollowing: false
		});
		const database = await here.open('registry');
		if (database === null) throw new TypeError('The server made it.');
		const accounts = new Accounts(await Registry.open(here));
		const watch = await RegistryWatch.start(
			database,
			({ id }) => accounts.heard(id),
			(error) => expect.unreachable(String(error)),
			50
		);
		const approverOf = async () =>
			(await accounts.companyPeople(sofie.view.companyId)).approverOf.get(sofie.userId);
		expect(await approverOf()).not.toBe('somebody');
		await changeAccount((before) => ({
			...before,
			person: { ...before.person, approverId: 'somebody' }
		}));
		await expect.poll(approverOf).toBe('somebody');
		await watch.stop();
		await here.close();
	});
});
