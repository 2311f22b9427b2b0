import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import {
	killAndReopen,
	signIn,
	syncPill,
	waitUntilInstalled,
	waitUntilUpToDate
} from '../support/app-page.ts';
import { countLocationReads, locationReads, ride } from '../support/geolocation.ts';
import { CouchClient } from '../support/couch-client.ts';
import { aReceiptPhoto, aRecordedRide } from '../support/recordings.ts';
import { aMadeUpPhoto } from '../support/pictures.ts';
import {
	remove,
	signInOf,
	startServerProcess,
	temporaryDirectory,
	type TestServerProcess
} from '../support/server.ts';

/*
 * The main job from start to finish, through the real parts: browser, IndexedDB, service worker, replication, server,
 * store. Three ways for the signal to come back; the rest is the same.
 */

const RETURNS = [
	'signal returns',
	'the server is started only now',
	'the server is killed in the middle of the upload'
] as const;

for (const howItReturns of RETURNS) {
	test(`expense and trip without signal reach the manager and come back: ${howItReturns}`, async ({
		browser
	}) => {
		const dataDir = await temporaryDirectory();
		let server = await startServerProcess({ dataDir });
		const { url } = server;
		const port = Number(new URL(url).port);
		const jonas = signInOf(server, 'jonas');
		const mette = signInOf(server, 'mette');
		const sofie = signInOf(server, 'sofie');
		const restart = async () => {
			server = await startServerProcess({ dataDir, port });
		};
		const contexts: BrowserContext[] = [];
		try {
			const phone = await aPhone(browser);
			contexts.push(phone);
			let page = await phone.newPage();
			await countLocationReads(phone);

			await test.step('the worker signs in, and the app opens without a server', async () => {
				await signIn(page, url, jonas);
				await waitUntilInstalled(page);
				await waitUntilUpToDate(page);
				await server.stop();
				await page.reload();
				await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
				if (howItReturns !== 'the server is started only now') await restart();
			});

			await test.step('signal is gone: an expense with a photo', async () => {
				await phone.setOffline(true);
				await expect(syncPill(page)).toHaveText(/Offline|Server unreachable/);
				await addExpense(page);
				await page.goto(url);
				await expect(page.getByRole('link', { name: /Aldi/ })).toContainText('On this device');
			});

			await test.step('a recorded trip, its route growing on the map', async () => {
				await recordTrip(page, phone);
			});

			await test.step('the tab is killed, still offline: both are there, the picture included', async () => {
				page = await killAndReopen(phone, page, url);
				await expect(page.getByRole('link', { name: /Odense → Kolding/ })).toContainText(
					'On this device'
				);
				await page.getByRole('link', { name: /Aldi/ }).click();
				await expect(page.getByLabel('Amount')).toHaveValue(/25[.,]98/);
				await expect(page.getByLabel('Purpose')).toHaveValue('Food for the crew');
				await expectPicture(page);
			});

			await test.step('both are submitted, still offline', async () => {
				await page.getByRole('button', { name: 'Submit' }).click();
				await expect(page.getByText(/^Waiting/).first()).toBeVisible();
				await page.goto(url);
				await page.getByRole('link', { name: /Odense → Kolding/ }).click();
				await page.getByRole('button', { name: 'Submit' }).click();
				await expect(page.getByText(/^Waiting/).first()).toBeVisible();
				await page.goto(url);
				await expect(page.getByRole('link', { name: /Aldi/ })).toContainText('On this device');
			});

			await test.step('it is sent without a tap', async () => {
				if (howItReturns === 'the server is killed in the middle of the upload') {
					await killDuringUpload(page, phone, server);
					await restart();
				} else {
					await phone.setOffline(false);
					if (howItReturns === 'the server is started only now') await restart();
				}
				await expect(page.getByRole('link', { name: /Aldi/ })).toContainText('Sent', {
					timeout: 90_000
				});
				await expect(page.getByRole('link', { name: /Odense → Kolding/ })).toContainText('Sent');
				await waitUntilUpToDate(page);
			});

			const worker = await CouchClient.signIn(url, jonas);
			const manager = await CouchClient.signIn(url, mette);
			const finance = await CouchClient.signIn(url, sofie);

			await test.step('the mailroom delivers what was submitted, and nothing else', async () => {
				const mailbox = await worker.idsByType(worker.session.databases.mailbox);
				expect(mailbox).toMatchObject({
					transaction: 2,
					submission: 2,
					receipt: 1,
					trip: 1
				});
				// The photo, and its thumbnail where it is not small itself.
				const pictures = mailbox['blob'] ?? 0;
				expect(pictures).toBeGreaterThan(0);
				expect(mailbox['trace']).toBeGreaterThan(0);
				for (const [who, database] of [
					[manager, manager.session.databases.mailbox],
					[finance, finance.session.databases.ledger ?? '']
				] as const) {
					await expect
						.poll(() => who.idsByType(database))
						.toMatchObject({ submission: 2, receipt: 1, route: 1, blob: pictures, case: 2 });
					const there = await who.idsByType(database);
					expect(there['transaction'] ?? 0).toBe(0);
					expect(there['trace'] ?? 0).toBe(0);
					expect(there['trip'] ?? 0).toBe(0);
				}
			});

			const desk = await browser.newContext({ viewport: { width: 1440, height: 900 } });
			contexts.push(desk);
			const managerPage = await desk.newPage();

			await test.step('the manager sees picture and route, declines one and approves the other, offline', async () => {
				await signIn(managerPage, url, mette);
				await waitUntilUpToDate(managerPage);
				await managerPage.getByRole('link', { name: 'Approvals' }).first().click();
				await managerPage.getByRole('link', { name: /Aldi/ }).click();
				await expectPicture(managerPage);
				await desk.setOffline(true);
				await managerPage.getByRole('button', { name: 'Decline…' }).click();
				await managerPage.getByLabel('Reason').fill('Guest name is missing');
				await managerPage
					.getByRole('dialog')
					.getByRole('button', { name: 'Decline', exact: true })
					.click();
				await managerPage.getByRole('link', { name: /Odense → Kolding/ }).click();
				await expect(managerPage.locator('.leaflet-overlay-pane path').first()).toBeVisible();
				await managerPage
					.getByRole('button', { name: /^Approve/ })
					.first()
					.click();
				await expect(
					managerPage.getByRole('heading', { name: 'Nothing waits for you' }).first()
				).toBeVisible();
				await desk.setOffline(false);
				await waitUntilUpToDate(managerPage);
			});

			await test.step('the worker sees both outcomes, corrects and submits again', async () => {
				await page.goto(url);
				await expect(page.getByText('“Guest name is missing”').first()).toBeVisible();
				await expect(page.getByRole('link', { name: /Odense → Kolding/ })).toContainText(
					'Approved'
				);
				await page.getByRole('link', { name: /Aldi/ }).first().click();
				await expect(page.getByText('Mette Holm declined this')).toBeVisible();
				await page.getByLabel('Purpose').fill('Food for the crew and Ida Bro');
				await page.getByRole('button', { name: 'Submit again' }).click();
				await expect(page.getByText(/^Waiting/).first()).toBeVisible();
			});

			await test.step('the corrected expense is approved', async () => {
				await managerPage.getByRole('link', { name: /Aldi/ }).click();
				await managerPage
					.getByRole('button', { name: /^Approve/ })
					.first()
					.click();
				await expect(
					managerPage.getByRole('heading', { name: 'Nothing waits for you' }).first()
				).toBeVisible();
				await page.goto(url);
				await expect(page.getByRole('link', { name: /Aldi/ })).toContainText('Approved');
			});

			await test.step('the ledger holds every submission and every decision', async () => {
				const ledger = finance.session.databases.ledger ?? '';
				await expect
					.poll(() => finance.idsByType(ledger))
					.toMatchObject({ submission: 3, decision: 3, case: 2 });
			});

			await test.step('location was read between Start and Stop only', async () => {
				const reads = await locationReads(page);
				expect(reads.outside).toBe(0);
			});
		} finally {
			for (const context of contexts) await context.close();
			await server.kill();
			await remove(dataDir);
		}
	});
}

