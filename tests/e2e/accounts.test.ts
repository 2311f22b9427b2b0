import { expect, type Page } from '@playwright/test';
import { signIn, waitUntilUpToDate } from '../support/app-page.ts';
import { CouchClient } from '../support/couch-client.ts';
import { fillAndLeave, newExpense, waitUntilSaved } from '../support/expense-page.ts';
import { test } from '../support/on-a-phone.ts';
import { signInOf } from '../support/server.ts';

test('two people one after the other on one device: neither sees the other, neither loses anything', async ({
	page,
	phone,
	server,
	jonas
}) => {
	const freja = signInOf(server, 'freja');
	await test.step('Jonas leaves something unsent behind: his sign-in ended', async () => {
		await phone.clearCookies();
		await newExpense(page);
		await fillAndLeave(page.getByLabel('Bought at'), 'Stark');
		await waitUntilSaved(page);
	});
	await test.step('Freja signs in: she sees nothing of his', async () => {
		await signInAgain(page, server.url, freja);
		await expect(page.getByText('Stark')).toHaveCount(0);
		await waitUntilUpToDate(page);
		await newExpense(page);
		await fillAndLeave(page.getByLabel('Bought at'), 'Bauhaus');
		await waitUntilSaved(page);
		await page.goto(server.url);
		await waitUntilUpToDate(page);
		const hers = await CouchClient.signIn(server.url, freja);
		expect(await hers.idsByType(hers.session.databases.mailbox)).toMatchObject({ transaction: 1 });
	});
	await test.step('Jonas again: what he left is there, and is sent', async () => {
		await phone.clearCookies();
		await signInAgain(page, server.url, jonas);
		await expect(page.getByRole('link', { name: /Stark/ })).toBeVisible();
		await expect(page.getByText('Bauhaus')).toHaveCount(0);
		await waitUntilUpToDate(page);
		const his = await CouchClient.signIn(server.url, jonas);
		expect(await his.idsByType(his.session.databases.mailbox)).toMatchObject({ transaction: 1 });
	});
	await test.step('signing out with something unsent offers a file, which brings it back', async () => {
		await phone.setOffline(true);
		await newExpense(page);
		await fillAndLeave(page.getByLabel('Bought at'), 'Harbour shop');
		await waitUntilSaved(page);
		await page.goto(`${server.url}/settings`);
		await page.getByRole('button', { name: 'Sign out' }).click();
		const dialog = page.getByRole('dialog');
		const saving = page.waitForEvent('download');
		await dialog.getByRole('button', { name: 'Save a file' }).click();
		const file = await (await saving).path();
		await dialog.getByRole('button', { name: 'Sign out and lose it' }).click();
		await expect(page.getByLabel('Company ID')).toBeVisible();
		await phone.setOffline(false);
		await signIn(page, server.url, jonas);
		await expect(page.getByText('Harbour shop')).toHaveCount(0);
		await page.goto(`${server.url}/sync`);
		await page.getByLabel('Bring back a saved file').setInputFiles(file);
		await expect(page.getByText(/Brought back: 1/)).toBeVisible();
		await page.goto(server.url);
		await expect(page.getByRole('link', { name: /Harbour shop/ })).toBeVisible();
		await waitUntilUpToDate(page);
		const his = await CouchClient.signIn(server.url, jonas);
		expect(await his.idsByType(his.session.databases.mailbox)).toMatchObject({ transaction: 2 });
	});
	await test.step('signing out leaves no database of either, and no word', async () => {
		expect(await databasesOf(page)).not.toEqual([]);
		await page.goto(`${server.url}/settings`);
		await page.getByRole('button', { name: 'Sign out' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
		await expect(page.getByLabel('Company ID')).toBeVisible();
		await expect.poll(() => databasesOf(page)).toEqual([]);
		expect(await page.evaluate(wordsOutsideIndexedDb)).not.toMatch(
			/Stark|Bauhaus|Harbour|Jonas|Freja/
		);
	});
});

test('nothing a person entered stands in what the browser keeps beside the sealed store', async ({
	page
}) => {
	await newExpense(page);
	await fillAndLeave(page.getByLabel('Bought at'), 'Stark og sonner');
	await waitUntilSaved(page);
	const words = await page.evaluate(wordsOutsideIndexedDb);
	// The app itself lies there, so that the look does find what is there.
	expect(words.toLowerCase()).toContain('<!doctype html>');
	expect(words).not.toMatch(/Stark og sonner|Jonas Berg/);
});

async function signInAgain(
	page: Page,
	url: string,
	card: { workEmail: string; password: string }
): Promise<void> {
	await page.goto(`${url}/sign-in?again`);
	await page.getByLabel('Work e-mail').fill(card.workEmail);
	await page.getByLabel('Password', { exact: true }).fill(card.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
}

function databasesOf(page: Page): Promise<(string | undefined)[]> {
	return page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
}

/** Local and session storage, and every answer in Cache Storage, as text. Runs in the page. */
async function wordsOutsideIndexedDb(): Promise<string> {
	const words = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
	for (const name of await caches.keys()) {
		const cache = await caches.open(name);
		for (const request of await cache.keys()) {
			words.push(request.url, (await (await cache.match(request))?.text()) ?? '');
		}
	}
	return words.join('\n');
}
