import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstOf } from '#lib/commands/context.ts';
import { AccountGuard, type PlatformSecrets } from '#lib/storage/account-guard.ts';
import { withDevice } from '#lib/storage/device-database.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase, removeEverything } from '#lib/storage/open-database.ts';
import { PasscodeKey } from '#lib/storage/passcode-key.ts';
import { rememberSignedIn } from '#lib/storage/signed-in.ts';
import { unreadUnsent } from '#lib/storage/unread-unsent.ts';
import { vaultIn } from '#lib/storage/vault.ts';
import { createStretch } from '#lib/workers/passcode-client.ts';
import { COMPANY, WORKER, aReceipt, aTransaction } from '../support/documents.ts';
import { everythingInIndexedDb, holds } from '../support/indexed-db.ts';
import { aSession } from '../support/session.ts';

/* The real key derivation in its worker, the real IndexedDB. Time is the test's, for waits are minutes long. */
const ACCOUNT = { companyId: COMPANY, userId: WORKER };
const NAME = `outlay-${COMPANY}-${WORKER}`;
const CODE = 'four blue tractors';
const OTHER = 'seven red barns';
const stretch = createStretch();
let nowMs = 1_700_000_000_000;
const clock = { nowMs: () => nowMs };
const fetchNothing = () => Promise.resolve(null);
const guards: AccountGuard[] = [];

function passcodeKey() {
	return new PasscodeKey(NAME, stretch, clock.nowMs);
}

beforeEach(async () => {
	nowMs = 1_700_000_000_000;
	const database = await openDatabase(ACCOUNT);
	await documentsIn(database, clock).add(aTransaction(1, { merchant: 'Very secret merchant' }));
	await database.close();
});

afterEach(async () => {
	for (const guard of guards.splice(0)) guard.close();
	await removeEverything();
});

/** The merchant of the stored entry, read with a key. */
async function readWith(dataKey?: CryptoKey): Promise<unknown> {
	const database = await openDatabase(ACCOUNT, dataKey === undefined ? {} : { dataKey });
	const stored = await documentsIn(database, clock).get('transaction', aTransaction(1)._id);
	await database.close();
	const body = stored?.document.body;
	return body?.kind === 'expense' ? body.merchant : undefined;
}

