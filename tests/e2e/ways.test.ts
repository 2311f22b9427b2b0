import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { signIn, waitUntilInstalled, waitUntilUpToDate } from '../support/app-page.ts';
import { remove, signInOf, startServerProcess, temporaryDirectory } from '../support/server.ts';

/* Trips without a recording: places, vehicles and distances on a phone in the forest, and what the approver sees. */

const EXTRACT = fileURLToPath(
	new URL('../../../shared/data/roads/liechtenstein.osm.pbf', import.meta.url)
);
const BUILD = fileURLToPath(
	new URL('../../sync-server/src/regions/build-roads.ts', import.meta.url)
);
const VADUZ = { latitude: 47.14104, longitude: 9.52093 };
const BALZERS = { latitude: 47.0668, longitude: 9.50253 };

test.skip(!existsSync(EXTRACT), 'The roads of Liechtenstein do not lie beside the project.');

test('a typed trip gets its distance from roads on the device, with the network off', async ({
	browser
}) => {
	const regions = await temporaryDirectory();
	await promisify(execFile)(process.execPath, [
		'--import',
		'tsx',
		BUILD,
		EXTRACT,
		'--out',
		path.join(regions, 'liechtenstein.roads')
	]);
	const server = await startServerProcess({ environment: { OUTLAY_REGIONS: regions } });
	try {
		const context = await browser.newContext({
			viewport: { width: 390, height: 844 },
			permissions: ['geolocation'],
			geolocation: VADUZ
		});
		const page = await context.newPage();
		await signIn(page, server.url, signInOf(server, 'jonas'));
		await waitUntilUpToDate(page);
		await page.goto(`${server.url}/settings/maps`);
		await page.getByRole('button', { name: 'Keep on this device' }).click();
		await expect(page.getByText('On this device', { exact: true })).toBeVisible();
		await waitUntilInstalled(page);
		await context.setOffline(true);

		await page.goto(`${server.url}/settings/vehicles`);
		await page.getByRole('button', { name: 'Add a vehicle' }).click();
		await page.getByLabel('Licence plate').fill('EL 12 345');
		await page.getByLabel('Type of vehicle').selectOption('Electric car');
		await page.getByRole('button', { name: 'Save vehicle' }).click();
		await expect(page.getByText('For new trips')).toBeVisible();

		await page.goto(`${server.url}/settings/places`);
		await addPlaceHere(page, 'Home');
		await context.setGeolocation(BALZERS);
		await page.getByRole('button', { name: 'Add a place' }).click();
		await page.getByLabel('Name', { exact: true }).fill('For 211062-5629');
		await page.getByRole('button', { name: 'Save place' }).click();
		await expect(page.getByText(/looks like a national ID number/)).toBeVisible();
		await page.getByLabel('Name', { exact: true }).fill('Pump 4');
		await page.getByRole('button', { name: 'Where I am now' }).click();
		await expect(page.getByText('47.06680, 9.50253')).toBeVisible();
		await page.getByRole('button', { name: 'Save place' }).click();
		await expect(page.getByRole('button', { name: 'Pump 4' })).toBeVisible();

		await page.goto(`${server.url}/trips/new`);
		// By keys alone: the first suggestion, then the second.
		await page.getByLabel('From', { exact: true }).click();
		await expect(page.getByRole('option', { name: 'Home' })).toBeVisible();
		await look(page, 'way-suggestions');
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('Enter');
		await page.getByLabel('To', { exact: true }).fill('pump');
		await page.getByRole('option', { name: 'Pump 4' }).click();
		await expect(page.getByText(/^by road \(.*OpenStreetMap/)).toBeVisible();
		const there = await kilometres(page);
		// The road down the valley, as maps have it: between the straight line and half as much again.
		expect(there).toBeGreaterThan(8.4);
		expect(there).toBeLessThan(13);
		await page.getByRole('button', { name: 'There and back' }).click();
		await expect.poll(() => kilometres(page)).toBeGreaterThan(there * 1.8);
		// A place that is only named: nobody knows how far, until it is gone again.
		await page.getByRole('button', { name: 'Add a stop' }).click();
		await page.getByLabel('Stop 1', { exact: true }).fill('A friend');
		await page.getByLabel('Purpose').fill('Pump service');
		await expect(page.getByText(/is not known here/)).toBeVisible();
		await look(page, 'way-unknown');
		await page.getByRole('button', { name: 'Remove stop 1' }).click();
		await expect(page.getByText(/^by road \(/)).toBeVisible();
		await page.getByRole('button', { name: 'Favourite' }).click();
		await expect(page.getByText('EL 12 345')).toBeAttached();
		await look(page, 'way-road');
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByText(/^Waiting/).first()).toBeVisible();
		await look(page, 'way-read');

		// Again in one tap; then to the company's office, far from these roads.
		await page.goto(`${server.url}/trips/new`);
		await look(page, 'way-again');
		await page.getByRole('button', { name: /Home ⇄ Pump 4/ }).click();
		await expect(page.getByText(/^by road \(/)).toBeVisible();
		await page.getByLabel('To', { exact: true }).fill('Nordlys office');
		await page.getByLabel('Purpose').click();
		await expect(page.getByText(/is an estimate/)).toBeVisible();
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByRole('alert')).toContainText('The distance is an estimate.');
		await look(page, 'way-estimate');
		await page.getByRole('button', { name: /^Confirm / }).click();
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByText(/^Waiting/).first()).toBeVisible();

		// The company knows how far its depot is.
		await page.goto(`${server.url}/trips/new`);
		await page.getByLabel('From', { exact: true }).fill('Nordlys office');
		await page.getByLabel('To', { exact: true }).fill('nordlys depot');
		await page.getByLabel('Purpose').fill('Spare parts');
		await expect(page.getByText('known distance')).toBeVisible();
		expect(await kilometres(page)).toBe(46.2);
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByText(/^Waiting/).first()).toBeVisible();

		await context.setOffline(false);
		await page.goto(server.url);
		await waitUntilUpToDate(page);
		const office = await browser.newContext({ viewport: { width: 1440, height: 900 } });
		const manager = await office.newPage();
		await signIn(manager, server.url, signInOf(server, 'mette'));
		await manager.goto(`${server.url}/approvals`);
		for (const trip of [
			'Home ⇄ Pump 4',
			'Home ⇄ Nordlys office',
			'Nordlys office → Nordlys depot'
		]) {
			await expect(manager.getByText(trip).first()).toBeVisible();
		}
		await manager.getByText('Home ⇄ Pump 4').first().click();
		await expect(manager.getByText('Pump 4 → Home')).toBeVisible();
		await expect(manager.getByText('Electric car, own')).toBeVisible();
		await expect(manager.getByText(/by road \(/)).toBeVisible();
		await look(manager, 'way-approval');
		// Where somebody lives never reaches anybody else.
		await expect(manager.locator('body')).not.toContainText('47.14');
	} finally {
		await server.stop();
		await remove(regions);
	}
});

