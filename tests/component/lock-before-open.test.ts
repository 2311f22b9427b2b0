import { afterEach, expect, it } from 'vitest';
import { lockName } from '#lib/storage/account-name.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase } from '#lib/storage/open-database.ts';
import { TabKeys } from '#lib/storage/tab-keys.ts';
import { COMPANY, WORKER, aTransaction } from '../support/documents.ts';
import { ACCOUNT_NAME, StartedApp } from '../support/started-app.ts';

/* Alone in its page, which has one app. */
const CODE = 'four blue tractors';
const started = new StartedApp();

afterEach(() => started.signOut());

it('takes a passcode before its store is open, and a lock: no tab is given the key then', async () => {
	const stored = await openDatabase({ companyId: COMPANY, userId: WORKER });
	await documentsIn(stored, { nowMs: () => Date.now() }).add(aTransaction(1));
	await stored.close();
	const account = await started.openAccount();
	const locking = await navigator.locks.request(lockName(ACCOUNT_NAME), async () => {
		// The store waits for whoever has the data to itself; what is on the screen was read before.
		expect(await isHeldShared()).toBe(false);
		expect(await account.protection.setPasscode(null, CODE)).toMatchObject({ ok: true });
		return { done: account.protection.lock() };
	});
	expect(await locking.done).toMatchObject({ ok: true });
	const { lock } = await started.closedFor('locked');
	const other = new TabKeys(ACCOUNT_NAME, {
		unlocked: () => undefined,
		locked: () => undefined,
		changed: () => undefined
	});
	expect(await other.ask()).toBeNull();
	other.close();
	expect(await lock.unlock(CODE)).toMatchObject({ ok: true });
	const again = await started.account();
	expect(await again.documents.get('transaction', aTransaction(1)._id)).not.toBeNull();
});

async function isHeldShared(): Promise<boolean> {
	const { held = [] } = await navigator.locks.query();
	return held.some(({ name, mode }) => name === lockName(ACCOUNT_NAME) && mode === 'shared');
}
