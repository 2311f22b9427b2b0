import { expect, type BrowserContext, type Page } from '@playwright/test';
import { syncPill, waitUntilUpToDate } from '../../support/app-page.ts';
import { CouchClient } from '../../support/couch-client.ts';
import {
	expectPicture,
	fileChooser,
	fillAndLeave,
	newExpense,
	sentence,
	waitUntilSaved
} from '../../support/expense-page.ts';
import { test } from '../../support/on-a-phone.ts';
import { aMadeUpPhoto } from '../../support/pictures.ts';

/* Sign-ins that fail, and one that ran out while there was no signal. */

test('a wrong part is refused without saying which; too many attempts, no server: a sentence each', async ({
	phone,
	server,
	jonas
}) => {
	const page = await phone.newPage();
	await page.goto(server.url);
	const refused = page.getByText('Company ID, e-mail or password is wrong. Check all three.');
	const { companyCode, workEmail, password } = jonas;

	await page.getByRole('button', { name: 'Sign in' }).click();
	for (const words of [
		'Type the ID your company gave you.',
		'Type your work e-mail.',
		'Type your password.'
	]) {
		await expect(sentence(page, words)).toBeVisible();
	}
	for (const wrong of [
		{ ...jonas, companyCode: 'sydlys' },
		{ ...jonas, workEmail: 'nobody@nordlys.example' },
		{ ...jonas, workEmail: 'not an address' },
		{ ...jonas, password: 'guess' }
	]) {
		await trySignIn(page, wrong);
		await expect(refused).toBeVisible();
		await expect(page.getByLabel('Work e-mail')).toHaveValue(wrong.workEmail);
	}

	const tooMany = page.getByText('Too many attempts. Wait a few minutes and try again.');
	await expect(async () => {
		await trySignIn(page, { companyCode, workEmail, password: 'guess again' });
		await expect(tooMany).toBeVisible({ timeout: 1000 });
	}).toPass({ intervals: [0] });
	// Nor does the right one help a guesser now.
	await trySignIn(page, { companyCode, workEmail, password });
	await expect(tooMany).toBeVisible();

	await phone.setOffline(true);
	await trySignIn(page, { companyCode, workEmail, password });
	await expect(sentence(page, /server can’t be reached. The first sign-in needs/)).toBeVisible();
});

test('signed in, the page stays as it is until Home is there', async ({ phone, server, jonas }) => {
	const page = await phone.newPage();
	await page.goto(server.url);
	await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
	const seen = await page.evaluateHandle(() => {
		const titles: string[] = [];
		new MutationObserver(() => {
			const title = document.querySelector('h1')?.textContent.trim() ?? '';
			if (title !== '' && titles.at(-1) !== title) titles.push(title);
		}).observe(document.body, { subtree: true, childList: true, characterData: true });
		return titles;
	});
	await trySignIn(page, jonas);
	await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
	expect((await seen.jsonValue()).filter((title) => title !== 'Sign in')).toEqual(['Home']);
});

test('the sign-in runs out while offline: work goes on, and is sent after signing in again', async ({
	page,
	phone,
	server,
	jonas
}) => {
	await phone.setOffline(true);
	await expect(syncPill(page)).toHaveText(/Offline|Server unreachable/);
	await endSession(phone, server.url);
	await newExpense(page);
	await fileChooser(page).setInputFiles(await aMadeUpPhoto(page));
	await fillAndLeave(page.getByLabel('Amount'), '77,50');
	await fillAndLeave(page.getByLabel('Bought at'), 'Harbour kiosk');
	await page.getByLabel('Cost type').selectOption({ index: 1 });
	await expectPicture(page);

	await test.step('back in reach: the pill asks for a sign-in, the form goes on', async () => {
		await phone.setOffline(false);
		await fillAndLeave(page.getByLabel('Purpose'), 'Rope');
		await waitUntilSaved(page);
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByText(/^Waiting/).first()).toBeVisible();
		await page.getByRole('link', { name: 'Back' }).click();
		await expect(syncPill(page)).toHaveText('Sign in again');
		await expect(page.getByRole('link', { name: /Harbour kiosk/ })).toContainText('On this device');
	});

	await test.step('a reload changes nothing', async () => {
		await page.reload();
		await expect(syncPill(page)).toHaveText('Sign in again');
		await expect(page.getByRole('link', { name: /Harbour kiosk/ })).toBeVisible();
	});

	await test.step('signed in again: everything is sent', async () => {
		await syncPill(page).click();
		await expect(
			sentence(page, /Your sign-in has run out. What you entered is saved/)
		).toBeVisible();
		await page.getByRole('link', { name: 'Sign in' }).click();
		await expect(page.getByLabel('Company ID')).toHaveValue(jonas.companyCode);
		await page.getByLabel('Work e-mail').fill(jonas.workEmail);
		await page.getByLabel('Password', { exact: true }).fill(jonas.password);
		await page.getByRole('button', { name: 'Sign in' }).click();
		await expect(page.getByRole('link', { name: /Harbour kiosk/ })).toContainText('Sent');
		await waitUntilUpToDate(page);
		const worker = await CouchClient.signIn(server.url, jonas);
		expect(await worker.idsByType(worker.session.databases.mailbox)).toMatchObject({
			transaction: 1,
			submission: 1,
			receipt: 1,
			blob: 1
		});
	});
});

interface Parts {
	companyCode: string;
	workEmail: string;
	password: string;
}

async function trySignIn(page: Page, parts: Parts): Promise<void> {
	await page.getByLabel('Company ID').fill(parts.companyCode);
	await page.getByLabel('Work e-mail').fill(parts.workEmail);
	await page.getByLabel('Password', { exact: true }).fill(parts.password);
	const button = page.getByRole('button', { name: 'Sign in' });
	await button.click();
	// Neither busy nor still showing the last answer.
	await expect(button).toBeEnabled();
}

/** Ends the session on the server; the browser still has the cookie. */
async function endSession(context: BrowserContext, url: string): Promise<void> {
	const cookies = await context.cookies(url);
	const response = await fetch(`${url}/_outlay/session`, {
		method: 'DELETE',
		headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') }
	});
	expect(response.status).toBe(204);
}
