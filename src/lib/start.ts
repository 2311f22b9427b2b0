import { refuse } from '@outlay/domain/refusal';
import type { Account, App, ClosedAccount, Done, Lock } from './commands/app.ts';
import { firstOf } from './commands/context.ts';
import type { SignedIn } from './commands/ports.ts';
import { accountAhead } from './account-ahead.ts';
import { protectionOf } from './account-protection.ts';
import { createClock } from './device/clock.ts';
import { createConnectivity } from './device/connectivity.ts';
import { canSendWhenClosed } from './device/background-sync.ts';
import { createIdentities } from './device/identities.ts';
import { createPlatformKeys } from './device/platform-keys.ts';
import { createStoragePersistence } from './device/storage-persistence.ts';
import { AccountGuard } from './storage/account-guard.ts';
import { lookAhead } from './storage/first-look.ts';
import { LiveValue } from './storage/live-value.ts';
import type { OpenOptions } from './storage/open-database.ts';
import { rememberSignedIn } from './storage/signed-in.ts';
import { createSessions, finishSigningOut } from './sync/sessions.ts';
import { createStretch } from './workers/passcode-client.ts';
import type { OpenAccount } from './open-account.ts';

export interface StartParts {
	/** Stores what stands in forms; false when something could not be stored. */
	saveForms: () => Promise<boolean>;
	/** This app is newer than the one in another tab, which has not closed the data yet. */
	onWaiting: (isWaiting: boolean) => void;
	/** What is shown can't be opened, or what another tab asks for can't be done. */
	onFailed: (failure: unknown) => void;
}

/** Loaded behind the first list: most of the app's scripts. */
const loadStore = () => import('./storage/open-database.ts');

/** How often a tab that has to close tries to store what stands in its forms. */
const SAVE_AGAIN_MS = 2000;

/**
 * Wires adapters to deeds, once. Opens the account that is signed in on this device, without network, and follows
 * sign-in and sign-out, lock and unlock from then on, in this tab and the others. Resolves when the account can be
 * shown, which may be before it is open.
 */