describe('a passcode', () => {
	it('is the only way in once it is set, and the data stays as it was written', async () => {
		const sealedBefore = (await everythingInIndexedDb()).filter(isSealedRow);
		expect(sealedBefore.length).toBeGreaterThan(0);
		expect(await passcodeKey().set(null, CODE)).toEqual({ ok: true, value: undefined });
		expect((await everythingInIndexedDb()).filter(isSealedRow)).toEqual(sealedBefore);

		await expect(openDatabase(ACCOUNT)).rejects.toMatchObject({ code: 'storage.locked' });
		const opened = await passcodeKey().unlock(CODE);
		expect(await readWith(opened.ok ? opened.value : undefined)).toBe('Very secret merchant');
		// Whoever gets hold of the key in the page can't carry its bytes away.
		expect(opened.ok && opened.value.extractable).toBe(false);
	});

	it('leaves nothing the device alone could open, and neither itself nor the key in any store', async () => {
		await passcodeKey().set(null, CODE);
		const kept = await withDevice(({ wrappedKeys }) => wrappedKeys.get(NAME));
		expect(kept?.wrapped).toBeUndefined();
		const stored = await everythingInIndexedDb();
		for (const secret of ['tractors', 'secret merchant']) expect(holds(stored, secret)).toBe(false);
		expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain('tractors');
		for (const value of await withDevice(({ deviceKeys }) => deviceKeys.all())) {
			expect(value.key.extractable).toBe(false);
		}
	});

	it('changes without a byte of the data being written again; the old one opens nothing', async () => {
		await passcodeKey().set(null, CODE);
		const sealedBefore = (await everythingInIndexedDb()).filter(isSealedRow);
		expect(await passcodeKey().set('not the passcode', OTHER)).toMatchObject({
			ok: false,
			refusal: { code: 'passcode.wrong', field: 'current' }
		});
		expect(await passcodeKey().set(CODE, OTHER)).toMatchObject({ ok: true });
		expect((await everythingInIndexedDb()).filter(isSealedRow)).toEqual(sealedBefore);
		expect(await passcodeKey().unlock(CODE)).toMatchObject({ ok: false });
		const opened = await passcodeKey().unlock(OTHER);
		expect(await readWith(opened.ok ? opened.value : undefined)).toBe('Very secret merchant');
	});

	it('goes again, and the device opens the data by itself', async () => {
		await passcodeKey().set(null, CODE);
		expect(await passcodeKey().remove('wrong one here')).toMatchObject({ ok: false });
		expect(await passcodeKey().remove(CODE)).toMatchObject({ ok: true });
		expect(await readWith()).toBe('Very secret merchant');
	});

	it.each([
		['short', 'passcode.too_short'],
		['aaaaaaaaaaaa', 'passcode.too_simple'],
		['12345678', 'passcode.too_simple'],
		['x'.repeat(201), 'passcode.too_long']
	])('like %s is refused, and the device stays open', async (passcode, code) => {
		expect(await passcodeKey().set(null, passcode)).toMatchObject({ ok: false, refusal: { code } });
		expect(await readWith()).toBe('Very secret merchant');
	});

	it('opens whichever way its letters were composed', async () => {
		await passcodeKey().set(null, 'blåbærgrød'.normalize('NFD'));
		expect(await passcodeKey().unlock('blåbærgrød'.normalize('NFC'))).toMatchObject({ ok: true });
	});

	it('guessed wrong takes longer each time, a restart helps nobody, and the right one still opens', async () => {
		await passcodeKey().set(null, CODE);
		const seconds: unknown[] = [];
		for (let n = 0; n < 6; n++) {
			const refused = await passcodeKey().unlock('a wrong guess');
			expect(refused).toMatchObject({ refusal: { code: 'passcode.wrong' } });
			const waitS = refused.ok ? 0 : Number(refused.refusal.values?.['seconds']);
			seconds.push(waitS);
			if (waitS > 0) {
				// Each try is made by a new page, as after a reload; the right one has to wait as well.
				expect(await passcodeKey().unlock(CODE)).toMatchObject({
					refusal: { code: 'passcode.wait', values: { seconds: waitS } }
				});
				// A clock that is put back gains nothing.
				nowMs -= 3_600_000;
				expect(await passcodeKey().unlock(CODE)).toMatchObject({
					refusal: { code: 'passcode.wait', values: { seconds: waitS } }
				});
				nowMs += 3_600_000 + waitS * 1000;
			}
		}
		expect(seconds).toEqual([0, 0, 1, 2, 4, 8]);
		expect(await passcodeKey().unlock(CODE)).toMatchObject({ ok: true });
		// From here on counting begins anew.
		expect(await passcodeKey().unlock('a wrong guess')).toMatchObject({
			refusal: { values: { seconds: 0 } }
		});
	});

	it('is changed once when two tabs change it at the same moment', async () => {
		await passcodeKey().set(null, CODE);
		const done = await Promise.all([
			passcodeKey().set(CODE, OTHER),
			passcodeKey().set(CODE, 'nine green gates')
		]);
		expect(done.filter(({ ok }) => ok)).toHaveLength(1);
		expect(done.find(({ ok }) => !ok)).toMatchObject({ refusal: { code: 'passcode.changed' } });
		const next = done[0].ok ? OTHER : 'nine green gates';
		expect(await passcodeKey().unlock(next)).toMatchObject({ ok: true });
	});
});

