import { keepFirst, withDevice, type DeviceTables, type WrappedKey } from './device-database.ts';
import { StorageError } from './storage-error.ts';

const DEVICE_KEY = 'device';

/**
 * The key of an account's data: random, made at the first call, wrapped by the device's key, which protects against
 * casual looks only (browsers keep it readable on disk). Throws `storage.locked` where a passcode guards it, and
 * `storage.key_unreadable` when the stored one can't be used, or is gone while the data is there (`mustExist`): a phone
 * restored from a backup.
 */
export async function dataKeyOf(accountName: string, mustExist: boolean): Promise<CryptoKey> {
	return withDevice(async (tables) => {
		if (mustExist && (await tables.wrappedKeys.get(accountName)) === undefined) {
			throw new StorageError('storage.key_unreadable');
		}
		const kept = await keepFirst(tables.wrappedKeys, accountName, async () => {
			const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, [
				'encrypt',
				'decrypt'
			]);
			const wrapped = await crypto.subtle.wrapKey(
				'raw',
				fresh,
				await deviceKeyOf(tables),
				'AES-KW'
			);
			return { id: accountName, wrapped };
		});
		return unwrapByDevice(tables, kept, 'as it is used');
	});
}

/** The key of an account's data where the device alone opens it; null where there is none. */
export async function keptDataKey(accountName: string): Promise<CryptoKey | null> {
	return withDevice(async ({ wrappedKeys, deviceKeys }) => {
		const [kept, device] = await Promise.all([
			wrappedKeys.get(accountName),
			deviceKeys.get(DEVICE_KEY)
		]);
		if (kept?.wrapped === undefined || kept.passcode !== undefined || device === undefined) {
			return null;
		}
		return unwrap(kept.wrapped, device.key, 'as it is used');
	});
}

/** Forgets an account's key; its data is unreadable from then on. */
export async function forgetDataKey(accountName: string): Promise<void> {
	await withDevice(({ wrappedKeys }) => wrappedKeys.delete(accountName));
}

/** Only while it is wrapped anew may a data key be taken out of the browser's keeping. */
export type KeyPurpose = 'as it is used' | 'to be wrapped';

/** Throws as `dataKeyOf`. */
export async function unwrapByDevice(
	tables: DeviceTables,
	kept: WrappedKey,
	purpose: KeyPurpose
): Promise<CryptoKey> {
	if (kept.passcode !== undefined) throw new StorageError('storage.locked');
	if (kept.wrapped === undefined) throw new StorageError('storage.key_unreadable');
	const key = await unwrap(kept.wrapped, await deviceKeyOf(tables), purpose);
	if (key === null) throw new StorageError('storage.key_unreadable');
	return key;
}

/** Null where the wrapping key is not the one it was wrapped by. */
export async function unwrap(
	wrapped: ArrayBuffer,
	by: CryptoKey,
	purpose: KeyPurpose
): Promise<CryptoKey | null> {
	try {
		return await crypto.subtle.unwrapKey(
			'raw',
			wrapped,
			by,
			'AES-KW',
			{ name: 'AES-GCM' },
			purpose === 'to be wrapped',
			['encrypt', 'decrypt']
		);
	} catch {
		return null;
	}
}

/** Never leaves the browser: not even this app can read its bytes. */
export async function deviceKeyOf({ deviceKeys }: DeviceTables): Promise<CryptoKey> {
	const kept = await keepFirst(deviceKeys, DEVICE_KEY, async () => ({
		id: DEVICE_KEY,
		key: await crypto.subtle.generateKey({ name: 'AES-KW', length: 256 }, false, [
			'wrapKey',
			'unwrapKey'
		])
	}));
	return kept.key;
}
