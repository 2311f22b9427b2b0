import { expect, type Locator, type Page } from '@playwright/test';
import { killAndReopen, waitUntilUpToDate } from '../../support/app-page.ts';
import { CouchClient } from '../../support/couch-client.ts';
import { fillAndLeave, sentence, waitUntilSaved } from '../../support/expense-page.ts';
import { ride } from '../../support/geolocation.ts';
import { test } from '../../support/on-a-phone.ts';
import { aRecordedRide } from '../../support/recordings.ts';

/* Trips that can't be recorded as they should: the distance can be typed, and nothing recorded is lost. */

test.describe('location refused', () => {
	test.use({ isLocationAllowed: false });

	test('mileage works by typing the distance; nonsense is kept and refused', async ({ page }) => {
		await page.getByRole('button', { name: 'Add' }).click();
		await page.getByRole('link', { name: /Record a trip/ }).click();
		await page.getByRole('button', { name: 'Start' }).click();
		await expect(page.getByRole('alert')).toContainText(
			'Location is off for this app Allow it in the browser’s settings, or type the distance.'
		);
		await page.getByRole('button', { name: 'Type the distance' }).click();
		const distance = page.getByLabel('Distance in km');

		for (const [typed, words] of [
			['0', 'The distance is 0. Type how far you drove.'],
			['far', 'This is not readable as a distance. Type it like 64.6.'],
			['-12', 'This is not readable as a distance. Type it like 64.6.'],
			['99999', /This is longer than one trip can be/]
		] as const) {
			await fillAndLeave(distance, typed);
			await expect(sentence(page, words)).toBeVisible();
			await waitUntilSaved(page);
			await page.reload();
			await expect(distance).toHaveValue(typed);
			await expect(sentence(page, words)).toBeVisible();
		}

		await fillAndLeave(page.getByLabel('From'), 'Odense');
		await fillAndLeave(page.getByLabel('To', { exact: true }), 'Kolding');
		await fillAndLeave(page.getByLabel('Purpose'), 'Pump service');
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByRole('alert')).toContainText('This is longer than one trip can be');
		await expect(distance).toBeFocused();
		await fillAndLeave(distance, '64,6');
		await expect(page.getByRole('alert')).toHaveCount(0);
		await expect(page.getByText('64.6 km × 3.94 DKK')).toBeVisible();
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByText(/^Waiting/).first()).toBeVisible();

		// The trip that got no position was not kept.
		await page.getByRole('link', { name: 'Back' }).click();
		await expect(page.getByRole('link', { name: /Odense → Kolding/ })).toBeVisible();
		await expect(page.getByText('Trip without movement')).toHaveCount(0);
	});
});

test('a trip without movement can’t be submitted; its distance can be typed', async ({
	page,
	phone,
	server,
	jonas
}) => {
	await page.getByRole('button', { name: 'Add' }).click();
	await page.getByRole('link', { name: /Record a trip/ }).click();
	await page.getByRole('button', { name: 'Start' }).click();
	const still = Array.from({ length: 12 }, (_, n) => ({
		latitude: 55.4 + (n % 3) * 0.000004,
		longitude: 10.38 + (n % 2) * 0.000004,
		accuracyM: 8
	}));
	await ride(phone, still);
	await expect(page.getByText(/Recording · GPS/)).toBeVisible();
	await page.getByRole('button', { name: 'Stop' }).click();
	await expect(page.getByRole('heading', { name: 'The phone did not move' })).toBeVisible();
	await expect(sentence(page, /there is nothing to pay. If you did drive/)).toBeVisible();
	await expect(page.getByRole('button', { name: 'Submit' })).toHaveCount(0);

	// It waits in the list, also after a reload.
	await page.getByRole('link', { name: 'Back' }).click();
	await expect(page.getByRole('heading', { name: 'Trips', exact: true })).toBeVisible();
	await page.reload();
	await page.getByRole('link', { name: /Trip without movement/ }).click();
	await page.getByRole('button', { name: 'Type the distance' }).click();
	await fillAndLeave(page.getByLabel('From'), 'Yard');
	await fillAndLeave(page.getByLabel('To', { exact: true }), 'Quay');
	await fillAndLeave(page.getByLabel('Purpose'), 'Crane');
	await page.getByRole('button', { name: 'Submit' }).click();
	await expect(page.getByRole('alert')).toContainText('Type the distance in kilometres.');
	await fillAndLeave(page.getByLabel('Distance in km'), '3');
	await page.getByRole('button', { name: 'Submit' }).click();
	await expect(page.getByText(/^Waiting/).first()).toBeVisible();
	await page.goto(server.url);
	await waitUntilUpToDate(page);
	const worker = await CouchClient.signIn(server.url, jonas);
	expect(await worker.idsByType(worker.session.databases.mailbox)).toMatchObject({
		submission: 1,
		trip: 1
	});
});

test('signal goes and the tab is killed while a trip is recorded: it goes on, and arrives whole', async ({
	page,
	phone,
	server,
	jonas
}) => {
	await page.getByRole('button', { name: 'Add' }).click();
	await page.getByRole('link', { name: /Record a trip/ }).click();
	await page.getByRole('button', { name: 'Start' }).click();
	const drive = aRecordedRide(60);
	await ride(phone, drive.slice(0, 30));
	await phone.setOffline(true);
	await expect(distanceSoFar(page)).not.toHaveText('0.0');

	const reopened = await killAndReopen(phone, page, `${server.url}/trips/record`);
	await expect(
		reopened.getByText('The app was closed while it recorded. It goes on now')
	).toBeVisible();
	await expect(distanceSoFar(reopened)).not.toHaveText('0.0');
	await ride(phone, drive.slice(30));
	await reopened.getByRole('button', { name: 'Stop' }).click();
	await fillAndLeave(reopened.getByLabel('From'), 'Odense');
	await fillAndLeave(reopened.getByLabel('To', { exact: true }), 'Kolding');
	await fillAndLeave(reopened.getByLabel('Purpose'), 'Pump service');
	await phone.setOffline(false);
	await reopened.getByRole('button', { name: 'Submit' }).click();
	await expect(reopened.getByText(/^Waiting/).first()).toBeVisible();
	await reopened.goto(server.url);
	await waitUntilUpToDate(reopened);
	const worker = await CouchClient.signIn(server.url, jonas);
	expect(await worker.idsByType(worker.session.databases.mailbox)).toMatchObject({
		submission: 1,
		trip: 1,
		route: 1
	});
});

/** The large figure, in kilometres. */
function distanceSoFar(page: Page): Locator {
	return page.locator('.type-live');
}
