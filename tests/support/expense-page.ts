import { expect, type Locator, type Page } from '@playwright/test';

/** Opens the form of a new expense the way a person does. */
export async function newExpense(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Add' }).click();
	await page
		.getByRole('dialog')
		.getByRole('link', { name: /^Expense/ })
		.click();
	await expect(page.getByLabel('Amount')).toBeVisible();
}

/** Types into a field and leaves it. */
export async function fillAndLeave(field: Locator, text: string): Promise<void> {
	await field.fill(text);
	await field.blur();
}

/** Waits until the form says that everything in it is stored. */
export async function waitUntilSaved(page: Page): Promise<void> {
	await expect(page.getByText(/^Saved on this device/)).toBeVisible();
}

/** The input that takes files without the camera. */
export function fileChooser(page: Page): Locator {
	return page.locator('input[type=file]:not([capture])');
}

/** The sentence of a refusal, where a person looks for it. */
export function sentence(page: Page, words: string | RegExp): Locator {
	return page.getByText(words).first();
}

/** The stored picture is decoded and shown, not just named. */
export async function expectPicture(page: Page): Promise<void> {
	await expect
		.poll(() =>
			page
				.locator('img[src^="blob:"]')
				.first()
				.evaluate((image: HTMLImageElement) => image.naturalWidth)
		)
		.toBeGreaterThan(100);
}

/** Picks a currency from the list by its code. */
export async function chooseCurrency(page: Page, code: string): Promise<void> {
	const field = page.getByLabel('Currency');
	await field.click();
	await field.fill(code);
	await page
		.getByRole('option', { name: new RegExp(code) })
		.first()
		.click();
	await expect(page.getByRole('listbox')).toBeHidden();
}