async function addPlaceHere(page: Page, name: string): Promise<void> {
	await page.getByRole('button', { name: 'Add a place' }).click();
	await page.getByLabel('Name', { exact: true }).fill(name);
	await page.getByRole('button', { name: 'Where I am now' }).click();
	await expect(page.getByText('47.14104, 9.52093')).toBeVisible();
	await page.getByLabel('I live here').check();
	await page.getByRole('button', { name: 'Save place' }).click();
	await expect(page.getByRole('button', { name })).toBeVisible();
}

/** The distance that counts, as it stands on the page. */
async function kilometres(page: Page): Promise<number> {
	return Number(await page.locator('#mileage-distanceM .type-hero').innerText());
}

/** No accessibility violation and no sideways scrolling, in both themes; `OUTLAY_PICTURES=folder` keeps pictures. */
async function look(page: Page, name: string): Promise<void> {
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		// Colours on their way from one theme to the other have any contrast.
		await page.evaluate(() =>
			Promise.allSettled(document.getAnimations().map((each) => each.finished))
		);
		const { violations } = await new AxeBuilder({ page }).analyze();
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
		const widthPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		expect(widthPx).toBeLessThanOrEqual(0);
		const pictures = process.env['OUTLAY_PICTURES'];
		if (pictures) {
			await page.screenshot({ path: `${pictures}/${name}-${colorScheme}.png`, fullPage: true });
		}
	}
	await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}
