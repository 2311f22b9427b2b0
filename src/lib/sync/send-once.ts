import type { SessionView } from '@outlay/domain/session-view';
import type { Live, SyncStatus } from '#lib/commands/ports.ts';
import { readSession } from '#lib/storage/remembered-session.ts';
import { LiveValue } from '#lib/storage/live-value.ts';
import { openForSending } from '#lib/storage/open-for-sending.ts';
import { Unreachable } from './server-answer.ts';
import { startSync } from './start-sync.ts';
import { uploadByFetch } from './upload.ts';

/** Browsers end a worker that takes longer. */
const LONGEST_MS = 4 * 60_000;
/**
 * Sends what is not sent, without a page: the app's own sync over the app's own store, until nothing is left. Resolves
 * when nothing is left to do here, also when only the person can go on (signed out, locked, to sign in again, to update).
 * Throws `Unreachable` when trying again later makes sense, also once `replaced` is aborted.
 */
export async function sendOnce(replaced: AbortSignal): Promise<void> {
	if (replaced.aborted) throw new Unreachable();
	const session = (await readSession()) as SessionView | null;
	if (session === null) return;
	const leaving = new AbortController();
	replaced.addEventListener('abort', () => {
		leaving.abort();
	});
	const database = await openForSending(session, () => {
		leaving.abort();
	});
	if (database === null) return;
	const sync = startSync({
		database,
		session,
		clock: { nowMs: () => Date.now() },
		connectivity: new LiveValue(true),
		onReturn: () => () => undefined,
		// Nobody looks: no poll is held open.
		untilVisible: () => new Promise(() => undefined),
		fetch: (input, init) => fetch(input, init),
		upload: uploadByFetch
	});
	try {
		await settled(sync.status, leaving.signal);
	} finally {
		await sync.stop();
		await database.close();
	}
}

/** Nothing is on its way any more, or nothing can be. */
function settled(status: Live<SyncStatus>, leaving: AbortSignal): Promise<void> {
	return new Promise<void>((resolve, reject) => {
		const fail = () => {
			reject(new Unreachable());
		};
		if (leaving.aborted) fail();
		const timer = setTimeout(fail, LONGEST_MS);
		leaving.addEventListener('abort', fail);
		let stop: (() => void) | null = null;
		stop = status.subscribe((now) => {
			if (now.state === 'sending') return;
			clearTimeout(timer);
			// Said while it is subscribed to, too.
			queueMicrotask(() => stop?.());
			if (now.state === 'offline' || now.state === 'unreachable' || now.state === 'portal') fail();
			else resolve();
		});
	});
}
