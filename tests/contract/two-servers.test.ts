/** Two of our servers on one CouchDB, and companies whose data lies in different stores. */

import type { FastifyRequest } from 'fastify';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { databaseName } from '@outlay/domain/addresses';
import type { Case } from '@outlay/domain/case';
import { caseIdOf } from '@outlay/domain/identifiers';
import { Accounts } from '@outlay/sync-server/company/accounts';
import { CompanyStores } from '@outlay/sync-server/company/company-stores';
import { createCompany, type NewPerson } from '@outlay/sync-server/company/create-company';
import { Registry } from '@outlay/sync-server/company/registry';
import { demoSettings } from '@outlay/sync-server/company/demo-settings';
import { readConfig } from '@outlay/sync-server/config';
import { openStore } from '@outlay/sync-server/open-store';
import { Leases } from '@outlay/sync-server/mailroom/leases';
import { openCouchdbStore } from '@outlay/sync-server/store/couchdb/open-couchdb-store';
import type { DocumentStore } from '@outlay/sync-server/store/document-store';
import { openLmdbStore } from '@outlay/sync-server/store/lmdb/open-lmdb-store';
import { remove, startServer, startServerProcess, temporaryDirectory } from '../support/server.ts';
import { TestPerson } from '../support/test-person.ts';
import { startCouchServer, type CouchServer } from './couch-server.ts';

let couch: CouchServer;
let directory: string;

let ledgerWrites: LedgerWrites;
/** Awaited before each write to a ledger. */
let beforeLedgerWrite: (companyId: string) => Promise<void>;

beforeEach(async () => {
	ledgerWrites = new LedgerWrites();
	beforeLedgerWrite = () => Promise.resolve();
	couch = await startCouchServer({
		onRequest: async (request) => {
			const companyId = ledgerWritten(request);
			if (companyId === null) return;
			await beforeLedgerWrite(companyId);
			ledgerWrites.note(serverOf(request), await leaseOf(companyId));
		}
	});
	directory = await temporaryDirectory();
});
afterEach(async () => {
	await couch.stop();
	await remove(directory);
});

const LEASE_MS = 2_000;

test(
	'one killed under load: every submission is delivered once, every case has one history',
	{ timeout: 300_000 },
	async () => {
		const first = await startServerProcess({ environment: environmentOf('first') });
		const second = await startServer({
			environment: environmentOf('second'),
			limits: { leaseMs: LEASE_MS }
		});
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
					{ timeout: 200_000, interval: 200 }
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
			// Both worked on the company, one after the other.
			expect(ledgerWrites.strangers).toEqual([]);
			expect(new Set(ledgerWrites.servers.values())).toContain('second');
		} finally {
			if (!isKilled) await first.kill();
			await second.stop();
		}
	}
);

test(
	'a page that takes longer than a lease is finished by the server that began it',
	{ timeout: 60_000 },
	async () => {
		const servers = await Promise.all(
			['first', 'second'].map((name) =>
				startServer({ environment: environmentOf(name), limits: { leaseMs: LEASE_MS } })
			)
		);
		const [first, second] = servers;
		if (!first || !second) throw new TypeError('two were started');
		try {
			const signIns = [...first.signIns, ...second.signIns];
			const atFirst = await TestPerson.signIn({ ...first, signIns }, 'jonas');
			const { companyId } = atFirst.view;
			let leases: (Lease | null)[] = [];
			// The first write waits until the lease would have run out long ago, or somebody else took it.
			beforeLedgerWrite = async () => {
				if (leases.length > 0) return;
				const before = await leaseOf(companyId);
				leases = [before];
				await vi.waitUntil(
					async () => {
						const now = await leaseOf(companyId);
						leases[1] = now;
						const isLong = (now?.untilMs ?? 0) >= (before?.untilMs ?? 0) + 2 * LEASE_MS;
						return isLong || now?.holder !== before?.holder;
					},
					{ timeout: 30_000 }
				);
			};
			const submissions = [await atFirst.submission(), await atFirst.submission()];
			const [one, other] = submissions;
			if (!one || !other) throw new TypeError('two were made');
			await atFirst.put(one);
			await atFirst.at(second).put(other);
			const ledger = await couch.store.open(databaseName({ kind: 'ledger', companyId }));
			await expect
				.poll(
					async () => {
						const { rows = [] } = (await ledger?.allDocs({})) ?? {};
						return rows.filter(({ id }) => id.startsWith('submission:')).map(({ rev }) => rev[0]);
					},
					{ timeout: 40_000 }
				)
				.toEqual(['1', '1']);
			expect(leases[1]?.holder).toBe(leases[0]?.holder);
			expect(ledgerWrites.strangers).toEqual([]);
		} finally {
			await Promise.all(servers.map((server) => server.stop()));
		}
	}
);

