import { keepFirst, withDevice, type DeviceTables } from './device-database.ts';
import { openValue, sealValue } from './seal.ts';

const SESSION = 'session';

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
		await tables.sealedValues.change(SESSION, () => ({ id: SESSION, sealed }));
	});
}

async function sessionKeyOf({ deviceKeys }: DeviceTables): Promise<CryptoKey> {
	const kept = await keepFirst(deviceKeys, SESSION, async () => ({
		id: SESSION,
		key: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
			'encrypt',
			'decrypt'
		])
	}));
	return kept.key;
}
