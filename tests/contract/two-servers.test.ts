/** Two of our servers on one CouchDB. */

import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { databaseName } from '@outlay/domain/addresses';
import type { Case } from '@outlay/domain/case';
import { caseIdOf } from '@outlay/domain/identifiers';
import { openCouchdbStore } from '@outlay/sync-server/store/couchdb/open-couchdb-store';
import type { DocumentStore } from '@outlay/sync-server/store/document-store';
import { remove, startServer, startServerProcess, temporaryDirectory } from '../support/server.ts';
import { TestPerson } from '../support/test-person.ts';
import { startCouchdb, type CouchdbUnderneath, type SeenRequest } from './couchdb-underneath.ts';

let couch: CouchdbUnderneath;
let directory: string;
/** What lies on the CouchDB, read as a third server would: it may be Apache's. */
let seen: DocumentStore;

let ledgerWrites: LedgerWrites;
/** Awaited before each write to a ledger. */
let beforeLedgerWrite: (companyId: string) => Promise<void>;

beforeEach(async () => {
	ledgerWrites = new LedgerWrites();
	beforeLedgerWrite = () => Promise.resolve();
	couch = await startCouchdb(async (request) => {
		const companyId = ledgerWritten(request);
		if (companyId === null) return;
		await beforeLedgerWrite(companyId);
		ledgerWrites.note(serverOf(request), await leaseOf(companyId));
	});
	directory = await temporaryDirectory();
	seen = await openCouchdbStore({
		url: couch.url(),
		stagingDirectory: path.join(directory, 'seen'),
		isFollowing: false
	});
});
afterEach(async () => {
	await seen.close();
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
			const ledger = await seen.open(databaseName({ kind: 'ledger', companyId }));
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
			const ledger = await seen.open(databaseName({ kind: 'ledger', companyId }));
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

test('writes of one server ring at the other, told by CouchDB or found by looking', async () => {
	const open = (name: string) =>
		openCouchdbStore({
			url: couch.url(),
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
	return { COUCHDB_URL: couch.url(server) };
}

function serverOf({ headers }: SeenRequest): string {
	const encoded = (headers.authorization ?? '').replace('Basic ', '');
	return Buffer.from(encoded, 'base64').toString().split(':')[0] ?? '';
}

/** The company whose ledger a request writes documents to; null for everything else. */
function ledgerWritten({ method, url }: SeenRequest): string | null {
	const [, companyId, what = ''] = /^\/(?:[\w-]+-)?ledger-([a-z0-9]+)\/(.+)/.exec(url) ?? [];
	const isWrite = method === 'PUT' || (method === 'POST' && what.startsWith('_bulk_docs'));
	const isDocument = !what.startsWith('_') || what.startsWith('_bulk_docs');
	return companyId !== undefined && isWrite && isDocument ? companyId : null;
}

async function leaseOf(companyId: string): Promise<Lease | null> {
	const registry = await seen.open('registry');
	const stored = await registry?.read(`lease:${companyId}`);
	return stored ? (stored.body as unknown as Lease) : null;
}