async function aPhone(browser: Browser): Promise<BrowserContext> {
	return browser.newContext({
		viewport: { width: 390, height: 844 },
		hasTouch: true,
		permissions: ['geolocation'],
		geolocation: { latitude: 55.4, longitude: 10.38 }
	});
}

async function addExpense(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Add' }).click();
	await page.getByRole('link', { name: /^Expense/ }).click();
	await page
		.locator('input[type=file]:not([capture])')
		.setInputFiles(aReceiptPhoto() ?? (await aMadeUpPhoto(page)));
	await page.getByLabel('Amount').fill('25,98');
	await page.getByLabel('Bought at').fill('Aldi');
	await page.getByLabel('Cost type').selectOption({ index: 1 });
	await page.getByLabel('Purpose').fill('Food for the crew');
	await page.getByLabel('Purpose').blur();
	await expectPicture(page);
	await expect(page.getByText(/Saved on this device/)).toBeVisible();
}

async function recordTrip(page: Page, phone: BrowserContext): Promise<void> {
	await page.getByRole('button', { name: 'Add' }).click();
	await page.getByRole('link', { name: /Record a trip/ }).click();
	expect((await locationReads(page)).all).toBe(0);
	await page.getByRole('button', { name: 'Start' }).click();
	await expect(page.getByText(/Recording/).first()).toBeVisible();
	const line = page.locator('.leaflet-overlay-pane path').first();
	await ride(phone, aRecordedRide(90));
	await expect(line).toBeVisible();
	await page.getByRole('button', { name: 'Stop' }).click();
	await page.getByLabel('From').fill('Odense');
	await page.getByLabel('To', { exact: true }).fill('Kolding');
	await page.getByLabel('Purpose').fill('Pump service');
	await page.getByLabel('Purpose').blur();
	await expect(page.getByText(/Saved on this device/)).toBeVisible();
	await expect(page.getByText(/km × 3.94 DKK/)).toBeVisible();
	await expect(page.getByText('Unverified')).toBeVisible();
}

/** The stored picture is decoded and shown, not just named. */
async function expectPicture(page: Page): Promise<void> {
	await expect
		.poll(() =>
			page
				.locator('img[src^="blob:"]')
				.first()
				.evaluate((image: HTMLImageElement) => image.naturalWidth)
		)
		.toBeGreaterThan(100);
}

async function killDuringUpload(
	page: Page,
	phone: BrowserContext,
	server: TestServerProcess
): Promise<void> {
	const line = await phone.newCDPSession(page);
	await line.send('Network.enable');
	const upload = page.waitForRequest(
		(request) => request.method() === 'PUT' && /blob(:|%3A)|_outlay\/uploads\//.test(request.url())
	);
	await phone.setOffline(false);
	// Slow enough that the photo is still under way when the server dies.
	await line.send('Network.emulateNetworkConditions', {
		offline: false,
		latency: 20,
		downloadThroughput: 200_000,
		uploadThroughput: 20_000
	});
	await upload;
	await server.kill();
	await line.send('Network.emulateNetworkConditions', {
		offline: false,
		latency: 0,
		downloadThroughput: -1,
		uploadThroughput: -1
	});
}
