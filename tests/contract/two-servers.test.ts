/** Two of our servers on one CouchDB, and companies whose data lies in different stores. */

import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseName } from '@outlay/domain/addresses';
import type { Case } from '@outlay/domain/case';
import { caseIdOf } from '@outlay/domain/identifiers';
import { Accounts } from '@outlay/sync-server/company/accounts';
import { CompanyStores } from '@outlay/sync-server/company/company-stores';
import { createCompany } from '@outlay/sync-server/company/create-company';
import { Registry } from '@outlay/sync-server/company/registry';
import { Leases } from '@outlay/sync-server/mailroom/leases';
import { openCouchdbStore } from '@outlay/sync-server/store/couchdb/open-couchdb-store';
import type { DocumentStore } from '@outlay/sync-server/store/document-store';
import { openLmdbStore } from '@outlay/sync-server/store/lmdb/open-lmdb-store';
import { remove, startServer, startServerProcess, temporaryDirectory } from '../support/server.ts';
import { TestPerson } from '../support/test-person.ts';
import { startCouchServer, type CouchServer } from './couch-server.ts';

let couch: CouchServer;
let directory: string;

beforeEach(async () => {
	couch = await startCouchServer();
	directory = await temporaryDirectory();
});
afterEach(async () => {
	await couch.stop();
	await remove(directory);
});

const LEASE_MS = 2_000;

test(
	'one killed under load: every submission is delivered once, every case has one history',
	{ timeout: 120_000 },
	async () => {
		const environment = { COUCHDB_URL: `${couch.origin}/` };
		const first = await startServerProcess({ environment });
		const second = await startServer({ environment, limits: { leaseMs: LEASE_MS } });
		let isKilled = false;
		try {
			const atFirst = await TestPerson.signIn(first, 'jonas');
			const atSecond = atFirst.at(second);
			const submissions: Awaited<ReturnType<TestPerson['submission']>>[] = [];
			const mine = async (person: TestPerson) => {
				const submission = await person.submission();
				await person.put(submission);
				return submission;
			};
			for (let n = 0; n < 4; n++) {
				submissions.push(...(await Promise.all([mine(atFirst), mine(atSecond)])));
			}
			await first.kill();
			isKilled = true;
			submissions.push(...(await Promise.all([mine(atSecond), mine(atSecond)])));

			const { companyId } = atSecond.view;
			const ledger = await couch.store.open(databaseName({ kind: 'ledger', companyId }));
			const cases = submissions.map(({ body }) => caseIdOf(body.subjectId));
			await expect
				.poll(
					async () => {
						const { rows = [] } = (await ledger?.allDocs({})) ?? {};
						const there = new Set(rows.map(({ id }) => id));
						return [...submissions.map(({ _id }) => _id), ...cases].filter((id) => !there.has(id));
					},
					{ timeout: 60_000, interval: 200 }
				)
				.toEqual([]);
			const orders: (number | null)[] = [];
			for (const { _id } of submissions) {
				// Delivered once: one revision, one branch.
				const leaves = (await ledger?.leaves(_id)) ?? [];
				expect(leaves.map(({ rev }) => rev.split('-')[0])).toEqual(['1']);
			}
			for (const id of cases) {
				const leaves = (await ledger?.leaves(id)) ?? [];
				expect(leaves).toHaveLength(1);
				const { steps } = (leaves[0]?.body as unknown as Case).body;
				expect(steps).toHaveLength(1);
				orders.push(...steps.map(({ order }) => order));
			}
			// One row of numbers, whoever gave them.
			expect(new Set(orders).size).toBe(submissions.length);
		} finally {
			if (!isKilled) await first.kill();
			await second.stop();
		}
	}
);

test('a company is worked on by one server at a time; the lease of one that is gone runs out', async () => {
	let nowMs = 0;
	const store = await openLmdbStore(path.join(directory, 'registry'));
	const registry = await Registry.open(store);
	const [one, other] = [1, 2].map(() => new Leases(registry, () => nowMs, LEASE_MS));
	if (!one || !other) throw new TypeError('two were made');
	const both = await Promise.all([one.hold('acme'), other.hold('acme')]);
	expect(both.filter(Boolean)).toHaveLength(1);
	const [holder, waiting] = both[0] ? [one, other] : [other, one];
	expect(await waiting.hold('other')).toBe(true);
	nowMs += LEASE_MS * 0.75;
	expect(await holder.hold('acme')).toBe(true);
	nowMs += LEASE_MS * 0.75;
	expect(await waiting.hold('acme')).toBe(false);
	nowMs += LEASE_MS;
	expect(await waiting.hold('acme')).toBe(true);
	expect(await holder.hold('acme')).toBe(false);
	await waiting.letGo('acme');
	expect(await holder.hold('acme')).toBe(true);
	await store.close();
});

