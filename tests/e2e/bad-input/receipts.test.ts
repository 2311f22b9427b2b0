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
	const pictures = await Promise.all(blobs.map((id) => worker.bytesOf(mailbox, id)));
	const [small = 0, photo = 0, ...more] = pictures
		.map(({ length }) => length)
		.sort((a, b) => a - b);
	expect(more).toEqual([]);
	expect(small).toBeLessThanOrEqual(20 * 1024);
	expect(photo).toBeGreaterThan(20 * 1024);
	expect(photo).toBeLessThan(8_000_000);
	for (const bytes of pictures) {
		expect(bytes.includes('Taken at home')).toBe(false);
		// By the names of its parts: three letters in a row stand in noise of some megabytes every few times.
		const parts = partsOfWebp(bytes);
		expect(parts).toContain('VP8 ');
		expect(parts.filter((name) => name === 'EXIF' || name === 'XMP ')).toEqual([]);
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

/** Names of the chunks of a WebP picture (RFC 9649, section 2.3), in order. */
function partsOfWebp(bytes: Buffer): string[] {
	expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
	expect(bytes.toString('latin1', 8, 12)).toBe('WEBP');
	const names: string[] = [];
	for (let at = 12; at + 8 <= bytes.length;) {
		names.push(bytes.toString('latin1', at, at + 4));
		const length = bytes.readUInt32LE(at + 4);
		at += 8 + length + (length % 2);
	}
	return names;
}