export async function startApp({ saveForms, onWaiting, onFailed }: StartParts): Promise<App> {
	const removeEverything = async () => (await loadStore()).removeEverything();
	await finishSigningOut(removeEverything);
	const clock = createClock();
	const connectivity = createConnectivity();
	const persistence = createStoragePersistence();
	const platform = createPlatformKeys();
	const stretch = createStretch();
	const memory = rememberSignedIn();
	const current = new LiveValue<Account | null>();
	const closed = new LiveValue<ClosedAccount | null>(null);
	let open: OpenAccount | null = null;
	let guard: AccountGuard | null = null;

	let closing: Promise<void> = Promise.resolve();
	/** Signing out asks for it twice, in this tab and through the others: both wait for the one closing. */
	const closeAccount = () => {
		const last = open;
		open = null;
		if (last !== null) {
			current.set(null);
			closing = last.close();
		}
		return closing;
	};
	// One change of account at a time.
	let work: Promise<void> = Promise.resolve();
	const inTurn = (run: () => Promise<void>) => {
		const done = work.then(run);
		work = done.catch(() => undefined);
		return done;
	};
	const closeFor = async (why: ClosedAccount, of: AccountGuard, isLockedHere = false) => {
		of.drop(isLockedHere);
		closed.set(why);
		if (open === null) current.set(null);
		await closeAccount();
	};
	/** As soon as everything in forms is stored. */
	const closeOnceSaved = async (why: ClosedAccount, of: AccountGuard) => {
		while (guard === of && open !== null && !(await saveForms())) await pause(SAVE_AGAIN_MS);
		await inTurn(() => (guard === of ? closeFor(why, of) : Promise.resolve()));
	};
	const lock = async (): Promise<Done> => {
		const of = guard;
		if (of === null || open === null) return { ok: true, value: undefined };
		const { state } = await firstOf(open.account.recorder.recording);
		if (state !== 'idle') return refuse('lock.recording');
		if (!(await saveForms())) return refuse('lock.unsaved');
		await inTurn(() => closeFor({ kind: 'locked', lock: lockOf(of) }, of, true));
		return { ok: true, value: undefined };
	};
	const openUp = async (
		of: AccountGuard,
		dataKey: CryptoKey | null,
		looking = lookAhead(of.session, dataKey)
	) => {
		if (open !== null) return;
		// The list is shown before the store is open: a tab that asks in between would stay locked.
		if (dataKey !== null) of.hold(dataKey);
		const look = await looking;
		const key = dataKey ?? look?.key ?? null;
		if (key !== null) of.hold(key);
		const options: OpenOptions = {
			// A passcode may be set, or the account locked again, before the store is open.
			...(key === null ? { onKey: (made) => void of.hold(made) } : { dataKey: key }),
			onUpgradeElsewhere: () => void closeOnceSaved({ kind: 'replaced' }, of),
			onWaiting
		};
		const protection = protectionOf(of, lock);
		look?.begin();
		const ahead =
			look &&
			accountAhead({
				me: of.session,
				look,
				protection,
				identities: createIdentities(),
				opening: async () => (await opening).account
			});
		const opening = (async () => {
			await ahead?.wanted;
			const { openAccount } = await import('./open-account.ts');
			return openAccount(of, { clock, connectivity, options, protection });
		})();
		const show = (account: OpenAccount) => {
			open = account;
			current.set(account.account);
			closed.set(null);
		};
		const shown = ahead && openedLater(of.session, ahead, opening);
		if (shown !== null) show(shown);
		try {
			const opened = await opening;
			if (shown === null) show(opened);
		} catch (error) {
			if (open === shown) open = null;
			const why = await whyClosed(error, of, () => inTurn(() => openUp(of, null)));
			if (why === null) return openUp(of, null);
			return closeFor(why, of);
		}
		// Asked early: what is entered next should outlive a full device.
		void persistence.persist().catch(() => undefined);
	};
	const follow = async (session: SignedIn | null) => {
		if (session !== null && guard !== null && isSameAccount(guard.session, session)) {
			open?.wake();
			return;
		}
		guard?.drop(false);
		await closeAccount();
		guard?.close();
		guard = null;
		if (session === null) {
			current.set(null);
			closed.set(null);
			return;
		}
		const of: AccountGuard = new AccountGuard({
			session,
			stretch,
			platform,
			nowMs: () => clock.nowMs(),
			onUnlocked: (key) => inTurn(() => (guard === of ? openUp(of, key) : Promise.resolve())),
			onLockedElsewhere: () => void closeOnceSaved({ kind: 'locked', lock: lockOf(of) }, of)
		});
		guard = of;
		// Begun beside the look at what guards it: by itself only what nothing guards can be read.
		const looking = lookAhead(session, null);
		const { isGuarded, key } = await of.keyToOpen();
		if (isGuarded && key === null) await closeFor({ kind: 'locked', lock: lockOf(of) }, of);
		else await openUp(of, key, isGuarded ? undefined : looking);
	};

	const sessions = createSessions({
		memory,
		fetch: (input, init) => fetch(input, init),
		closeAccount,
		removeEverything
	});
	// A failure before anything is shown is the start's to show.
	await new Promise<void>((resolve, reject) => {
		let isStarted = false;
		const start = () => {
			isStarted = true;
			resolve();
		};
		current.subscribe((account) => {
			if (account !== null) start();
		});
		memory.current.subscribe((session) => {
			inTurn(() => follow(session)).then(start, (failure: Error) => {
				if (isStarted) onFailed(failure);
				else reject(failure);
			});
		});
	});

	return {
		sessions,
		account: current,
		closed,
		canSendWhenClosed: canSendWhenClosed(),
		async storageUse() {
			const [isPersistent, estimate] = await Promise.all([
				persistence.persist(),
				persistence.estimate()
			]);
			return { usedBytes: 0, quotaBytes: 0, ...estimate, isPersistent };
		}
	};
}

/** An account that is shown already; closing waits until it is open. */
function openedLater(
	session: SignedIn,
	{ account, want, settled }: ReturnType<typeof accountAhead>,
	opening: Promise<OpenAccount>
): OpenAccount {
	return {
		session,
		account,
		wake() {
			opening.then(
				(opened) => {
					opened.wake();
				},
				() => undefined
			);
		},
		async close() {
			want();
			const opened = await opening.catch(() => null);
			// What was pressed before it was open ends in the store, too.
			await settled();
			await opened?.close();
		}
	};
}

/** Null where nothing is lost by fetching everything again, which was then made ready. Throws what is no such reason. */
async function whyClosed(
	error: unknown,
	{ session }: AccountGuard,
	openAgain: () => Promise<void>
): Promise<ClosedAccount | null> {
	if (hasCode(error, 'storage.newer_app')) return { kind: 'replaced' };
	if (!hasCode(error, 'storage.key_unreadable')) throw error;
	const [{ forgetAccount }, { unreadUnsent }] = await Promise.all([
		loadStore(),
		import('./storage/unread-unsent.ts')
	]);
	const unsent = await unreadUnsent(session);
	if (unsent.total === 0) {
		await forgetAccount(session);
		return null;
	}
	return {
		kind: 'key-lost',
		unsent,
		async fetchAgain() {
			await forgetAccount(session);
			await openAgain();
		}
	};
}

function lockOf(guard: AccountGuard): Lock {
	return {
		me: guard.session,
		state: guard.state,
		unlock: (passcode) => guard.unlock(passcode),
		unlockByPlatform: () => guard.unlockByPlatform(),
		unsent: () => guard.unsent()
	};
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}

function isSameAccount(a: SignedIn, b: SignedIn): boolean {
	return a.companyId === b.companyId && a.userId === b.userId;
}

function hasCode(error: unknown, code: string): boolean {
	return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
