import { judgePasscode, passcodeWaitLeftMs, passcodeWaitMs } from '@outlay/domain/passcode';
import { ok, refuse, type Result } from '@outlay/domain/refusal';
import { deviceKeyOf, unwrap, unwrapByDevice, type KeyPurpose } from './data-key.ts';
import {
	withDevice,
	type DeviceTables,
	type PlatformWrap,
	type StretchCost,
	type WrappedKey
} from './device-database.ts';
import { StorageError } from './storage-error.ts';

/** argon2id: 32 bytes out of a passcode, slowly on purpose. */
export type Stretch = (
	passcode: string,
	salt: Uint8Array<ArrayBuffer>,
	cost: StretchCost
) => Promise<Uint8Array<ArrayBuffer>>;

/** Above the least that OWASP names (46 MiB, one pass), and still about a second on a phone. Kept beside each salt. */
const COST: StretchCost = { memoryKib: 48 * 1024, passes: 2, lanes: 1 };
const SALT_BYTES = 16;

/** What guards an account's key here. */
export interface Guard {
	/** Null where only the passcode opens it. */
	platform: Pick<PlatformWrap, 'credentialId' | 'salt'> | null;
	wrongTries: number;
	wrongAtMs: number;
}

/** Null where no passcode is set: the key opens by itself. */
export async function guardOf(accountName: string): Promise<Guard | null> {
	const kept = await withDevice(({ wrappedKeys }) => wrappedKeys.get(accountName));
	if (kept?.passcode === undefined) return null;
	const { platform, wrongTries = 0, wrongAtMs = 0 } = kept;
	return { platform: platform ?? null, wrongTries, wrongAtMs };
}

/** Opens the account's key, and only ever one try at a time counts. */
export class PasscodeKey {
	readonly #name: string;
	readonly #stretch: Stretch;
	readonly #nowMs: () => number;

	constructor(accountName: string, stretch: Stretch, nowMs: () => number) {
		this.#name = accountName;
		this.#stretch = stretch;
		this.#nowMs = nowMs;
	}

