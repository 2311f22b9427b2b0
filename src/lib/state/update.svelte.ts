import type { Workbox } from 'workbox-window';
import { saveForms } from './open-forms.ts';

/*
 * A newer version of the app waits until the person says so: it never takes the page away from under a form.
 */
let waiting = $state.raw<Workbox | null>(null);
let isAccepted = false;

export const update = {
	/** A newer version is installed and waits. */
	get isReady(): boolean {
		return waiting !== null;
	},
	/** Takes the newer version into use; the page loads again. */
	accept(): void {
		isAccepted = true;
		waiting?.messageSkipWaiting();
	},
	/** Asks again at the next start. */
	later(): void {
		waiting = null;
	}
};

const HOUR_MS = 60 * 60 * 1000;
const SAVE_AGAIN_MS = 2000;

/** Whichever tab said yes: what stands in the forms of this one is stored first. */
async function loadAgainOnceSaved(): Promise<void> {
	while (!(await saveForms())) await new Promise((resolve) => setTimeout(resolve, SAVE_AGAIN_MS));
	location.reload();
}

/** Registers the service worker and looks for newer versions each hour and on return to the app. */
export async function followUpdates(): Promise<void> {
	if (!('serviceWorker' in navigator)) return;
	const { Workbox: WorkboxWindow } = await import('workbox-window');
	const workbox = new WorkboxWindow('/service-worker.js', { type: 'classic' });
	workbox.addEventListener('waiting', () => (waiting = workbox));
	workbox.addEventListener('controlling', (event) => {
		// The first worker of all takes the page over without changing it.
		if (event.isUpdate || isAccepted) void loadAgainOnceSaved();
	});
	workbox.addEventListener('activated', () => {
		// A page that was loaded before the first worker was there is taken over by none.
		if (isAccepted && navigator.serviceWorker.controller === null) void loadAgainOnceSaved();
	});
	const registration = await workbox.register();
	const look = () => {
		// Fails without a connection; the next look then finds it.
		registration?.update().catch(() => undefined);
	};
	setInterval(look, HOUR_MS);
	document.addEventListener('visibilitychange', () => {
		if (document.visibilityState === 'visible') look();
	});
}
