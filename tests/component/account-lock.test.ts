import { afterEach, expect, it } from 'vitest';
import { aPicture } from '../support/device.ts';
import { StartedApp, isHeld } from '../support/started-app.ts';

/* Alone in its page: the apps of other tests would be other tabs, which lock along. */
const CODE = 'four blue tractors';
const started = new StartedApp();

afterEach(() => started.signOut());

it('locks only when nothing would be lost, and what is under way ends in the store', async () => {
	const account = await started.openAccount();
	expect(await account.protection.setPasscode(null, CODE)).toMatchObject({ ok: true });
	started.areFormsStored = false;
	expect(await account.protection.lock()).toMatchObject({ refusal: { code: 'lock.unsaved' } });
	started.areFormsStored = true;
	const id = account.deeds.newTransactionId();
	await account.deeds.saveExpense(id, { merchant: 'Stark' });
	const attaching = account.deeds.attachReceipt(id, await aPicture());
	expect(await account.protection.lock()).toMatchObject({ ok: true });
	expect(await attaching).toMatchObject({ ok: true });
	expect(await isHeld()).toBe(false);
	await expect(account.documents.get('transaction', id)).rejects.toThrow();

	const { lock } = await started.closedFor('locked');
	expect(await lock.unsent()).toMatchObject({ entries: 1, photos: 1 });
	expect(await lock.unlock('a wrong passcode')).toMatchObject({ ok: false });
	expect(await lock.unlock(CODE)).toMatchObject({ ok: true });
	const again = await started.account();
	const { document } = (await again.documents.get('transaction', id)) ?? {};
	expect(document?.body).toMatchObject({ merchant: 'Stark', receiptIds: [expect.any(String)] });
});
