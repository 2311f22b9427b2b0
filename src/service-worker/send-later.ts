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
		if (tag === SEND_LATER_TAG) (event as SyncEvent).waitUntil(sendOnce());
	});
}