	/**
	 * Refuses `passcode.wrong` (with the seconds to wait, 0 at first) and `passcode.wait`; never locks for good. Throws
	 * `storage.key_unreadable` where there is nothing to open.
	 */
	async unlock(passcode: string): Promise<Result<CryptoKey>> {
		return withDevice((tables) => this.#tried(tables, passcode, 'as it is used'));
	}

	/** By the platform's secret; `platform_key.refused` where it is not the one it was wrapped by. */
	async unlockByPlatform(secret: ArrayBuffer): Promise<Result<CryptoKey>> {
		return withDevice(async (tables) => {
			const kept = await this.#kept(tables);
			const by = await wrappingKeyFrom(secret);
			const key = kept.platform && (await unwrap(kept.platform.wrapped, by, 'as it is used'));
			if (!key) return refuse('platform_key.refused');
			await this.#forgiveTries(tables);
			return ok(key);
		});
	}

	/**
	 * Sets or changes the passcode: the key is wrapped anew, no data is rewritten. `current` is the one before, null
	 * where there is none. Refuses as `unlock` and `judgePasscode`.
	 */
	async set(current: string | null, next: string): Promise<Result<void>> {
		const judged = judgePasscode(next);
		if (!judged.ok) return judged;
		return this.#rewrap(current, async (key) => {
			const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
			const by = await this.#wrappingKey(next, salt, COST);
			const wrapped = await crypto.subtle.wrapKey('raw', key, by, 'AES-KW');
			return (kept) => ({
				id: kept.id,
				passcode: { salt: salt.buffer, cost: COST, wrapped },
				...(kept.platform ? { platform: kept.platform } : {})
			});
		});
	}

	/** Takes the passcode away: the device's key opens the data again. */
	async remove(current: string): Promise<Result<void>> {
		return this.#rewrap(current, async (key, tables) => {
			const by = await deviceKeyOf(tables);
			const wrapped = await crypto.subtle.wrapKey('raw', key, by, 'AES-KW');
			return (kept) => ({ id: kept.id, wrapped });
		});
	}

	/** Lets the platform's secret open the key beside the passcode. */
	async addPlatform(
		current: string,
		platform: Pick<PlatformWrap, 'credentialId' | 'salt'> & { secret: ArrayBuffer }
	): Promise<Result<void>> {
		const { secret, credentialId, salt } = platform;
		return this.#rewrap(current, async (key) => {
			const by = await wrappingKeyFrom(secret);
			const wrapped = await crypto.subtle.wrapKey('raw', key, by, 'AES-KW');
			return (kept) => ({ ...kept, platform: { credentialId, salt, wrapped } });
		});
	}

	async removePlatform(): Promise<void> {
		await withDevice(({ wrappedKeys }) =>
			wrappedKeys.change(this.#name, (kept) => {
				if (kept === undefined) return undefined;
				const { platform, ...rest } = kept;
				void platform;
				return rest;
			})
		);
	}

	/** One write replaces the other: killed before it, everything is as it was. */
	async #rewrap(
		current: string | null,
		wrapAnew: (key: CryptoKey, tables: DeviceTables) => Promise<(kept: WrappedKey) => WrappedKey>
	): Promise<Result<void>> {
		return withDevice(async (tables) => {
			const kept = await this.#kept(tables);
			const opened =
				kept.passcode === undefined
					? ok(await unwrapByDevice(tables, kept, 'to be wrapped'))
					: await this.#tried(tables, current ?? '', 'to be wrapped');
			if (!opened.ok) return opened;
			const next = await wrapAnew(opened.value, tables);
			let isChanged = false;
			await tables.wrappedKeys.change(this.#name, (newest) => {
				// Another tab was faster: what was asked here was asked of another state.
				if (newest === undefined || !isSameWrap(newest, kept)) return undefined;
				isChanged = true;
				return next(newest);
			});
			return isChanged ? ok(undefined) : refuse('passcode.changed');
		});
	}

	/** The try counts before it is made: a tab killed in the middle gains none. */
	async #tried(
		tables: DeviceTables,
		passcode: string,
		purpose: KeyPurpose
	): Promise<Result<CryptoKey>> {
		let leftMs = 0;
		const kept = await tables.wrappedKeys.change(this.#name, (found) => {
			if (found === undefined) return undefined;
			const { wrongTries = 0, wrongAtMs = 0 } = found;
			const nowMs = this.#nowMs();
			leftMs = passcodeWaitLeftMs(wrongTries, wrongAtMs, nowMs);
			return leftMs > 0 ? undefined : { ...found, wrongTries: wrongTries + 1, wrongAtMs: nowMs };
		});
		if (leftMs > 0) {
			return refuse('passcode.wait', 'current', { seconds: Math.ceil(leftMs / 1000) });
		}
		const wrap = kept?.passcode;
		if (wrap === undefined) throw new StorageError('storage.key_unreadable');
		const by = await this.#wrappingKey(passcode, new Uint8Array(wrap.salt), wrap.cost);
		const key = await unwrap(wrap.wrapped, by, purpose);
		if (key === null) {
			const seconds = Math.ceil(passcodeWaitMs(kept?.wrongTries ?? 0) / 1000);
			return refuse('passcode.wrong', 'current', { seconds });
		}
		await this.#forgiveTries(tables);
		return ok(key);
	}

	async #forgiveTries({ wrappedKeys }: DeviceTables): Promise<void> {
		await wrappedKeys.change(this.#name, (kept) => kept && { ...kept, wrongTries: 0 });
	}

	async #kept({ wrappedKeys }: DeviceTables): Promise<WrappedKey> {
		const kept = await wrappedKeys.get(this.#name);
		if (kept === undefined) throw new StorageError('storage.key_unreadable');
		return kept;
	}

	async #wrappingKey(
		passcode: string,
		salt: Uint8Array<ArrayBuffer>,
		cost: StretchCost
	): Promise<CryptoKey> {
		const bytes = await this.#stretch(passcode.normalize('NFC'), salt, cost);
		return crypto.subtle.importKey('raw', bytes, 'AES-KW', false, ['wrapKey', 'unwrapKey']);
	}
}

function isSameWrap(a: WrappedKey, b: WrappedKey): boolean {
	const bytes = ({ wrapped, passcode }: WrappedKey) =>
		String(new Uint8Array(passcode?.wrapped ?? wrapped ?? new ArrayBuffer()));
	return bytes(a) === bytes(b);
}

async function wrappingKeyFrom(secret: ArrayBuffer): Promise<CryptoKey> {
	const base = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
	return crypto.subtle.deriveKey(
		{
			name: 'HKDF',
			hash: 'SHA-256',
			salt: new ArrayBuffer(),
			info: new TextEncoder().encode('outlay: wraps the data key')
		},
		base,
		{ name: 'AES-KW', length: 256 },
		false,
		['wrapKey', 'unwrapKey']
	);
}
