import { Dexie } from 'dexie';
import { afterEach, describe, expect, it } from 'vitest';
import { DEVICE_DATABASE } from '#lib/storage/device-database.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { forgetAccount, openDatabase, removeEverything } from '#lib/storage/open-database.ts';
import { changeRows, readRows } from '#lib/storage/row-store.ts';
import { rowOf, type RowState } from '#lib/storage/rows.ts';
import { rememberSignedIn } from '#lib/storage/signed-in.ts';
import { bytesInVault, vaultIn } from '#lib/storage/vault.ts';
import {
	COMPANY,
	MANAGER,
	WORKER,
	aDecision,
	aReceipt,
	aSubmission,
	aTrace,
	aTransaction,
	anExpense,
	ulidOf
} from '../support/documents.ts';
import { everythingInIndexedDb, holds } from '../support/indexed-db.ts';
import { once } from '../support/live-value.ts';
import { aSession } from '../support/session.ts';
import { countGets, fillTheDisk, devtools } from '../support/watched-storage.ts';

const ACCOUNT = { companyId: COMPANY, userId: WORKER };
const nowMs = 1_700_000_000_000;
const clock = { nowMs: () => nowMs };
const fetchNothing = () => Promise.resolve(null);

afterEach(async () => {
	await removeEverything();
});

