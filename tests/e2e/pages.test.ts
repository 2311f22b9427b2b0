import AxeBuilder from '@axe-core/playwright';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { signIn, waitUntilUpToDate } from '../support/app-page.ts';
import { ride } from '../support/geolocation.ts';
import { aReceiptPhoto, aRecordedRide } from '../support/recordings.ts';
import { aMadeUpPhoto } from '../support/pictures.ts';
import { signInOf, startServerProcess } from '../support/server.ts';

/*
 * Every page with real content, on a phone and on a desktop, light and dark: no accessibility violation, no sideways
 * scrolling, nothing the Content Security Policy stops. `OUTLAY_PICTURES=folder` keeps a screenshot of each.
 */
const PICTURES = process.env['OUTLAY_PICTURES'];
const SIZES = {
	phone: { width: 390, height: 844 },
	small: { width: 320, height: 640 },
	desktop: { width: 1440, height: 900 }
} as const;

test('every page passes axe on every size and in both themes', async ({ browser }) => {
	const server = await startServerProcess();
	const problems: string[] = [];
	try {
		const { url } = server;
		const phone = await browser.newContext({
			viewport: SIZES.phone,
			permissions: ['geolocation'],
			geolocation: { latitude: 55.4, longitude: 10.38 }
		});
		listen(phone, problems);
		const worker = await phone.newPage();
		await worker.goto(url);
		await inspect(worker, 'sign-in', problems);
		await signIn(worker, url, signInOf(server, 'jonas'));
		await waitUntilUpToDate(worker);
		await inspect(worker, 'home-empty', problems);
		await visit(worker, `${url}/trips`, 'trips-empty', problems);

		await worker.goto(`${url}/expenses/new`);
		await inspect(worker, 'expense-new', problems);
		const expense = await fillExpense(worker, 0, 'Aldi Odense', '486,00');
		await inspect(worker, 'expense-draft', problems);
		await worker.getByRole('button', { name: 'Submit' }).click();
		await expect(worker.getByText(/^Waiting/).first()).toBeVisible();
		await worker.goto(`${url}/expenses/new`);
		await fillExpense(worker, 1, 'Byggemarkedet', '1.249,50');
		await worker.getByRole('button', { name: 'Submit' }).click();
		await expect(worker.getByText(/^Waiting/).first()).toBeVisible();

		await worker.goto(`${url}/trips/record`);
		await inspect(worker, 'trip-before', problems);
		await worker.getByRole('button', { name: 'Start' }).click();
		await ride(phone, aRecordedRide(60));
		await inspect(worker, 'trip-recording', problems);
		await worker.getByRole('button', { name: 'Stop' }).click();
		await worker.getByLabel('From').fill('Odense depot');
		await worker.getByLabel('To', { exact: true }).fill('Kolding Havn');
		await worker.getByLabel('Purpose').fill('Pump service');
		await worker.getByLabel('Purpose').blur();
		await expect(worker.getByText(/Saved on this device/)).toBeVisible();
		const trip = worker.url();
		await inspect(worker, 'trip-finished', problems);
		await worker.getByRole('button', { name: 'Submit' }).click();
		await expect(worker.getByText(/^Waiting/).first()).toBeVisible();
		await visit(worker, `${url}/trips/new`, 'trip-typed', problems);
		await visit(worker, `${url}/trips`, 'trips', problems);
		await worker.goto(url);
		await waitUntilUpToDate(worker);

		const desk = await browser.newContext({ viewport: SIZES.desktop });
		listen(desk, problems);
		const manager = await desk.newPage();
		await signIn(manager, url, signInOf(server, 'mette'));
		await waitUntilUpToDate(manager);
		await manager.goto(`${url}/approvals`);
		await manager.getByRole('link', { name: /Byggemarkedet/ }).click();
		await expect(manager.locator('img[src^="blob:"]').first()).toBeVisible();
		await inspect(manager, 'approval-expense', problems);
		await manager.goto(`${url}/approvals`);
		await manager.getByRole('link', { name: /Odense depot/ }).click();
		// A level line has no height, which counts as hidden.
		await expect(manager.locator('.leaflet-overlay-pane path').first()).toBeAttached();
		await inspect(manager, 'approval-trip', problems);
		await visit(manager, `${url}/approvals`, 'approvals', problems);
		await manager.getByRole('link', { name: /Aldi/ }).click();
		await manager.getByRole('button', { name: 'Decline…' }).click();
		await inspect(manager, 'approval-decline', problems);
		await manager.getByLabel('Reason').fill('Guest name is missing');
		await manager.getByRole('dialog').getByRole('button', { name: 'Decline', exact: true }).click();
		await expect(manager.getByRole('dialog')).toBeHidden();
		await manager.goto(url);
		await waitUntilUpToDate(manager);

		await worker.goto(url);
		await expect(worker.getByText('“Guest name is missing”').first()).toBeVisible();
		await inspect(worker, 'home', problems);
		await visit(worker, expense, 'expense-declined', problems);
		await visit(worker, trip, 'trip-submitted', problems);
		await visit(worker, `${url}/entries`, 'entries', problems);
		await visit(worker, `${url}/sync`, 'sync', problems);
		await visit(worker, `${url}/more`, 'more', problems);
		await visit(worker, `${url}/settings`, 'settings', problems);
		await visit(worker, `${url}/settings/maps`, 'maps', problems);
		await visit(worker, `${url}/settings/protection`, 'protection', problems);
		await visit(worker, `${url}/nothing/here`, 'not-found', problems);
		await worker.goto(url);
		await worker.getByRole('button', { name: 'Add' }).first().click();
		await inspect(worker, 'add-sheet', problems);
		expect(problems).toEqual([]);
	} finally {
		await server.stop();
	}
});

