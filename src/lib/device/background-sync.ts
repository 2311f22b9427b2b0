import { SEND_LATER_TAG } from '@outlay/domain/send-later';

/** Chromium's own member, which no types know. */
interface WithSync extends ServiceWorkerRegistration {
	readonly sync: { register(tag: string): Promise<void> };
}

/** Whether this browser runs the service worker again to send, once the app is closed. */
export function canSendWhenClosed(): boolean {
	return (
		typeof ServiceWorkerRegistration !== 'undefined' &&
		'sync' in ServiceWorkerRegistration.prototype &&
		'serviceWorker' in navigator
	);
}

/** Asks the browser to wake the service worker when there is a network. */
export async function askToSendLater(): Promise<void> {
	if (!canSendWhenClosed()) return;
	try {
		const registration = (await navigator.serviceWorker.ready) as WithSync;
		await registration.sync.register(SEND_LATER_TAG);
	} catch {
		// The person has switched it off for this page: it is sent while the app is open.
	}
}
