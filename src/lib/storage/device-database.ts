import { Dexie, type Table } from 'dexie';
import { whileThereIsRoom } from './storage-error.ts';

/** The small database beside the accounts: keys, and who is signed in. */
export const DEVICE_DATABASE = 'outlay-device';

export interface DeviceKey {
	id: string;
	key: CryptoKey;
}

/** The key of an account's data, wrapped by whatever may open it. */
export interface WrappedKey {
	/** The account's database. */
	id: string;
	/** By the device's key; absent once a passcode guards the account. */
	wrapped?: ArrayBuffer;
	passcode?: PasscodeWrap;
	platform?: PlatformWrap;
	/** Wrong passcodes since the last right one. */
	wrongTries?: number;
	wrongAtMs?: number;
}

/** What argon2id is asked to spend. */
export interface StretchCost {
	memoryKib: number;
	passes: number;
	lanes: number;
}

export interface PasscodeWrap {
	salt: ArrayBuffer;
	cost: StretchCost;
	wrapped: ArrayBuffer;
}

/** By a secret that the platform hands out after a look at face, finger or its own code (WebAuthn PRF). */
export interface PlatformWrap {
	credentialId: ArrayBuffer;
	salt: ArrayBuffer;
	wrapped: ArrayBuffer;
}

export interface SealedValue {
	id: string;
	sealed: string;
}

export interface DeviceTables {
	dexie: Dexie;
	deviceKeys: Table<DeviceKey, string>;
	wrappedKeys: Table<WrappedKey, string>;
	sealedValues: Table<SealedValue, string>;
}

/** Opens the database for one use and closes it, so that signing out in another tab is never blocked by it. */
export async function withDevice<T>(use: (tables: DeviceTables) => Promise<T>): Promise<T> {
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

/** Two tabs that start at once agree on the entry that came first. */
export async function keepFirst<T extends { id: string }>(
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
