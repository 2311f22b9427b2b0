import { documentId, type DocumentType } from '@outlay/domain/identifiers';
import type { Account, Protection } from './commands/app.ts';
import type { Identities, Live, SignedIn } from './commands/ports.ts';
import type { FirstLook } from './storage/first-look.ts';

/** More than the first screen shows; longer lists wait for the store. */
const LOOKED_AT_ROWS = 100;
/** Where no list is asked for, the rest is loaded after this. */
const PATIENCE_MS = 500;

/**
 * An account that can be shown before its store is loaded: lists and documents are what lies on the device, read once,
 * until the store follows them; everything else waits for it. It stays the same account then, so nothing on the screen
 * is made anew.
 */
export function accountAhead(parts: {
	me: SignedIn;
	look: FirstLook;
	identities: Identities;
	protection: Protection;
	/** The whole account; rejects where it can't be opened. */
	opening: () => Promise<Account>;
}): {
	account: Account;
	/** The first list is on the screen, or somebody needs what it is not made of. */
	wanted: Promise<void>;
	/** Loads the rest now. */
	want: () => void;
	/** Resolves when no deed is under way. */
	settled: () => Promise<void>;
} {
	const { me, look, identities, protection } = parts;
	let want: () => void = () => undefined;
	const wanted = new Promise<void>((resolve) => {
		want = resolve;
	});
	setTimeout(want, PATIENCE_MS * 2);
	const wantAfterPaint = () => {
		// Hidden pages are never painted.
		setTimeout(want, PATIENCE_MS);
		requestAnimationFrame(() => requestAnimationFrame(want));
	};

	/** A list says of each entry where it stands, so it is shown when all of this was read. */
	let reading = 0;
	let isListAsked = false;

	/** Null until the store is there. */
	let whole: Account | null = null;
	let opening: Promise<Account> | null = null;
	const opened = () =>
		(opening ??= parts.opening().then((account) => {
			whole = account;
			return account;
		}));

	const live = <T>(
		pick: (account: Account) => Live<T>,
		/** Undefined where only the store can say. */
		first: () => Promise<T | undefined> = () => Promise.resolve(undefined)
	): Live<T> => ({
		subscribe(run) {
			if (whole !== null) return pick(whole).subscribe(run);
			let stop: (() => void) | null = null;
			let isStopped = false;
			void first().then((value) => {
				if (value !== undefined && !isStopped && stop === null) run(value);
			});
			opened().then(
				(account) => {
					if (!isStopped) stop = pick(account).subscribe(run);
				},
				// Whoever opens it says why it can't be.
				() => undefined
			);
			return () => {
				isStopped = true;
				stop?.();
			};
		}
	});
	const running = new Set<Promise<unknown>>();
	const later = <T extends object>(
		pick: (account: Account) => T,
		now: Partial<T>,
		followedIn = new Set<Promise<unknown>>()
	): T =>
		answeringLater(
			async () => {
				want();
				return pick(await opened());
			},
			now,
			followedIn
		);

	const account: Account = {
		me,
		documents: later(({ documents }) => documents, {
			watch: (type, id) =>
				live(
					({ documents }) => documents.watch(type, id),
					() => look.one(type, id)
				),
			watchNewest: <T extends DocumentType>(type: T, limit: number) =>
				live(
					({ documents }) => documents.watchNewest(type, limit),
					async () => {
						// Whoever asks for so many waits for the store, and the page is empty until then.
						if (limit > LOOKED_AT_ROWS && type !== 'setting') {
							wantAfterPaint();
							return undefined;
						}
						isListAsked ||= type === 'transaction';
						reading += 1;
						try {
							return (await look.newest(type, limit)) ?? undefined;
						} finally {
							reading -= 1;
							if (isListAsked && reading === 0) wantAfterPaint();
						}
					}
				),
			watchAbout(subjectId) {
				want();
				return live(({ documents }) => documents.watchAbout(subjectId));
			}
		}),
		vault: later(({ vault }) => vault, {}),
		sync: later(({ sync }) => sync, {
			status: live(({ sync }) => sync.status),
			queue: live(({ sync }) => sync.queue),
			itemStates: live(({ sync }) => sync.itemStates)
		}),
		deeds: later(
			({ deeds }) => deeds,
			{
				newTransactionId: () => documentId('transaction', me.userId, identities.ulid()),
				newElementId: () => identities.ulid()
			},
			running
		),
		recorder: later(({ recorder }) => recorder, {
			recording: live(({ recorder }) => recorder.recording)
		}),
		regions: later(({ regions }) => regions, {
			kept: live(({ regions }) => regions.kept),
			maps: live(({ regions }) => regions.maps),
			roads: live(({ regions }) => regions.roads)
		}),
		protection
	};
	return {
		account,
		wanted,
		want,
		async settled() {
			while (running.size > 0) await Promise.allSettled([...running]);
		}
	};
}

/**
 * `now` with all else of `T`, whose methods answer with promises, called once the whole is there; those under way are in
 * `running`.
 */
function answeringLater<T extends object>(
	whole: () => Promise<T>,
	now: Partial<T>,
	running: Set<Promise<unknown>>
): T {
	const known = now as Record<PropertyKey, unknown>;
	const call = async (name: PropertyKey, given: unknown[]) => {
		const there = (await whole()) as Record<PropertyKey, (...given: unknown[]) => unknown>;
		return there[name]?.(...given);
	};
	return new Proxy(known, {
		get: (_, name) => {
			// Whoever asks for `then` asks whether this is a promise.
			if (name in known || name === 'then') return known[name];
			return (...given: unknown[]) => {
				const done = call(name, given);
				running.add(done);
				const end = () => running.delete(done);
				done.then(end, end);
				return done;
			};
		}
	}) as unknown as T;
}
