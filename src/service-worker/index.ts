/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
import { build, files, version } from '$service-worker';
import {
	addPlugins,
	cleanupOutdatedCaches,
	createHandlerBoundToURL,
	precacheAndRoute
} from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { sendWhenWoken } from './send-later.ts';

/*
 * The app itself, kept for when there is no network; and what is not sent, sent when the browser says so. Nothing of the
 * API is ever cached: what a person entered lies in the encrypted store, and nowhere else.
 */
declare const self: ServiceWorkerGlobalScope;

/**
 * Pages and documents share addresses, so the server's answers vary by `Accept`; a kept file is the same for every
 * reader. Without this, a stylesheet kept while installing is not found again, since it is asked for differently.
 */
addPlugins([
	{
		cacheWillUpdate({ response }) {
			if (!response.ok) return Promise.resolve(null);
			const headers = new Headers(response.headers);
			headers.delete('vary');
			const { status, statusText } = response;
			return Promise.resolve(new Response(response.body, { status, statusText, headers }));
		}
	}
]);

/** Pictures of the app are for the install prompt and the readme. */
function isNeeded(url: string): boolean {
	return !url.startsWith('/pictures/');
}

precacheAndRoute([
	// Names of built files carry their hash; static files and the fallback page change with the version.
	...build.map((url) => ({ url, revision: null })),
	...files.filter(isNeeded).map((url) => ({ url, revision: version })),
	{ url: '/200.html', revision: version }
]);
cleanupOutdatedCaches();

/** Page addresses get the app; our API and the CouchDB addresses are the server's, also when typed into the browser. */
registerRoute(
	new NavigationRoute(createHandlerBoundToURL('/200.html'), {
		denylist: [/^\/_/, /^\/(mailbox|settings|ledger)-/, /^\/registry(\/|$)/]
	})
);

sendWhenWoken(self);

self.addEventListener('message', (event) => {
	const data: unknown = event.data;
	if (typeof data === 'object' && data !== null && 'type' in data && data.type === 'SKIP_WAITING') {
		void self.skipWaiting();
	}
});