function listen(context: BrowserContext, problems: string[]): void {
	context.on('console', (message) => {
		if (/Content Security Policy|Permissions-Policy/.test(message.text())) {
			problems.push(`console: ${message.text()}`);
		}
	});
	context.on('weberror', (error) => problems.push(`page error: ${error.error().message}`));
}

async function visit(page: Page, url: string, name: string, problems: string[]): Promise<void> {
	await page.goto(url);
	await inspect(page, name, problems);
}

async function inspect(page: Page, name: string, problems: string[]): Promise<void> {
	// Without its heading the page is not there yet: axe would judge the frame alone.
	await expect(page.getByRole('heading', { level: 1 }).first()).toBeAttached();
	const before = page.viewportSize();
	for (const [size, viewport] of Object.entries(SIZES)) {
		await page.setViewportSize(viewport);
		for (const colorScheme of ['light', 'dark'] as const) {
			if (size === 'small' && colorScheme === 'dark') continue;
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			const place = `${name} ${size} ${colorScheme}`;
			// Colours differ by theme and parts by width: three of the five pairs see everything.
			const isToldApart = size === 'small' || (size === 'desktop' && colorScheme === 'dark');
			const { violations } = isToldApart
				? { violations: [] }
				: await new AxeBuilder({ page }).analyze();
			for (const { id, nodes } of violations) {
				problems.push(
					`${place}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`
				);
			}
			const overflowPx = await page.evaluate(
				() => document.documentElement.scrollWidth - document.documentElement.clientWidth
			);
			if (overflowPx > 0) problems.push(`${place}: ${overflowPx} px too wide`);
			if (PICTURES) {
				await page.screenshot({ path: `${PICTURES}/${name}-${size}-${colorScheme}.png` });
			}
		}
	}
	await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
	if (before) await page.setViewportSize(before);
}

/** Fills a new expense with a photo; gives its address. */
async function fillExpense(
	page: Page,
	n: number,
	merchant: string,
	amount: string
): Promise<string> {
	await page
		.locator('input[type=file]:not([capture])')
		.setInputFiles(aReceiptPhoto(n) ?? (await aMadeUpPhoto(page)));
	await page.getByLabel('Amount').fill(amount);
	await page.getByLabel('Bought at').fill(merchant);
	await page.getByLabel('Cost type').selectOption({ index: 1 });
	await page.getByLabel('Purpose').fill('Lunch during pump service');
	await page.getByLabel('Purpose').blur();
	await expect(page.locator('img[src^="blob:"]').first()).toBeVisible();
	await expect(page.getByText(/Saved on this device/)).toBeVisible();
	return page.url();
}
