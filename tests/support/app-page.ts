import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import type { SignInCard } from '../../sync-server/src/company/create-company.ts';

/** Opens the app and signs in as a person of the demo company. */
export async function signIn(page: Page, url: string, card: SignInCard): Promise<void> {
	await page.goto(url);
	await page.getByLabel('Company ID').fill(card.companyCode);
	await page.getByLabel('Work e-mail').fill(card.workEmail);
	await page.getByLabel('Password', { exact: true }).fill(card.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('heading', { name: /Home|Overview/ })).toBeVisible();
}

/** Waits until the installed app would open without a server. */
export async function waitUntilInstalled(page: Page): Promise<void> {
	await page.waitForFunction(async () => {
		const registration = await navigator.serviceWorker.ready;
		return registration.active?.state === 'activated';
	});
}

/** Waits until everything was sent and fetched, as the app itself says. */
export async function waitUntilUpToDate(page: Page): Promise<void> {
	await expect(syncPill(page)).toHaveText(/Up to date/, { timeout: 60_000 });
}

export function syncPill(page: Page): Locator {
	return page
		.getByRole('link', {
			name: /Up to date|Offline|Server unreachable|Sending|Fetching|Sign in again/
		})
		.first();
}

/** A killed tab: the page goes without a word, and a new one opens in the same browser. */
export async function killAndReopen(
	context: BrowserContext,
	page: Page,
	url: string
): Promise<Page> {
	const session = await context.newCDPSession(page);
	// The renderer dies at once: no unload, no beforeunload, no pagehide.
	session.send('Page.crash').catch(() => undefined);
	await page.waitForEvent('crash');
	await page.close();
	const reopened = await context.newPage();
	await reopened.goto(url);
	return reopened;
}
