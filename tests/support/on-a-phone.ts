import { test as base, type BrowserContext, type Page } from '@playwright/test';
import type { SignInCard } from '../../sync-server/src/company/create-company.ts';
import { signIn, waitUntilInstalled, waitUntilUpToDate } from './app-page.ts';
import {
	remove,
	signInOf,
	startServerProcess,
	temporaryDirectory,
	type TestServerProcess
} from './server.ts';

export interface OnAPhone {
	/** Whether the person lets the app read the location. */
	isLocationAllowed: boolean;
	/** A server of this test alone, with the demo company. */
	server: TestServerProcess;
	jonas: SignInCard;
	phone: BrowserContext;
	/** Home, with Jonas signed in and the app installed. */
	page: Page;
}

/** Jonas with his phone, at a server of the test's own. */
export const test = base.extend<OnAPhone>({
	isLocationAllowed: [true, { option: true }],
	// eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs: nothing
	server: async ({}, use) => {
		const dataDir = await temporaryDirectory();
		const server = await startServerProcess({ dataDir });
		await use(server);
		await server.kill();
		await remove(dataDir);
	},
	jonas: async ({ server }, use) => {
		await use(signInOf(server, 'jonas'));
	},
	phone: async ({ browser, isLocationAllowed }, use) => {
		const phone = await browser.newContext({
			viewport: { width: 390, height: 844 },
			hasTouch: true,
			permissions: isLocationAllowed ? ['geolocation'] : [],
			geolocation: { latitude: 55.4, longitude: 10.38 }
		});
		await use(phone);
		await phone.close();
	},
	page: async ({ phone, server, jonas }, use) => {
		const page = await phone.newPage();
		await signIn(page, server.url, jonas);
		await waitUntilInstalled(page);
		await waitUntilUpToDate(page);
		await use(page);
	}
});