describe('documents on the device', () => {
	it('are there after closing and opening again, newest first', async () => {
		const database = await openDatabase(ACCOUNT);
		const documents = documentsIn(database, clock);
		for (const n of [1, 3, 2]) await documents.add(aTransaction(n));
		await database.close();

		const again = documentsIn(await openDatabase(ACCOUNT), clock);
		const newest = await once(again.watchNewest('transaction', 2));
		expect(newest.map(({ document }) => document)).toEqual([aTransaction(3), aTransaction(2)]);
		expect(newest[0]?.unsentSinceMs).toBe(nowMs);
		expect((await again.get('transaction', aTransaction(1)._id))?.document).toEqual(
			aTransaction(1)
		);
	});

	it('change by a function of the newest state, also when two changes meet', async () => {
		const documents = documentsIn(await openDatabase(ACCOUNT), clock);
		const { _id } = aTransaction(1, { purpose: '' });
		await documents.add(aTransaction(1, { purpose: '' }));
		await Promise.all(
			[...'abcdefgh'].map((letter) =>
				documents.edit('transaction', _id, (document) => ({
					...document,
					body: { ...anExpense(), purpose: (document.body.purpose + letter).slice(0, 99) }
				}))
			)
		);
		const stored = await documents.get('transaction', _id);
		expect([...(stored?.document.body.purpose ?? '')].sort().join('')).toBe('abcdefgh');
	});

	it('take the same document twice, but not another one under its id', async () => {
		const documents = documentsIn(await openDatabase(ACCOUNT), clock);
		await documents.add(aTransaction(1));
		await documents.add(aTransaction(1));
		await expect(documents.add(aTransaction(1, { purpose: 'other' }))).rejects.toMatchObject({
			code: 'storage.exists'
		});
	});

	it('say when one to be changed is not there, or was removed', async () => {
		const documents = documentsIn(await openDatabase(ACCOUNT), clock);
		const { _id } = aTransaction(1);
		const edit = () => documents.edit('transaction', _id, (document) => document);
		await expect(edit()).rejects.toMatchObject({ code: 'storage.not_found' });
		await documents.add(aTransaction(1));
		await documents.remove('transaction', _id);
		expect(await documents.get('transaction', _id)).toBeNull();
		await expect(edit()).rejects.toMatchObject({ code: 'storage.not_found' });
	});

	it('give a transaction its submissions and the decisions on them', async () => {
		const documents = documentsIn(await openDatabase(ACCOUNT), clock);
		const submission = aSubmission(1);
		const about = documents.watchAbout(submission.body.subjectId);
		await documents.add(submission);
		await documents.add(aSubmission(2, { subjectId: `transaction:${WORKER}:${ulidOf(9)}` }));
		await documents.add(aDecision(1, submission._id, 'approve'));
		const found = await once(about, (list) => list.length === 2);
		expect(found.map(({ document }) => document.type).sort()).toEqual(['decision', 'submission']);
	});

	it('give the raw fixes of a trip in order', async () => {
		const documents = documentsIn(await openDatabase(ACCOUNT), clock);
		const tripId = `trip:${WORKER}:${ulidOf(1)}`;
		for (const n of [1, 0, 2]) await documents.add(aTrace(tripId, n));
		expect((await documents.fixesOf(tripId)).map(([timeMs]) => timeMs)).toEqual([0, 1, 2]);
	});

	it('lie unreadable on the disk, the picture too', async () => {
		const database = await openDatabase(ACCOUNT);
		const documents = documentsIn(database, clock);
		const vault = vaultIn(database, clock, fetchNothing);
		await documents.add(aTransaction(1, { merchant: 'Very secret merchant' }));
		await documents.edit('transaction', aTransaction(1)._id, (document) => ({
			...document,
			body: anExpense({ merchant: 'Another secret' })
		}));
		const picture = new TextEncoder().encode('the bytes of a very secret picture');
		const { sha256 } = await vault.put(picture, 'image/webp');
		await rememberSignedIn().remember(aSession());

		const stored = await everythingInIndexedDb();
		expect(stored.length).toBeGreaterThan(5);
		expect(holds(stored, sha256)).toBe(true);
		for (const secret of ['secret merchant', 'Another secret', 'secret picture', 'Wanda']) {
			expect(holds(stored, secret)).toBe(false);
		}
	});

	it('are shown as they were stored, whatever becomes of what was handed in', async () => {
		const documents = documentsIn(await openDatabase(ACCOUNT), clock);
		const document = aTransaction(1, { purpose: 'as it was stored' });
		const shown = once(documents.watchNewest('transaction', 1), (list) => list.length === 1);
		await documents.add(document);
		document.body.purpose = 'changed after it was stored';
		expect((await shown)[0]?.document.body.purpose).toBe('as it was stored');
		const [stored] = await once(documents.watchNewest('transaction', 1));
		expect(stored?.document.body.purpose).toBe('as it was stored');
	});

	it('are not asked for one by one where none is there, and found where some are', async () => {
		const { documents } = await openDatabase(ACCOUNT);
		const rows = Array.from({ length: 120 }, (_, n) => rowOf(aTransaction(n + 1)));
		const ids = rows.map(({ id }) => id);
		const store = (added: RowState[]) => {
			const byId = new Map(added.map((row) => [row.id, row]));
			return changeRows(documents, [...byId.keys()], (id) => byId.get(id) ?? null);
		};
		const asked = countGets();
		await store(rows.filter((_, n) => n % 3 === 0));
		expect(asked.end()).toBe(0);

		const seen = new Map<string, boolean>();
		await changeRows(documents, ids, (id, row) => {
			seen.set(id, row?.id === id);
			return null;
		});
		expect(ids.map((id) => seen.get(id))).toEqual(rows.map((_, n) => n % 3 === 0));
		// Far apart, with many others between them.
		await store(rows);
		const apart = Array.from({ length: 21 }, (_, n) =>
			n === 0 ? ids[0] : n === 20 ? ids[119] : `transaction:${WORKER}:nowhere${String(n)}`
		).map(String);
		const found = await readRows(documents, apart);
		expect([...found.keys()].sort()).toEqual([ids[0], ids[119]].map(String).sort());
	});

	it('do not mix accounts', async () => {
		await documentsIn(await openDatabase(ACCOUNT), clock).add(aTransaction(1));
		const other = documentsIn(await openDatabase({ companyId: COMPANY, userId: MANAGER }), clock);
		expect(await other.get('transaction', aTransaction(1)._id)).toBeNull();
		const back = documentsIn(await openDatabase(ACCOUNT), clock);
		expect(await back.get('transaction', aTransaction(1)._id)).not.toBeNull();
	});
});