describe('a lease', () => {
	let nowMs: number;
	let store: DocumentStore;
	let one: Leases;
	let other: Leases;

	beforeEach(async () => {
		nowMs = 1_000_000;
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
		store = await openLmdbStore(path.join(directory, 'registry'));
		const registry = await Registry.open(store);
		one = new Leases(registry, () => nowMs, LEASE_MS);
		other = new Leases(registry, () => nowMs, LEASE_MS);
	});
	afterEach(async () => {
		vi.useRealTimers();
		await store.close();
	});

	const untilMs = async () => {
		const registry = await store.open('registry');
		return (await registry?.read('lease:acme'))?.body['untilMs'];
	};

	test('is renewed while the work goes on, and no longer', async () => {
		expect(await one.hold('acme')).toBe(true);
		for (let n = 0; n < 9; n++) {
			nowMs += LEASE_MS / 3;
			vi.advanceTimersByTime(LEASE_MS / 3);
			await expect.poll(untilMs).toBe(nowMs + LEASE_MS);
			expect(await other.hold('acme')).toBe(false);
			expect(() => one.require('acme')).not.toThrow();
		}
		await one.letGo('acme');
		expect(() => one.require('acme')).toThrow(/acme/);
		expect(await other.hold('acme')).toBe(true);
		nowMs += LEASE_MS / 3;
		vi.advanceTimersByTime(LEASE_MS / 3);
		await expect.poll(untilMs).toBe(nowMs + LEASE_MS);
		expect(await one.hold('acme')).toBe(false);
	});

	test('of a server that stood still is nothing it may work with', async () => {
		expect(await one.hold('acme')).toBe(true);
		// As after a machine was paused: time went on and no timer ran.
		nowMs += LEASE_MS;
		expect(() => one.require('acme')).toThrow(/acme/);
		expect(await other.hold('acme')).toBe(true);
		vi.advanceTimersByTime(LEASE_MS / 3);
		expect(await one.hold('acme')).toBe(false);
		expect(() => other.require('acme')).not.toThrow();
	});
});

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
	test('leave nothing in the files of another store, whatever their people send', async () => {
		const dataDir = path.join(directory, 'data');
		const environment = { OUTLAY_STORES: 'dk=embedded' };
		const config = readConfig({ ...environment, OUTLAY_DATA: dataDir }, '');
		const store = await openStore(config);
		const accounts = new Accounts(await Registry.open(store));
		const person = (name: string, approverEmail: string | null): NewPerson => ({
			name,
			initials: 'X',
			workEmail: `${name}@dk.example`,
			employeeNumber: '',
			approvalLimitMinor: null,
			approverEmail,
			roles: ['worker', 'approver']
		});
		const signIns = await createCompany(
			{ store, accounts, now: Date.now },
			{
				code: 'dk',
				name: 'dk',
				store: 'dk',
				people: [person('anna.x', 'bo.x@dk.example'), person('bo.x', null)],
				settings: demoSettings('2023-01-01')
			}
		);
		await store.close();
		const server = await startServer({ dataDir, environment });
		const anna = await TestPerson.signIn({ ...server, signIns }, 'anna');
		const sent = await anna.expenseWithPicture('Zaxomirplex on a photo');
		const draft = anna.expense({ purpose: 'Quovandril for the pump' });
		const drafted = anna.document('transaction', anna.newId('transaction'), draft);
		expect((await anna.putPicture(sent.bytes)).status).toBe(201);
		for (const each of [sent.receipt, sent.transaction, sent.submission, drafted]) {
			expect(await anna.put(each)).toMatchObject({ status: 201 });
		}
		const bo = await TestPerson.signIn({ ...server, signIns }, 'bo');
		await expect.poll(() => bo.read(sent.blobId), { timeout: 60_000 }).not.toBeNull();
		await server.stop();

		const words = ['Zaxomirplex', 'Quovandril', sent.receipt.body.sha256];
		const inDk = path.join(dataDir, 'stores', 'dk');
		const places = new Map(words.map((word) => [word, new Set<boolean>()]));
		for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
			if (!entry.isFile()) continue;
			const file = path.join(entry.parentPath, entry.name);
			const bytes = Buffer.concat([Buffer.from(file), await readFile(file)]);
			for (const [word, where] of places) {
				if (bytes.includes(word)) where.add(file.startsWith(inDk));
			}
		}
		expect([...places.values()].map((where) => [...where])).toEqual([[true], [true], [true]]);
	});

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

interface Lease {
	holder: string;
	untilMs: number;
}

/** Who wrote to a ledger, and who had the lease of its company at that moment. */
class LedgerWrites {
	/** The server behind each holder of leases, as its first write tells. */
	readonly servers = new Map<string, string>();
	/** Writes of a server while another had the lease. */
	readonly strangers: string[] = [];

	note(server: string, lease: Lease | null): void {
		const holder = lease?.holder ?? 'nobody';
		const known = this.servers.get(holder) ?? server;
		const isOthers = [...this.servers].some(([each, name]) => name === server && each !== holder);
		if (lease === null || known !== server || isOthers) {
			this.strangers.push(`${server} wrote while ${holder} had the lease`);
		} else this.servers.set(holder, server);
	}
}

/** What a server is told, which it shows in every request: its name in the place of a user's. */
function environmentOf(server: string): { COUCHDB_URL: string } {
	return { COUCHDB_URL: `${couch.origin.replace('://', `://${server}:secret@`)}/` };
}

function serverOf({ headers }: FastifyRequest): string {
	const encoded = (headers.authorization ?? '').replace('Basic ', '');
	return Buffer.from(encoded, 'base64').toString().split(':')[0] ?? '';
}

/** The company whose ledger a request writes documents to; null for everything else. */
function ledgerWritten({ method, url }: FastifyRequest): string | null {
	const [, companyId, what = ''] = /^\/ledger-([a-z0-9]+)\/(.+)/.exec(url) ?? [];
	const isWrite = method === 'PUT' || (method === 'POST' && what.startsWith('_bulk_docs'));
	const isDocument = !what.startsWith('_') || what.startsWith('_bulk_docs');
	return companyId !== undefined && isWrite && isDocument ? companyId : null;
}

async function leaseOf(companyId: string): Promise<Lease | null> {
	const registry = await couch.store.open('registry');
	const stored = await registry?.read(`lease:${companyId}`);
	return stored ? (stored.body as unknown as Lease) : null;
}
