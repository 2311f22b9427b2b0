import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import type { Dexie } from 'dexie';
import { NAME_PREFIX, accountName, databasePrefix, lockName } from './account-name.ts';
import { dataKeyOf, forgetDataKey } from './data-key.ts';
import { DEVICE_DATABASE } from './device-database.ts';
import { encryptedStorage } from './encrypted-storage.ts';
import { askForKeysFirst } from './keys-first.ts';
import {
	COLLECTION_PLAN,
	openCollections,
	type CollectionPlan,
	type OutlayDatabase
} from './open-collections.ts';
import { standingOf } from './standing.ts';
import { StorageError } from './storage-error.ts';
import { deleteDatabase, followUpgrades, upgrade, versionsOf } from './upgrade.ts';

const INDEXED_DB_PREFIX = `rxdb-dexie-${NAME_PREFIX}`;
/** How long the other tabs get to close before their database is deleted under them. */
const CLOSING_MS = 3000;

/** RxDB counts collections over all open databases: one account is closed before another opens. */
let open: { name: string; database: Promise<OutlayDatabase> } | null = null;

export interface OpenOptions {
	/** Another tab runs a newer app and waits for this one to close the database. */
	onUpgradeElsewhere?: () => void;
	/** Told while this tab has to wait for others to close an older database. */
	onWaiting?: (isWaiting: boolean) => void;
	/** The key of an account that a passcode guards; without it such an account is `storage.locked`. */
	dataKey?: CryptoKey;
	/** Told the key it was opened with. */
	onKey?: (key: CryptoKey) => void;
	/** Schemas of another version of the app. */
	plan?: CollectionPlan;
}

/**
 * Opens the database of an account, creating it the first time and lifting what an older app stored; the same one
 * again while it is open. Throws `storage.key_unreadable` when its key is gone or broken: then `forgetAccount`, sign
 * in and pull again; `storage.locked` without the key of a guarded account; `storage.newer_app` when a newer app has
 * lifted it above this one; and `storage.full`.
 */
export async function openDatabase(
	account: { companyId: string; userId: string },
	options: OpenOptions = {}
): Promise<OutlayDatabase> {
	const name = accountName(account);
	if (open?.name === name) return open.database;
	const before = open;
	const database = (async () => {
		await (await before?.database.catch(() => null))?.close();
		return openFresh(name, account, options);
	})();
	const opening = { name, database };
	open = opening;
	database.catch(() => {
		if (open === opening) open = null;
	});
	return database;
}

/** Deletes one account's data and key from this device, without touching the server. */
export async function forgetAccount(account: { companyId: string; userId: string }): Promise<void> {
	const name = accountName(account);
	await closeIfOpen(name);
	await deleteDatabases((candidate) => candidate.startsWith(databasePrefix(name)), name);
	await forgetDataKey(name);
}

/** Deletes every database of this app from the device, by name: RxDB's own removal leaves receipt bytes behind. */
export async function removeEverything(): Promise<void> {
	const name = open?.name ?? null;
	await closeIfOpen(name);
	await deleteDatabases(
		(candidate) => candidate.startsWith(INDEXED_DB_PREFIX) || candidate === DEVICE_DATABASE,
		name
	);
}

async function openFresh(
	name: string,
	{ companyId, userId }: { companyId: string; userId: string },
	options: OpenOptions
): Promise<OutlayDatabase> {
	const { onUpgradeElsewhere, onWaiting = () => undefined, plan = COLLECTION_PLAN } = options;
	for (;;) {
		const releaseLock = await holdShared(lockName(name));
		try {
			const standing = await standingOf(name, versionsOf(plan));
			if (standing === 'newer') throw new StorageError('storage.newer_app');
			const key = options.dataKey ?? (await dataKeyOf(name, standing !== 'absent'));
			const dexie = getRxStorageDexie({
				onCreate(opened) {
					reopenWhenClosedByForce(opened);
					askForKeysFirst(opened);
				}
			});
			const parts = { name, companyId, userId, plan, storage: encryptedStorage(dexie, key) };
			if (standing === 'older') {
				releaseLock();
				await upgrade({ ...parts, onWaiting });
				continue;
			}
			const database = await openCollections({ ...parts, isShared: true });
			options.onKey?.(key);
			const stopFollowing = followUpgrades(name, plan, () => {
				onUpgradeElsewhere?.();
			});
			let closing: Promise<void> | null = null;
			return {
				...database,
				close() {
					closing ??= (async () => {
						if (open?.name === name) open = null;
						stopFollowing();
						await database.close();
						releaseLock();
					})();
					return closing;
				}
			};
		} catch (error) {
			releaseLock();
			throw error;
		}
	}
}

/**
 * Browsers close IndexedDB under a running app (a phone in the background). Dexie opens again by itself unless
 * told not to, and RxDB tells it not to: without this every later write fails until the app is reloaded. There
 * is no public option; a test holds this against upgrades.
 */
export function reopenWhenClosedByForce(dexie: Dexie): void {
	const inner = dexie as unknown as {
		_options: { autoOpen: boolean };
		_state: { autoOpen: boolean };
	};
	inner._options.autoOpen = true;
	inner._state.autoOpen = true;
}

async function closeIfOpen(name: string | null): Promise<void> {
	if (open === null || open.name !== name) return;
	const database = await open.database.catch(() => null);
	await database?.close();
}

async function deleteDatabases(
	isOurs: (name: string) => boolean,
	lockOf: string | null
): Promise<void> {
	const remove = async () => {
		for (const { name } of await indexedDB.databases()) {
			if (name !== undefined && isOurs(name)) await deleteDatabase(name);
		}
	};
	if (lockOf === null) return remove();
	try {
		await navigator.locks.request(
			lockName(lockOf),
			{ signal: AbortSignal.timeout(CLOSING_MS) },
			remove
		);
	} catch (error) {
		if (!(error instanceof DOMException) || error.name !== 'TimeoutError') throw error;
		// A tab that doesn't answer loses its connection: Dexie gives way to a deletion.
		await remove();
	}
}

/** Holds a Web Lock, shared with other tabs, until the returned function is called. */
export function holdShared(name: string): Promise<() => void> {
	return new Promise((resolve, reject) => {
		navigator.locks
			.request(
				name,
				{ mode: 'shared' },
				() =>
					new Promise<void>((release) => {
						resolve(release);
					})
			)
			.catch(reject);
	});
}