describe('the vault', () => {
	it('stores the same bytes once and gives them back exactly, after a restart too', async () => {
		const database = await openDatabase(ACCOUNT);
		const vault = vaultIn(database, clock, fetchNothing);
		const bytes = crypto.getRandomValues(new Uint8Array(60_000));
		const first = await vault.put(bytes, 'image/jpeg');
		expect(await vault.put(bytes, 'image/jpeg')).toEqual(first);
		expect(first.byteLength).toBe(60_000);
		await database.close();

		const again = await openDatabase(ACCOUNT);
		const blob = await bytesInVault(again, first.sha256);
		expect(blob?.type).toBe('image/jpeg');
		expect(new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(bytes);
	});

	it('believes fetched bytes only when their hash is right', async () => {
		const database = await openDatabase(ACCOUNT);
		const bytes = new TextEncoder().encode('receipt');
		const digest = await crypto.subtle.digest('SHA-256', bytes);
		const sha256 = [...new Uint8Array(digest)]
			.map((byte) => byte.toString(16).padStart(2, '0'))
			.join('');
		const giving = (text: string) =>
			vaultIn(database, clock, () =>
				Promise.resolve({
					bytes: new TextEncoder().encode(text).buffer,
					mediaType: 'image/webp'
				})
			);
		expect(await giving('forged').get(sha256)).toBeNull();
		expect(await (await giving('receipt').get(sha256))?.text()).toBe('receipt');
		expect(await (await vaultIn(database, clock, fetchNothing).get(sha256))?.text()).toBe(
			'receipt'
		);
	});

	it('forgets what no receipt needs', async () => {
		const database = await openDatabase(ACCOUNT);
		const vault = vaultIn(database, clock, fetchNothing);
		const { sha256 } = await vault.put(new Uint8Array([1, 2, 3]), 'image/png');
		const { sha256: thumbnailSha256 } = await vault.put(new Uint8Array([1]), 'image/png');
		const documents = documentsIn(database, clock);
		await documents.add(aReceipt(1, sha256));
		await vault.forget({ sha256, thumbnailSha256 });
		expect(await bytesInVault(database, sha256)).not.toBeNull();
		expect(await bytesInVault(database, thumbnailSha256)).not.toBeNull();
		await documents.remove('receipt', aReceipt(1)._id);
		await vault.forget({ sha256, thumbnailSha256 });
		expect(await bytesInVault(database, sha256)).toBeNull();
		expect(await bytesInVault(database, thumbnailSha256)).toBeNull();
		await vault.put(new Uint8Array([1, 2, 3]), 'image/png');
		expect(await bytesInVault(database, sha256)).not.toBeNull();
	});
});

describe('keys and leaving', () => {
	it('says when the key is gone, and starts over after forgetting the account', async () => {
		const database = await openDatabase(ACCOUNT);
		await documentsIn(database, clock).add(aTransaction(1));
		await database.close();
		await Dexie.delete(DEVICE_DATABASE);
		await expect(openDatabase(ACCOUNT)).rejects.toMatchObject({ code: 'storage.key_unreadable' });
		await forgetAccount(ACCOUNT);
		const documents = documentsIn(await openDatabase(ACCOUNT), clock);
		expect(await documents.get('transaction', aTransaction(1)._id)).toBeNull();
	});

	it('removes every database by name', async () => {
		const database = await openDatabase(ACCOUNT);
		await vaultIn(database, clock, fetchNothing).put(new Uint8Array([1]), 'image/png');
		await removeEverything();
		const left = (await indexedDB.databases()).filter(({ name }) => name?.includes('outlay'));
		expect(left).toEqual([]);
	});

	it('remembers who is signed in, and forgets with everything', async () => {
		const memory = rememberSignedIn();
		expect(await once(memory.current)).toBeNull();
		await memory.remember(aSession());
		expect(await once(rememberSignedIn().current)).toEqual(aSession());
		const otherTab = rememberSignedIn();
		await once(otherTab.current, (view) => view !== null);
		memory.announceSignedOut();
		expect(await once(otherTab.current, (view) => view === null)).toBeNull();
	});
});

describe('a browser under pressure', () => {
	it('says when the disk is full and keeps what was there, whole', async () => {
		const database = await openDatabase(ACCOUNT);
		const documents = documentsIn(database, clock);
		const vault = vaultIn(database, clock, fetchNothing);
		await documents.add(aTransaction(1));
		const restore = fillTheDisk();
		try {
			await expect(vault.put(new Uint8Array([1]), 'image/jpeg')).rejects.toMatchObject({
				code: 'storage.full'
			});
			expect(await database.vault.find().exec()).toEqual([]);
			expect(await documents.get('transaction', aTransaction(1)._id)).not.toBeNull();
		} finally {
			restore();
		}
		await vault.put(new Uint8Array([1]), 'image/jpeg');
	});

	it('goes on after the browser closed IndexedDB under it', async () => {
		const database = await openDatabase(ACCOUNT);
		const documents = documentsIn(database, clock);
		await documents.add(aTransaction(1));
		await devtools('Storage.clearDataForOrigin', { storageTypes: 'indexeddb' });
		await documents.add(aTransaction(2));
		expect(await documents.get('transaction', aTransaction(2)._id)).not.toBeNull();
	});
});
