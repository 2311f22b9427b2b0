import { Dexie } from 'dexie';
import { afterEach, expect, it } from 'vitest';
import { DEVICE_DATABASE } from '#lib/storage/device-database.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase } from '#lib/storage/open-database.ts';
import { rememberSignedIn } from '#lib/storage/signed-in.ts';
import { COMPANY, WORKER, aTransaction } from '../support/documents.ts';
import { aSession } from '../support/session.ts';
import { ACCOUNT_NAME, StartedApp, isHeld } from '../support/started-app.ts';

/* The real app without a server, as where there is no signal. */
const ACCOUNT = { companyId: COMPANY, userId: WORKER };
const started = new StartedApp();

afterEach(() => started.signOut());

it('gives its data to a newer app in another tab, once everything in its forms is stored', async () => {
	const account = await started.openAccount();
	started.areFormsStored = false;
	const saving = account.deeds.saveExpense(account.deeds.newTransactionId(), { merchant: 'Stark' });
	const newer = new BroadcastChannel(`${ACCOUNT_NAME}-upgrade`);
	newer.postMessage({ documents: 99 });
	await saving;
	// It holds on to its data while a form could not be stored.
	expect(await isHeld()).toBe(true);
	expect(started.app.closed).toMatchObject({ value: null });
	started.areFormsStored = true;
	await started.closedFor('replaced');
	await expect.poll(isHeld).toBe(false);
	newer.close();
});

it('takes no notice of a tab with the same schemas', async () => {
	const account = await started.openAccount();
	const same = new BroadcastChannel(`${ACCOUNT_NAME}-upgrade`);
	same.postMessage({ documents: 0, settings: 0, vault: 0, refused: 0 });
	const id = account.deeds.newTransactionId();
	expect(await account.deeds.saveExpense(id, { merchant: 'Stark' })).toMatchObject({ ok: true });
	expect(started.app.closed).toMatchObject({ value: null });
	same.close();
});

it('says what is lost with a key that is gone, before it fetches everything again', async () => {
	const database = await openDatabase(ACCOUNT);
	const nowMs = 1_700_000_000_000;
	const documents = documentsIn(database, { nowMs: () => nowMs });
	await documents.add(aTransaction(1));
	await database.close();
	// As after a restore from the phone's backup: the data is there, its key is not.
	await Dexie.delete(DEVICE_DATABASE);
	await rememberSignedIn().remember(aSession());

	const closed = await started.start().then(() => started.closedFor('key-lost'));
	expect(closed.unsent).toMatchObject({ total: 1, entries: 1, newestAtMs: nowMs });
	// Until the person says so, nothing is removed.
	expect((await indexedDB.databases()).some(({ name }) => name?.endsWith('--documents'))).toBe(
		true
	);
	await closed.fetchAgain();
	const account = await started.account();
	expect(await account.documents.get('transaction', aTransaction(1)._id)).toBeNull();
});

it('opens by itself where the lost key costs nothing', async () => {
	const database = await openDatabase(ACCOUNT);
	await database.close();
	await Dexie.delete(DEVICE_DATABASE);
	await rememberSignedIn().remember(aSession());
	await started.start();
	await started.account();
});
