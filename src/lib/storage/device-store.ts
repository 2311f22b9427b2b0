import { Dexie, type Table } from 'dexie';
import { openValue, sealValue } from './seal.ts';
import { StorageError, whileThereIsRoom } from './storage-error.ts';

/** The small database beside the accounts: keys, and who is signed in. */
export const DEVICE_DATABASE = 'outlay-device';
const DEVICE_KEY = 'device';
const SESSION = 'session';

interface DeviceKey {
	id: string;
	key: CryptoKey;
}

interface WrappedKey {
	/** The account's database. */
	id: string;
	wrapped: ArrayBuffer;
}

interface SealedValue {
	id: string;
	sealed: string;
}

/**
 * Opens the database for one use and closes it, so that signing out in another tab is never blocked by it.
 * The device key protects against casual looks only: browsers keep it readable on disk.
 */
async function withDevice<T>(use: (tables: DeviceTables) => Promise<T>): Promise<T> {
	const dexie = new Dexie(DEVICE_DATABASE);
	dexie.version(1).stores({ deviceKeys: 'id', wrappedKeys: 'id', sealedValues: 'id' });
	try {
		await dexie.open();
		return await whileThereIsRoom(() =>
			use({
				dexie,
				deviceKeys: dexie.table('deviceKeys'),
				wrappedKeys: dexie.table('wrappedKeys'),
				sealedValues: dexie.table('sealedValues')
			})
		);
	} finally {
		dexie.close();
	}
}

interface DeviceTables {
	dexie: Dexie;
	deviceKeys: Table<DeviceKey, string>;
	wrappedKeys: Table<WrappedKey, string>;
	sealedValues: Table<SealedValue, string>;
}

/**
 * The key of an account's data: random, wrapped by the device's key, made at the first call. Throws
 * `storage.key_unreadable` when the stored one can't be used, or is gone while the data is there
 * (`mustExist`): a phone restored from a backup.
 */
export async function dataKeyOf(accountName: string, mustExist: boolean): Promise<CryptoKey> {
	return withDevice(async (tables) => {
		if (mustExist && (await tables.wrappedKeys.get(accountName)) === undefined) {
			throw new StorageError('storage.key_unreadable');
		}
		const deviceKey = await deviceKeyOf(tables);
		const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, [
			'encrypt',
			'decrypt'
		]);
		const wrapped = await crypto.subtle.wrapKey('raw', fresh, deviceKey, 'AES-KW');
		const kept = await keepFirst(tables.dexie, tables.wrappedKeys, { id: accountName, wrapped });
		try {
			return await crypto.subtle.unwrapKey(
				'raw',
				kept.wrapped,
				deviceKey,
				'AES-KW',
				{ name: 'AES-GCM' },
				false,
				['encrypt', 'decrypt']
			);
		} catch (error) {
			throw new StorageError('storage.key_unreadable', { cause: error });
		}
	});
}

/** Forgets an account's key; its data is unreadable from then on. */
export async function forgetDataKey(accountName: string): Promise<void> {
	await withDevice(({ wrappedKeys }) => wrappedKeys.delete(accountName));
}

/** The remembered value, or null when there is none or it can't be read any more. */
export async function readSession(): Promise<unknown> {
	return withDevice(async (tables) => {
		const kept = await tables.sealedValues.get(SESSION);
		if (kept === undefined) return null;
		try {
			return await openValue(await sessionKeyOf(tables), kept.sealed, SESSION);
		} catch {
			// The person signs in again; there is nothing else in it.
			return null;
		}
	});
}

/** Null forgets. */
export async function writeSession(value: object | null): Promise<void> {
	await withDevice(async (tables) => {
		if (value === null) {
			await tables.sealedValues.delete(SESSION);
			return;
		}
		const sealed = await sealValue(await sessionKeyOf(tables), value, SESSION);
		await tables.sealedValues.put({ id: SESSION, sealed });
	});
}

async function deviceKeyOf({ dexie, deviceKeys }: DeviceTables): Promise<CryptoKey> {
	const key = await crypto.subtle.generateKey({ name: 'AES-KW', length: 256 }, false, [
		'wrapKey',
		'unwrapKey'
	]);
	return (await keepFirst(dexie, deviceKeys, { id: DEVICE_KEY, key })).key;
}

async function sessionKeyOf({ dexie, deviceKeys }: DeviceTables): Promise<CryptoKey> {
	const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
		'encrypt',
		'decrypt'
	]);
	return (await keepFirst(dexie, deviceKeys, { id: SESSION, key })).key;
}

/** Two tabs that start at once agree on the key that came first. */
async function keepFirst<T extends { id: string }>(
	dexie: Dexie,
	table: Table<T, string>,
	fresh: T
): Promise<T> {
	return dexie.transaction('rw', table, async () => {
		const kept = await table.get(fresh.id);
		if (kept !== undefined) return kept;
		await table.add(fresh);
		return fresh;
	});
}
