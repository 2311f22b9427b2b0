import type { Workbox } from 'workbox-window';
import { saveForms } from './open-forms.ts';

/*
 * A newer version of the app waits until the person says so: it never takes the page away from under a form.
 */
let waiting = $state.raw<Workbox | null>(null);
let isAccepted = false;
/** Told more than once: by the newer worker, and by who looked for it. */
let isLoadingAgain = false;

export const update = {
	/** A newer version is installed and waits. */
	get isReady(): boolean {
		return waiting !== null;
	},
	/** Takes the newer version into use; the page loads again. */
	accept(): void {
		isAccepted = true;
		waiting?.messageSkipWaiting();
		void loadAgainOnceActive();
	},
	/** Asks again at the next start. */
	later(): void {
		waiting = null;
	}
};

const HOUR_MS = 60 * 60 * 1000;
const SAVE_AGAIN_MS = 2000;
const LOOK_AGAIN_MS = 300;

const RELOAD_AGAIN_MS = 5000;

/**
 * Whichever tab said yes: what stands in the forms of this one is stored first. A reload is cut off now and then while the
 * newer worker takes over, so as long as this page lives it is asked for again, each time later.
 */
async function loadAgainOnceSaved(): Promise<void> {
	if (isLoadingAgain) return;
	isLoadingAgain = true;
	for (let waitMs = RELOAD_AGAIN_MS; ; waitMs *= 2) {
		while (!(await saveForms())) await pause(SAVE_AGAIN_MS);
		location.reload();
		await pause(waitMs);
	}
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * In the tab that said yes: Chromium does not always tell a page without a controller that the newer version is active,
 * and the page then stayed in the old one.
 */
async function loadAgainOnceActive(): Promise<void> {
	const isActive = async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		return registration?.active?.state === 'activated' && registration.waiting === null;
	};
	while (!(await isActive())) await pause(LOOK_AGAIN_MS);
	await loadAgainOnceSaved();
}

/** A page that was loaded before the first worker was there is taken over by none, so it looks for a newer one itself. */
function followUncontrolled(registration: ServiceWorkerRegistration): void {
	const follow = (newer: ServiceWorker | null) => {
		newer?.addEventListener('statechange', () => {
			const isUncontrolled = navigator.serviceWorker.controller === null;
			if (newer.state === 'activated' && isUncontrolled) void loadAgainOnceSaved();
		});
	};
	follow(registration.waiting);
	registration.addEventListener('updatefound', () => {
		// Without an active one it is the first of all, and brings nothing new.
		if (registration.active !== null) follow(registration.installing);
	});
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
	const registration = await workbox.register();
	if (registration !== undefined) followUncontrolled(registration);
	const look = () => {
		// Fails without a connection; the next look then finds it.
		registration?.update().catch(() => undefined);
	};
	setInterval(look, HOUR_MS);
	document.addEventListener('visibilitychange', () => {
		if (document.visibilityState === 'visible') look();
	});
}
