import { SEND_LATER_TAG } from '@outlay/domain/send-later';
import { sendOnce } from '#lib/sync/send-once.ts';

/** Background Sync, which only Chromium has and no types know. */
interface SyncEvent extends ExtendableEvent {
	readonly tag: string;
}

/** Sends with the app's own code when the browser says there is a network, while the app may be closed. */
export function sendWhenWoken(worker: ServiceWorkerGlobalScope): void {
	worker.addEventListener('sync', (event: Event) => {
		const { tag } = event as SyncEvent;
		// A failure makes the browser try again, each time later.
		if (tag === SEND_LATER_TAG) (event as SyncEvent).waitUntil(sendUnlessReplaced(worker));
	});
}

/**
 * A newer version takes over only once this worker has nothing to do: against a server that did not answer, an update
 * the person had said yes to waited for minutes. The newer one is woken in its place.
 */
async function sendUnlessReplaced({ registration }: ServiceWorkerGlobalScope): Promise<void> {
	const replaced = new AbortController();
	const giveWay = () => {
		replaced.abort();
	};
	registration.addEventListener('updatefound', giveWay);
	if (registration.installing !== null || registration.waiting !== null) giveWay();
	try {
		await sendOnce(replaced.signal);
	} finally {
		registration.removeEventListener('updatefound', giveWay);
	}
}