describe('the guard of an account', () => {
	it('opens all tabs with one, and locks them with one', async () => {
		await passcodeKey().set(null, CODE);
		const opened: string[] = [];
		const locked: string[] = [];
		const [first, second] = ['first', 'second'].map((tab) => aGuard(tab, opened, locked));
		expect(await first?.keyToOpen()).toEqual({ isGuarded: true, key: null });
		expect(await second?.keyToOpen()).toEqual({ isGuarded: true, key: null });
		expect(await first?.unlock(CODE)).toMatchObject({ ok: true });
		await expect.poll(() => [...opened].sort()).toEqual(['first', 'second']);

		// A third tab is opened: it asks nobody.
		const third = aGuard('third', opened, locked);
		const { key } = await third.keyToOpen();
		expect(await readWith(key ?? undefined)).toBe('Very secret merchant');

		first?.drop(true);
		await expect.poll(() => [...locked].sort()).toEqual(['second', 'third']);
		second?.drop(false);
		third.drop(false);
		const fourth = aGuard('fourth', opened, locked);
		expect(await fourth.keyToOpen()).toEqual({ isGuarded: true, key: null });
	});

	it('opens by the platform too, which says nothing about the passcode', async () => {
		const secret = crypto.getRandomValues(new Uint8Array(32)).buffer;
		let given: ArrayBuffer | null = secret;
		const platform: PlatformSecrets = {
			canBeTried: () => Promise.resolve(true),
			create: () =>
				Promise.resolve({ credentialId: new ArrayBuffer(4), salt: new ArrayBuffer(32), secret }),
			secretOf: () => Promise.resolve(given)
		};
		const opened: string[] = [];
		const guard = aGuard('one', opened, [], platform);
		await guard.setPasscode(null, CODE);
		expect(await guard.addPlatformKey('not this one')).toMatchObject({ ok: false });
		expect(await guard.addPlatformKey(CODE)).toMatchObject({ ok: true });
		expect(await firstOf(guard.state)).toMatchObject({ hasPasscode: true, hasPlatformKey: true });
		expect(await guard.unlockByPlatform()).toMatchObject({ ok: true });
		expect(opened).toEqual(['one']);
		// A new passcode wraps the same key: the platform still opens it.
		expect(await guard.setPasscode(CODE, OTHER)).toMatchObject({ ok: true });
		expect(await guard.unlockByPlatform()).toMatchObject({ ok: true });
		given = crypto.getRandomValues(new Uint8Array(32)).buffer;
		expect(await guard.unlockByPlatform()).toMatchObject({
			refusal: { code: 'platform_key.refused' }
		});
		given = null;
		expect(await guard.unlockByPlatform()).toMatchObject({
			refusal: { code: 'platform_key.refused' }
		});
		await guard.removePlatformKey();
		expect(await firstOf(guard.state)).toMatchObject({ hasPlatformKey: false });
		expect(await guard.unlock(OTHER)).toMatchObject({ ok: true });
	});

	it('can say without the key what was never sent', async () => {
		const database = await openDatabase(ACCOUNT);
		const documents = documentsIn(database, clock);
		const picture = new TextEncoder().encode('the bytes of a very secret picture');
		const { sha256 } = await vaultIn(database, clock, fetchNothing).put(picture, 'image/webp');
		await documents.add(aReceipt(1, sha256));
		nowMs += 5000;
		await documents.add(aTransaction(2));
		await database.close();
		await passcodeKey().set(null, CODE);
		await rememberSignedIn().remember(aSession());

		expect(await unreadUnsent(ACCOUNT)).toEqual({
			total: 3,
			entries: 2,
			submissions: 0,
			photos: 1,
			trips: 0,
			newestAtMs: nowMs
		});
		expect(await unreadUnsent({ companyId: COMPANY, userId: 'nobody' })).toMatchObject({
			total: 0
		});
		// Locked, the disk shows no word of an entry, of a picture, or of who it is.
		const stored = await everythingInIndexedDb();
		for (const secret of ['secret merchant', 'secret picture', 'Byggemarkedet', 'Wanda']) {
			expect(holds(stored, secret)).toBe(false);
		}
	});
});

function aGuard(
	tab: string,
	opened: string[],
	locked: string[],
	platform: PlatformSecrets = {
		canBeTried: () => Promise.resolve(false),
		create: () => Promise.resolve(null),
		secretOf: () => Promise.resolve(null)
	}
): AccountGuard {
	const guard: AccountGuard = new AccountGuard({
		session: aSession(),
		stretch,
		platform,
		nowMs: clock.nowMs,
		onUnlocked: (key) => {
			opened.push(tab);
			guard.hold(key);
			return Promise.resolve();
		},
		onLockedElsewhere: () => {
			locked.push(tab);
		}
	});
	guards.push(guard);
	return guard;
}

/** A stored document: its body is sealed text. */
function isSealedRow(value: unknown): boolean {
	return typeof value === 'object' && value !== null && 'body' in value && 'unsent' in value;
}
