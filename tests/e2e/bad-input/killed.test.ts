import { expect } from '@playwright/test';
import { killAndReopen, waitUntilUpToDate } from '../../support/app-page.ts';
import { CouchClient } from '../../support/couch-client.ts';
import {
	expectPicture,
	fileChooser,
	fillAndLeave,
	newExpense,
	waitUntilSaved
} from '../../support/expense-page.ts';
import { test } from '../../support/on-a-phone.ts';
import { aMadeUpPhoto } from '../../support/pictures.ts';

/** Where the bytes of photos go. */
const UPLOADS = /blob(:|%3A)[^?]*\/data|_outlay\/uploads\//;

test('signal goes half-way and the tab is killed again and again: what was entered is there', async ({
	page: first,
	phone,
	server,
	jonas
}) => {
	let page = first;
	await newExpense(page);

	await test.step('killed while typing, with signal', async () => {
		await fillAndLeave(page.getByLabel('Bought at'), 'Stark');
		await waitUntilSaved(page);
		await page.getByLabel('Purpose').pressSequentially('Planks for the sh');
		page = await killAndReopen(phone, page, page.url());
		await expect(page.getByLabel('Bought at')).toHaveValue('Stark');
	});

	await test.step('signal goes; killed after a photo', async () => {
		await phone.setOffline(true);
		await fileChooser(page).setInputFiles(await aMadeUpPhoto(page));
		await expectPicture(page);
		page = await killAndReopen(phone, page, page.url());
		await expectPicture(page);
	});

	await test.step('a pause in typing is enough: no field was left', async () => {
		await page.getByLabel('Purpose').fill('Planks for the shed');
		await waitUntilSaved(page);
		await expect
			.poll(async () => {
				const beside = await phone.newPage();
				await beside.goto(page.url());
				await expect(beside.getByLabel('Bought at')).toHaveValue('Stark');
				const stored = await beside.getByLabel('Purpose').inputValue();
				await beside.close();
				return stored;
			})
			.toBe('Planks for the shed');
		page = await killAndReopen(phone, page, page.url());
		await expect(page.getByLabel('Purpose')).toHaveValue('Planks for the shed');
	});

	await test.step('left in the middle of a word by the way back: saved', async () => {
		await page.getByLabel('Amount').fill('420');
		await page.getByRole('link', { name: 'Back' }).click();
		await page.getByRole('link', { name: /Stark/ }).click();
		await expect(page.getByLabel('Amount')).toHaveValue('420.00');
	});

	await test.step('killed right after Submit', async () => {
		await page.getByLabel('Cost type').selectOption({ index: 1 });
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByText(/^Waiting/).first()).toBeVisible();
		page = await killAndReopen(phone, page, server.url);
		await expect(page.getByRole('link', { name: /Stark/ })).toContainText('On this device');
	});

	await test.step('killed while the photo is on its way: it goes on from there', async () => {
		let isUploading = false;
		await phone.route(UPLOADS, () => {
			isUploading = true;
		});
		await phone.setOffline(false);
		await expect.poll(() => isUploading).toBe(true);
		const worker = await CouchClient.signIn(server.url, jonas);
		expect(await worker.idsByType(worker.session.databases.mailbox)).toMatchObject({
			submission: 1,
			receipt: 1
		});
		page = await killAndReopen(phone, page, server.url);
		await expect(page.getByRole('link', { name: /Stark/ })).toBeVisible();
		await phone.unrouteAll({ behavior: 'ignoreErrors' });
		await page.reload();
		await expect(page.getByRole('link', { name: /Stark/ })).toContainText('Sent');
		await waitUntilUpToDate(page);
		expect(await worker.idsByType(worker.session.databases.mailbox)).toMatchObject({
			transaction: 1,
			submission: 1,
			receipt: 1,
			blob: 1
		});
	});
});
