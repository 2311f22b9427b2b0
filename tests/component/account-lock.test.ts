import { afterEach, expect, it } from 'vitest';
import { createPlatformKeys } from '#lib/device/platform-keys.ts';
import { AccountGuard } from '#lib/storage/account-guard.ts';
import { accountName } from '#lib/storage/account-name.ts';
import { TabKeys } from '#lib/storage/tab-keys.ts';
import { createStretch } from '#lib/workers/passcode-client.ts';
import { aPicture } from '../support/device.ts';
import { aSession } from '../support/session.ts';
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

it('hands the key on as soon as another tab unlocked it, before its own store is open', async () => {
	const account = await started.openAccount();
	expect(await account.protection.setPasscode(null, CODE)).toMatchObject({ ok: true });
	expect(await account.protection.lock()).toMatchObject({ ok: true });
	await started.closedFor('locked');
	const session = aSession();
	const nothing = () => undefined;
	const second = new AccountGuard({
		session,
		stretch: createStretch(),
		platform: createPlatformKeys(),
		nowMs: () => Date.now(),
		onUnlocked: () => Promise.resolve(),
		onLockedElsewhere: nothing
	});
	const third = new TabKeys(accountName(session), {
		unlocked: nothing,
		locked: nothing,
		changed: nothing
	});
	expect(await second.unlock(CODE)).toMatchObject({ ok: true });
	// From now on only this tab has it, which heard of it a moment ago.
	second.close();
	expect(await third.ask()).not.toBeNull();
	third.close();
	await started.account();
});
