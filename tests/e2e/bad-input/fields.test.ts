import { expect } from '@playwright/test';
import { CouchClient } from '../../support/couch-client.ts';
import { waitUntilUpToDate } from '../../support/app-page.ts';
import {
	chooseCurrency,
	fileChooser,
	fillAndLeave,
	newExpense,
	sentence,
	waitUntilSaved
} from '../../support/expense-page.ts';
import { test } from '../../support/on-a-phone.ts';
import { aMadeUpPhoto } from '../../support/pictures.ts';

/* What people type wrong: each gets a sentence that says what to do, and nothing typed is lost. */

test('amounts that can’t be read are kept as typed; both ways of grouping are read', async ({
	page
}) => {
	await newExpense(page);
	const amount = page.getByLabel('Amount');

	await test.step('empty: Submit says so, and stores the draft', async () => {
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(sentence(page, 'Type the amount.')).toBeVisible();
		await expect(amount).toBeFocused();
		await expect(page).toHaveURL(/\/expenses\/[0-9a-z]{26}$/);
	});

	for (const [typed, words] of [
		['-50', 'Type the amount without a minus.'],
		['fifty', 'This is not readable as an amount. Type it like 1234.56.'],
		['12,345.678,90', 'This is not readable as an amount. Type it like 1234.56.'],
		['0', 'The amount is 0. Type what it cost.'],
		['99999999999', 'The amount is larger than an expense can be. Check the digits.'],
		['10.555,001', 'This currency has fewer decimals. Type a shorter amount.']
	] as const) {
		await test.step(`${typed} survives a reload`, async () => {
			await fillAndLeave(amount, typed);
			await expect(sentence(page, words)).toBeVisible();
			await waitUntilSaved(page);
			await page.reload();
			await expect(amount).toHaveValue(typed);
			await expect(sentence(page, words)).toBeVisible();
			await page.getByRole('button', { name: 'Submit' }).click();
			await expect(sentence(page, words)).toBeVisible();
		});
	}

	for (const typed of ['1.234,56', '1,234.56', '1234,56', '1 234.56 kr']) {
		await test.step(`${typed} is 1234.56`, async () => {
			await fillAndLeave(amount, '');
			await fillAndLeave(amount, typed);
			await expect(amount).toHaveValue('1,234.56');
		});
	}

	await test.step('a currency without decimals, and back', async () => {
		await chooseCurrency(page, 'JPY');
		await expect(
			sentence(page, 'This currency has fewer decimals. Type a shorter amount.')
		).toBeVisible();
		await expect(amount).toHaveValue('1,234.56');
		await chooseCurrency(page, 'DKK');
		await expect(page.getByText('This currency has fewer decimals')).toBeHidden();
		await waitUntilSaved(page);
		await page.reload();
		await expect(amount).toHaveValue('1,234.56');
	});
});

test('a date in the future is marked, kept, and not submitted', async ({ page }) => {
	await newExpense(page);
	await page.getByLabel('Date').fill('2099-01-31');
	const words = 'The date is in the future. Choose the day it was bought.';
	await expect(sentence(page, words)).toBeVisible();
	await fillAndLeave(page.getByLabel('Amount'), '12.50');
	await waitUntilSaved(page);
	await page.getByLabel('Cost type').selectOption({ index: 1 });
	await fillAndLeave(page.getByLabel('Purpose'), 'Screws');
	await fileChooser(page).setInputFiles(await aMadeUpPhoto(page));
	await expect(page.locator('img[src^="blob:"]').first()).toBeVisible();
	await page.getByRole('button', { name: 'Submit' }).click();
	await expect(page.getByRole('alert').getByText(words)).toBeVisible();
	await page.reload();
	await expect(page.getByLabel('Date')).toHaveValue('2099-01-31');
	await expect(sentence(page, words)).toBeVisible();

	await page.getByLabel('Date').fill('2026-01-31');
	await expect(page.getByText(words)).toBeHidden();
	await page.getByRole('button', { name: 'Submit' }).click();
	await expect(page.getByText(/^Waiting/).first()).toBeVisible();
});

test('ID and card numbers are stored unreadable and not submitted, and the rest is saved', async ({
	page,
	server,
	jonas
}) => {
	await newExpense(page);
	const purpose = page.getByLabel('Purpose');
	const masked = page.getByText(/A number was hidden here/).first();
	await fillAndLeave(page.getByLabel('Bought at'), 'Brugsen');
	for (const [typed, words] of [
		['Lunch with Ole 010190-1234', /looks like a national ID number. Take it out/],
		['Paid with 4111 1111 1111 1111', /looks like a card number. Take it out/]
	] as const) {
		await fillAndLeave(purpose, typed);
		await expect(sentence(page, words)).toBeVisible();
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByRole('alert').getByText(words)).toBeVisible();
		await expect(purpose).toBeFocused();
		await expect(purpose).toHaveValue(typed);
	}
	await fillAndLeave(page.getByLabel('Amount'), '88');
	await waitUntilSaved(page);
	await expect(purpose).toHaveValue('Paid with 4111 1111 1111 1111');
	const worker = await CouchClient.signIn(server.url, jonas);
	const { mailbox } = worker.session.databases;
	const id = `transaction:${worker.session.userId}:${new URL(page.url()).pathname.split('/').pop() ?? ''}`;
	const stored = async () =>
		(await worker.allIds(mailbox)).includes(id)
			? (await worker.document(mailbox, id))['body']
			: null;
	await expect.poll(stored).toMatchObject({
		merchant: 'Brugsen',
		amountMinor: 8800,
		purpose: 'Paid with •••• •••• •••• ••••'
	});

	await test.step('after a reload the trace of it must go, too', async () => {
		await page.reload();
		await expect(purpose).toHaveValue('Paid with •••• •••• •••• ••••');
		await expect(masked).toBeVisible();
		await fillAndLeave(purpose, 'Lunch with Ole');
		await expect(masked).toBeHidden();
	});

	await test.step('what only looks like a number is kept once the person says so', async () => {
		await fillAndLeave(purpose, 'Spare part 010190-1234');
		const wayOut = page.getByRole('button', { name: 'This is not an ID number' });
		await wayOut.click();
		await expect(wayOut).toBeHidden();
		await expect(page.getByText(/looks like a/)).toBeHidden();
		await waitUntilSaved(page);
		await page.reload();
		await expect(purpose).toHaveValue('Spare part 010190-1234');
		await page.goto(server.url);
		await waitUntilUpToDate(page);
		await expect.poll(stored).toMatchObject({
			purpose: 'Spare part 010190-1234',
			clearances: [{ field: 'purpose', kind: 'dk-cpr', count: 1 }]
		});
	});
});

test('digits and words that may be private are warned about, and submitted all the same', async ({
	page
}) => {
	await newExpense(page);
	const purpose = page.getByLabel('Purpose');
	await fillAndLeave(purpose, 'Pump 2110625629');
	await expect(sentence(page, /could be somebody’s ID number/)).toBeVisible();
	await fillAndLeave(purpose, 'Taxi, colleague was sygemeldt');
	await expect(sentence(page, /something private about somebody/)).toBeVisible();
	await waitUntilSaved(page);
	await fillAndLeave(purpose, 'Taxi to the station');
	await expect(page.getByText(/something private/)).toBeHidden();
});
