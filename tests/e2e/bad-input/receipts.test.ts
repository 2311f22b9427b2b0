import { expect, type Page } from '@playwright/test';
import { waitUntilUpToDate } from '../../support/app-page.ts';
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
import { aHugePhoto, aMadeUpPhoto, withPlace } from '../../support/pictures.ts';

/* Files that are no good receipt: a sentence each; what was entered, and the good pictures, stay. */

const photos = (page: Page) => page.locator('img[src^="blob:"]');

test('files that are no picture, are cut off, empty or here already are refused with a sentence', async ({
	page
}) => {
	await newExpense(page);
	await fillAndLeave(page.getByLabel('Bought at'), 'Netto');
	const photo = await aMadeUpPhoto(page);
	const named = (buffer: Buffer) => ({ name: 'receipt.jpg', mimeType: 'image/jpeg', buffer });
	const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic and no more', 'latin1');
	for (const [file, words] of [
		[
			named(Buffer.from('Milk 12.50\nBread 20.00\n')),
			'This is not a picture or a PDF. Choose a photo of the receipt.'
		],
		[
			named(photo.buffer.subarray(0, photo.buffer.length >> 1)),
			'The picture can’t be opened. Take the photo again.'
		],
		[named(Buffer.alloc(0)), 'The file is empty. Choose another one.'],
		[named(heic), /This browser can’t read this kind of picture/],
		[
			{
				name: 'receipt.pdf',
				mimeType: 'application/pdf',
				buffer: Buffer.from('%PDF-1.7\ntrailer << /Encrypt 5 0 R >>\nstartxref\n0\n%%EOF\n')
			},
			/This PDF is locked with a password/
		]
	] as const) {
		await fileChooser(page).setInputFiles(file);
		await expect(sentence(page, words)).toBeVisible();
		await expect(photos(page)).toHaveCount(0);
	}

	await fileChooser(page).setInputFiles(photo);
	await expectPicture(page);
	await expect(page.getByText(/can’t read|not a picture|is locked/)).toHaveCount(0);
	await fileChooser(page).setInputFiles(photo);
	await expect(sentence(page, 'This picture is already here.')).toBeVisible();
	await expect(photos(page)).toHaveCount(1);
	await page.reload();
	await expectPicture(page);
	await expect(photos(page)).toHaveCount(1);
	await expect(page.getByLabel('Bought at')).toHaveValue('Netto');
});

test('one bad file among good ones: the good ones are kept', async ({ page }) => {
	await newExpense(page);
	const bad = { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a picture') };
	await fileChooser(page).setInputFiles([await aMadeUpPhoto(page), bad, await aMadeUpPhoto(page)]);
	await expect(photos(page)).toHaveCount(2);
	await expect(sentence(page, /This is not a picture or a PDF/)).toBeVisible();
});

test('a photo of 20 MB is made smaller, and the place it was taken at never leaves the phone', async ({
	page,
	server,
	jonas
}) => {
	await newExpense(page);
	const huge = withPlace(await aHugePhoto(page));
	expect(huge.buffer.length).toBeGreaterThan(20_000_000);
	expect(huge.buffer.includes('Exif')).toBe(true);
	await fileChooser(page).setInputFiles(huge);
	await expect(sentence(page, /Preparing/)).toBeVisible();
	await expectPicture(page);
	await waitUntilSaved(page);
	await page.goto(server.url);
	await waitUntilUpToDate(page);

	const worker = await CouchClient.signIn(server.url, jonas);
	const { mailbox } = worker.session.databases;
	const blobs = (await worker.allIds(mailbox)).filter((id) => id.startsWith('blob:'));
	expect(blobs).toHaveLength(1);
	const bytes = await worker.bytesOf(mailbox, blobs[0] ?? '');
	expect(bytes.length).toBeGreaterThan(10_000);
	expect(bytes.length).toBeLessThan(8_000_000);
	for (const mark of ['Exif', 'EXIF', 'XMP', 'Taken at home']) {
		expect(bytes.includes(mark)).toBe(false);
	}
});

test('the camera is refused: a file can be chosen all the same', async ({ page }) => {
	await newExpense(page);
	const asked = page.waitForEvent('filechooser');
	await page.getByRole('button', { name: 'Take photo' }).click();
	// What a phone without camera permission offers in its place: its files.
	await (await asked).setFiles(await aMadeUpPhoto(page));
	await expectPicture(page);
});
