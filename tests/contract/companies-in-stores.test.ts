/** Companies whose data lies in different stores. */

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseName } from '@outlay/domain/addresses';
import { Accounts } from '@outlay/sync-server/company/accounts';
import { CompanyStores } from '@outlay/sync-server/company/company-stores';
import { createCompany, type NewPerson } from '@outlay/sync-server/company/create-company';
import { Registry } from '@outlay/sync-server/company/registry';
import { demoSettings } from '@outlay/sync-server/company/demo-settings';
import { readConfig } from '@outlay/sync-server/config';
import { openStore } from '@outlay/sync-server/open-store';
import { openCouchdbStore } from '@outlay/sync-server/store/couchdb/open-couchdb-store';
import type { DocumentStore } from '@outlay/sync-server/store/document-store';
import { openLmdbStore } from '@outlay/sync-server/store/lmdb/open-lmdb-store';
import { remove, startServer, temporaryDirectory } from '../support/server.ts';
import { TestPerson } from '../support/test-person.ts';
import { startCouchdb, type CouchdbUnderneath } from './couchdb-underneath.ts';

let couch: CouchdbUnderneath;
let directory: string;

beforeEach(async () => {
	couch = await startCouchdb();
	directory = await temporaryDirectory();
});
afterEach(async () => {
	await couch.stop();
	await remove(directory);
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
			url: couch.url(),
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
