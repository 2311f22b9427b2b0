import { whileThereIsRoom } from './storage-error.ts';

/** The small database beside the accounts: keys, and who is signed in. */
export const DEVICE_DATABASE = 'outlay-device';
/** What Dexie, which made it in earlier apps, calls its version 1. */
const STORED_VERSION = 10;

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

/** Entries by their id. Every promise resolves when the change is durable. */
export interface DeviceTable<T extends { id: string }> {
	get(id: string): Promise<T | undefined>;
	all(): Promise<T[]>;
	/** In one step with what is there; undefined leaves that as it is. Answers what is there then. */
	change(id: string, next: (kept: T | undefined) => T | undefined): Promise<T | undefined>;
	delete(id: string): Promise<void>;
}

export interface DeviceTables {
	deviceKeys: DeviceTable<DeviceKey>;
	wrappedKeys: DeviceTable<WrappedKey>;
	sealedValues: DeviceTable<SealedValue>;
}

/**
 * Opens the database for one use and closes it, so that signing out in another tab is never blocked by it. On
 * IndexedDB itself: it is read before the first list, for which Dexie would have to be loaded.
 */
export async function withDevice<T>(use: (tables: DeviceTables) => Promise<T>): Promise<T> {
	const database = await openDevice();
	try {
		return await whileThereIsRoom(() =>
			use({
				deviceKeys: tableIn(database, 'deviceKeys'),
				wrappedKeys: tableIn(database, 'wrappedKeys'),
				sealedValues: tableIn(database, 'sealedValues')
			})
		);
	} finally {
		database.close();
	}
}

/** The entry with this id, made the first time; two tabs that start at once agree on the one that came first. */
export async function keepFirst<T extends { id: string }>(
	table: DeviceTable<T>,
	id: string,
	make: () => Promise<T>
): Promise<T> {
	const there = await table.get(id);
	if (there !== undefined) return there;
	const fresh = await make();
	return (await table.change(id, (kept) => (kept === undefined ? fresh : undefined))) ?? fresh;
}

function openDevice(): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open(DEVICE_DATABASE, STORED_VERSION);
		request.onupgradeneeded = () => {
			for (const name of ['deviceKeys', 'wrappedKeys', 'sealedValues']) {
				request.result.createObjectStore(name, { keyPath: 'id' });
			}
		};
		request.onsuccess = () => {
			const database = request.result;
			// Whoever signs out deletes it.
			database.onversionchange = () => {
				database.close();
			};
			resolve(database);
		};
		request.onerror = () => {
			reject(request.error ?? new Error('device database not opened'));
		};
	});
}

function tableIn<T extends { id: string }>(database: IDBDatabase, name: string): DeviceTable<T> {
	/** Resolves with what `run` answered once the transaction is through. */
	const inOneStep = <R>(
		mode: IDBTransactionMode,
		run: (store: IDBObjectStore, answer: (value: R) => void) => void
	): Promise<R> =>
		new Promise((resolve, reject) => {
			const transaction = database.transaction(name, mode);
			let answered: { value: R } | null = null;
			transaction.oncomplete = () => {
				if (answered !== null) resolve(answered.value);
			};
			transaction.onabort = () => {
				reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
			};
			run(transaction.objectStore(name), (value) => {
				answered = { value };
			});
		});
	return {
		get: (id) =>
			inOneStep<T | undefined>('readonly', (store, answer) => {
				const asked = store.get(id) as IDBRequest<T | undefined>;
				asked.onsuccess = () => {
					answer(asked.result);
				};
			}),
		all: () =>
			inOneStep<T[]>('readonly', (store, answer) => {
				const asked = store.getAll() as IDBRequest<T[]>;
				asked.onsuccess = () => {
					answer(asked.result);
				};
			}),
		change: (id, next) =>
			inOneStep<T | undefined>('readwrite', (store, answer) => {
				const asked = store.get(id) as IDBRequest<T | undefined>;
				asked.onsuccess = () => {
					const changed = next(asked.result);
					if (changed !== undefined) store.put(changed);
					answer(changed ?? asked.result);
				};
			}),
		delete: (id) =>
			inOneStep<void>('readwrite', (store, answer) => {
				store.delete(id);
				answer();
			})
	};
}
