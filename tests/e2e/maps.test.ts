import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { signIn, waitUntilInstalled, waitUntilUpToDate } from '../support/app-page.ts';
import { ride } from '../support/geolocation.ts';
import { remove, signInOf, startServerProcess, temporaryDirectory } from '../support/server.ts';

const MAP = fileURLToPath(
	new URL('../../../shared/data/maps/liechtenstein.pmtiles', import.meta.url)
);
/** Three pieces, the last one short. */
const ROADS_BYTES = 5_000_000;

test.skip(!existsSync(MAP), 'The map of Liechtenstein does not lie beside the project.');

test('a region is kept on the device over a bad connection, and the map works with the network off', async ({
	browser
}) => {
	const regions = await temporaryDirectory();
	await copyFile(MAP, path.join(regions, 'liechtenstein.pmtiles'));
	await writeFile(path.join(regions, 'liechtenstein.roads'), Buffer.alloc(ROADS_BYTES, 7));
	const server = await startServerProcess({ environment: { OUTLAY_REGIONS: regions } });
	try {
		const context = await browser.newContext({
			viewport: { width: 390, height: 844 },
			permissions: ['geolocation'],
			geolocation: { latitude: 47.141, longitude: 9.5209 }
		});
		const page = await context.newPage();
		await signIn(page, server.url, signInOf(server, 'jonas'));
		await waitUntilUpToDate(page);

		await page.goto(`${server.url}/settings/maps`);
		await expect(page.getByRole('heading', { name: 'Liechtenstein' })).toBeVisible();
		await expect(page.getByText('Map and roads')).toContainText(/5\.6\sMB/);

		// The connection breaks in the middle of the second file.
		let isBroken = true;
		const asked: string[] = [];
		await page.route('**/_outlay/regions/*.roads', async (route) => {
			const range = route.request().headers()['range'] ?? '';
			asked.push(range);
			if (isBroken && !range.startsWith('bytes=0-')) await route.abort();
			else await route.continue();
		});
		await page.getByRole('button', { name: 'Keep on this device' }).click();
		await expect(page.getByRole('alert')).toContainText('The connection broke off.');
		isBroken = false;
		asked.length = 0;
		await page.getByRole('button', { name: 'Keep on this device' }).click();
		await expect(page.getByText('On this device', { exact: true })).toBeVisible();
		// What had arrived was not fetched again.
		expect(asked).toEqual(['bytes=2097152-4194303', `bytes=4194304-${ROADS_BYTES - 1}`]);

		await waitUntilInstalled(page);
		await context.setOffline(true);
		await page.goto(`${server.url}/trips/record`);
		await page.getByRole('button', { name: 'Start' }).click();
		await ride(
			context,
			Array.from({ length: 5 }, (_, n) => ({
				latitude: 47.141 + n * 0.0004,
				longitude: 9.5209,
				accuracyM: 5
			}))
		);
		await expect(page.locator('.region-tiles canvas').first()).toBeVisible();
		await expect(page.locator('.place-label', { hasText: 'Vaduz' }).first()).toBeAttached();
		await expect(page.getByText(/OpenStreetMap contributors/)).toBeVisible();
		// Where the sheet alone has one colour of land, a region has several.
		await expect
			.poll(() =>
				page.evaluate(() => {
					const colours = new Set<string>();
					for (const canvas of document.querySelectorAll<HTMLCanvasElement>(
						'.region-tiles canvas'
					)) {
						const { data } = canvas
							.getContext('2d')!
							.getImageData(0, 0, canvas.width, canvas.height);
						for (let at = 0; at < data.length; at += 4 * 97) {
							colours.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
						}
					}
					return colours.size;
				})
			)
			.toBeGreaterThan(5);
		if (process.env['OUTLAY_PICTURES']) {
			await page.screenshot({ path: `${process.env['OUTLAY_PICTURES']}/trip-region-phone.png` });
		}
		await page.getByRole('button', { name: /Discard this trip/ }).click();
		await page
			.getByRole('dialog')
			.getByRole('button', { name: /Discard/ })
			.click();

		await page.goto(`${server.url}/settings/maps`);
		await expect(page.getByText('On this device', { exact: true })).toBeVisible();
		if (process.env['OUTLAY_PICTURES']) {
			await page.screenshot({ path: `${process.env['OUTLAY_PICTURES']}/maps-phone.png` });
		}
		await page.getByRole('button', { name: 'Remove' }).click();
		await expect(page.getByText('On this device', { exact: true })).toBeHidden();
		expect(await page.evaluate(keptPieces)).toBe(0);
	} finally {
		await server.stop();
		await remove(regions);
	}
});

/** How many pieces of regions lie on this device. */
async function keptPieces(): Promise<number> {
	let pieces = 0;
	for (const name of await caches.keys()) {
		if (!name.startsWith('outlay-regions-')) continue;
		const requests = await (await caches.open(name)).keys();
		pieces += requests.filter(({ url }) => url.includes('piece=')).length;
	}
	return pieces;
}