test('writes of one server ring at the other, told by CouchDB or found by looking', async () => {
	const open = (name: string) =>
		openCouchdbStore({
			url: `${couch.origin}/`,
			stagingDirectory: path.join(directory, name),
			sweepMs: 200
		});
	const [one, other] = [await open('one'), await open('other')];
	await one.create('mailbox-acme-anna');
	const heard: string[] = [];
	other.onWrite((name, event) => heard.push(`${name} ${event}`));
	let n = 0;
	await expect
		.poll(async () => {
			const db = await one.open('mailbox-acme-anna');
			const id = `a${(n += 1)}`;
			await db?.write([{ id, deleted: false, body: {}, attachments: {}, parentRev: null }]);
			return heard.includes('mailbox-acme-anna updated');
		})
		.toBe(true);
	await one.close();
	await other.close();
});

describe('companies in stores of their own', () => {
	test('have nothing in any other, neither documents nor bytes', async () => {
		const home = await openLmdbStore(path.join(directory, 'home'));
		const dk = await openLmdbStore(path.join(directory, 'dk'));
		const no = await openCouchdbStore({
			url: `${couch.origin}/`,
			stagingDirectory: path.join(directory, 'staged'),
			isFollowing: false
		});
		const store = new CompanyStores(
			home,
			new Map<string, DocumentStore>([
				['dk', dk],
				['no', no]
			])
		);
		const accounts = new Accounts(await Registry.open(store));
		const companyIn = async (place: string) => {
			const workEmail = `worker@${place}.example`;
			const worker = {
				name: 'Worker',
				initials: 'W',
				workEmail,
				employeeNumber: '',
				approvalLimitMinor: null,
				approverEmail: null,
				roles: ['worker' as const]
			};
			const company = { code: place, name: place, store: place, people: [worker], settings: [] };
			await createCompany({ store, accounts, now: Date.now }, company);
			const account = await accounts.named({ company: place, workEmail });
			if (!account) throw new TypeError('It was just created.');
			const { companyId, userId } = account;
			const name = databaseName({ kind: 'mailbox', companyId, userId });
			const mailbox = await store.open(name);
			const bytes = await store.files.write(companyId, pieces(`picture of ${place}`), 1_000);
			const photo = { ...bytes, contentType: 'image/png', revpos: 0 };
			const [written] =
				(await mailbox?.write([
					{ id: 'a', deleted: false, body: {}, attachments: { photo }, parentRev: null }
				])) ?? [];
			expect(written).toMatchObject({ ok: true });
			return { companyId, name, mailbox, photo };
		};
		const [danish, norwegian] = [await companyIn('dk'), await companyIn('no')];
		const namesIn = async (one: DocumentStore) =>
			(await one.names()).filter((name) => name !== 'registry');
		expect(await namesIn(home)).toEqual([]);
		expect((await namesIn(dk)).every((name) => name.includes(danish.companyId))).toBe(true);
		expect(await namesIn(dk)).toContain(danish.name);
		expect((await namesIn(no)).every((name) => name.includes(norwegian.companyId))).toBe(true);
		expect(await namesIn(no)).toContain(norwegian.name);
		expect(await dk.open(norwegian.name)).toBeNull();
		expect(await no.open(danish.name)).toBeNull();

		// Nor by a stub of the other's bytes.
		const theirs = (await danish.mailbox?.read('a'))?.attachments['photo'];
		const [refused] =
			(await norwegian.mailbox?.write([
				{
					id: 'b',
					deleted: false,
					body: {},
					attachments: { photo: theirs ?? danish.photo },
					parentRev: null
				}
			])) ?? [];
		expect(refused).toMatchObject({ ok: false, refusal: 'missing_stub' });
		await expect(store.place('another', 'se')).rejects.toThrow(/OUTLAY_STORES/);
		await store.close();
	});
});

// eslint-disable-next-line @typescript-eslint/require-await -- the store takes streams
async function* pieces(text: string): AsyncGenerator<Uint8Array> {
	yield Buffer.from(text);
}
