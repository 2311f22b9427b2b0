import { expect } from '@playwright/test';
import { signIn, waitUntilUpToDate } from '../../support/app-page.ts';
import { fillAndLeave, newExpense, waitUntilSaved } from '../../support/expense-page.ts';
import { test } from '../../support/on-a-phone.ts';
import { signInOf } from '../../support/server.ts';

test('ids of others, ids that don’t exist and made-up addresses: a plain page and a way home', async ({
	page,
	browser,
	server
}) => {
	const desk = await browser.newContext();
	const freja = await desk.newPage();
	await signIn(freja, server.url, signInOf(server, 'freja'));
	await newExpense(freja);
	await fillAndLeave(freja.getByLabel('Bought at'), 'Freja’s own');
	await waitUntilSaved(freja);
	await expect(freja).toHaveURL(/\/expenses\/[0-9a-z]{26}$/);
	const othersPath = new URL(freja.url()).pathname;
	await freja.goto(server.url);
	await waitUntilUpToDate(freja);
	await desk.close();

	for (const [path, words] of [
		[othersPath, 'This expense is not here'],
		['/expenses/01k00000000000000000000000', 'This expense is not here'],
		['/expenses/no-id-at-all', 'This expense is not here'],
		['/expenses/%3Cscript%3Ealert(1)%3C%2Fscript%3E', 'This expense is not here'],
		[othersPath.replace('expenses', 'trips'), 'This trip is not here'],
		['/trips/no:id', 'This trip is not here'],
		['/approvals/somebody/01k00000000000000000000000', 'This is not here'],
		['/nowhere/at/all', 'There is no such page']
	] as const) {
		await page.goto(server.url + path);
		await expect(page.getByRole('heading', { name: words })).toBeVisible();
		await expect(page.getByText('Freja’s own')).toHaveCount(0);
		await expect(page.getByRole('button', { name: 'Submit' })).toHaveCount(0);
	}
	await page.getByRole('link', { name: 'Go home' }).click();
	await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
});
