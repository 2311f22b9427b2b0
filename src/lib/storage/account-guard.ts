import { passcodeWaitLeftMs } from '@outlay/domain/passcode';
import { ok, refuse, type Result } from '@outlay/domain/refusal';
import type { ProtectionState, SignedIn } from '#lib/commands/ports.ts';
import type { UnreadUnsent } from '#lib/commands/unsent-ports.ts';
import { accountName } from './account-name.ts';
import { LiveValue } from './live-value.ts';
import { PasscodeKey, guardOf, type Guard, type Stretch } from './passcode-key.ts';
import { TabKeys } from './tab-keys.ts';

/** The platform's own way to know a person, as the device room has it. */
export interface PlatformSecrets {
	canBeTried(): Promise<boolean>;
	create(
		personName: string
	): Promise<{ credentialId: ArrayBuffer; salt: ArrayBuffer; secret: ArrayBuffer } | null>;
	secretOf(kept: { credentialId: ArrayBuffer; salt: ArrayBuffer }): Promise<ArrayBuffer | null>;
}

/**
 * What guards the data of who is signed in: keeps the key while the account is open, gives it up when it is locked, and
 * keeps all tabs of the account alike.
 */
export class AccountGuard {
	readonly session: SignedIn;
	readonly state = new LiveValue<ProtectionState>();
	readonly #passcode: PasscodeKey;
	readonly #platform: PlatformSecrets;
	readonly #tabs: TabKeys;
	readonly #nowMs: () => number;
	readonly #onUnlocked: (key: CryptoKey) => Promise<void>;

	constructor(parts: {
		session: SignedIn;
		stretch: Stretch;
		platform: PlatformSecrets;
		nowMs: () => number;
		/** Opens the account. */
		onUnlocked: (key: CryptoKey) => Promise<void>;
		/** Another tab was locked: this one follows. */
		onLockedElsewhere: () => void;
	}) {
		const name = accountName(parts.session);
		this.session = parts.session;
		this.#passcode = new PasscodeKey(name, parts.stretch, parts.nowMs);
		this.#platform = parts.platform;
		this.#nowMs = parts.nowMs;
		this.#onUnlocked = parts.onUnlocked;
		this.#tabs = new TabKeys(name, {
			unlocked: (key) => void parts.onUnlocked(key),
			locked: parts.onLockedElsewhere,
			changed: () => void this.look()
		});
	}

	/** Whether the account is guarded, and its key where an unlocked tab has it. */
	async keyToOpen(): Promise<{ isGuarded: boolean; key: CryptoKey | null }> {
		const guard = await this.look();
		return guard === null
			? { isGuarded: false, key: null }
			: { isGuarded: true, key: await this.#tabs.ask() };
	}

	/** Reads again what guards the account. */
	async look(): Promise<Guard | null> {
		const guard = await guardOf(accountName(this.session));
		this.state.set({
			hasPasscode: guard !== null,
			hasPlatformKey: guard?.platform != null,
			waitMs:
				guard === null ? 0 : passcodeWaitLeftMs(guard.wrongTries, guard.wrongAtMs, this.#nowMs())
		});
		return guard;
	}

	/** The account is open with this key. */
	hold(key: CryptoKey): void {
		this.#tabs.hold(key);
	}

	/** The account is closed: the key goes, in the other tabs too when it was locked here. */
	drop(isLockedHere: boolean): void {
		this.#tabs.drop();
		if (isLockedHere) this.#tabs.tell('lock');
	}

	async unlock(passcode: string): Promise<Result<void>> {
		return this.#opened(await this.#passcode.unlock(passcode));
	}

	async unlockByPlatform(): Promise<Result<void>> {
		const guard = await guardOf(accountName(this.session));
		const secret = guard?.platform && (await this.#platform.secretOf(guard.platform));
		if (!secret) return refuse('platform_key.refused');
		return this.#opened(await this.#passcode.unlockByPlatform(secret));
	}

	async unsent(): Promise<UnreadUnsent> {
		// Seldom needed, and it brings Dexie with it.
		const { unreadUnsent } = await import('./unread-unsent.ts');
		return unreadUnsent(this.session);
	}

	canAddPlatformKey(): Promise<boolean> {
		return this.#platform.canBeTried();
	}

	async setPasscode(current: string | null, next: string): Promise<Result<void>> {
		return this.#changed(await this.#passcode.set(current, next));
	}

	async removePasscode(current: string): Promise<Result<void>> {
		return this.#changed(await this.#passcode.remove(current));
	}

	async addPlatformKey(current: string): Promise<Result<void>> {
		const made = await this.#platform.create(this.session.name);
		if (made === null) return refuse('platform_key.none');
		return this.#changed(await this.#passcode.addPlatform(current, made));
	}

	async removePlatformKey(): Promise<void> {
		await this.#passcode.removePlatform();
		await this.#changed(ok(undefined));
	}

	close(): void {
		this.#tabs.close();
	}

	async #opened(key: Result<CryptoKey>): Promise<Result<void>> {
		await this.look();
		if (!key.ok) return key;
		this.#tabs.share(key.value);
		await this.#onUnlocked(key.value);
		return ok(undefined);
	}

	async #changed(done: Result<void>): Promise<Result<void>> {
		await this.look();
		if (done.ok) this.#tabs.tell('changed');
		return done;
	}
}
