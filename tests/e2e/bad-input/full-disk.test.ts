import { expect } from '@playwright/test';
import {
	expectPicture,
	fileChooser,
	fillAndLeave,
	newExpense,
	waitUntilSaved
} from '../../support/expense-page.ts';
import { test } from '../../support/on-a-phone.ts';
import { fillDisk, playFullDisk } from '../../support/full-disk.ts';
import { aMadeUpPhoto } from '../../support/pictures.ts';

test('no room left: it is said, the form keeps everything, and saves when there is room', async ({
	page,
	phone
}) => {
	await playFullDisk(phone);
	await page.reload();
	await newExpense(page);
	await fillAndLeave(page.getByLabel('Bought at'), 'Silvan');
	await waitUntilSaved(page);
	const words = 'This device has no room left.';
	await fillDisk(page, true);

	await test.step('it says so; the way back asks', async () => {
		await fillAndLeave(page.getByLabel('Purpose'), 'Sandpaper');
		await expect(page.getByRole('alert')).toContainText(words);
		await expect(page.getByText('Not saved yet')).toBeVisible();
		await fileChooser(page).setInputFiles(await aMadeUpPhoto(page));
		await expect(page.locator('section').getByText(words)).toBeVisible();
		await page.getByRole('link', { name: 'Back' }).click();
		await expect(page.getByRole('dialog')).toContainText('If you leave now, it is lost.');
		await page.getByRole('button', { name: 'Stay' }).click();
		await expect(page.getByLabel('Purpose')).toHaveValue('Sandpaper');
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByRole('alert').filter({ hasText: words }).first()).toBeVisible();
		await expect(page.getByLabel('Purpose')).toHaveValue('Sandpaper');
	});

	await test.step('with room everything is saved, the photo too', async () => {
		await fillDisk(page, false);
		await page.getByRole('button', { name: 'Save again' }).click();
		await waitUntilSaved(page);
		await expectPicture(page);
		await expect(page.getByText(words)).toHaveCount(0);
		await page.reload();
		await expect(page.getByLabel('Bought at')).toHaveValue('Silvan');
		await expect(page.getByLabel('Purpose')).toHaveValue('Sandpaper');
		await expectPicture(page);
	});
});
