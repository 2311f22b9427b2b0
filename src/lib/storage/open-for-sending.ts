import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { accountName, lockName } from './account-name.ts';
import { dataKeyOf } from './data-key.ts';
import { encryptedStorage } from './encrypted-storage.ts';
import { holdShared, reopenWhenClosedByForce } from './open-database.ts';
import { COLLECTION_PLAN, openCollections, type OutlayDatabase } from './open-collections.ts';
import { StorageError } from './storage-error.ts';
import { standingOf } from './standing.ts';
import { followUpgrades, versionsOf } from './upgrade.ts';

/** What only a page can see to: a passcode, an upgrade, a lost key. */
const FOR_THE_PAGE = new Set(['storage.locked', 'storage.key_unreadable']);

/**
 * Opens the database of an account where there is no page, beside the tabs that may have it open too. Null where there is
 * none that fits, or a passcode guards it: nothing is made, lifted or unlocked here. `onUpgradeElsewhere` as in
 * `openDatabase`: whoever hears it closes.
 */
export async function openForSending(
	account: { companyId: string; userId: string },
	onUpgradeElsewhere: () => void
): Promise<OutlayDatabase | null> {
	const name = accountName(account);
	const plan = COLLECTION_PLAN;
	const releaseLock = await holdShared(lockName(name));
	try {
		if ((await standingOf(name, versionsOf(plan))) !== 'fits') {
			releaseLock();
			return null;
		}
		const key = await dataKeyOf(name, true);
		const dexie = getRxStorageDexie({ onCreate: reopenWhenClosedByForce });
		const database = await openCollections({
			...account,
			name,
			plan,
			storage: encryptedStorage(dexie, key),
			isShared: true
		});
		const stopFollowing = followUpgrades(name, plan, onUpgradeElsewhere);
		return {
			...database,
			async close() {
				stopFollowing();
				await database.close();
				releaseLock();
			}
		};
	} catch (error) {
		releaseLock();
		if (error instanceof StorageError && FOR_THE_PAGE.has(error.code)) return null;
		throw error;
	}
}
