import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { signIn, waitUntilInstalled, waitUntilUpToDate } from '../support/app-page.ts';
import { signInOf, startServerProcess } from '../support/server.ts';

/*
 * A routing service the company chose, asked by the company's server for a trip that is typed; with the network off the
 * form falls back to an estimate and says so. The service is one of our own that answers as OSRM does.
 */

const OFFICE_TO_DEPOT = /^\/route\/v1\/driving\/9\.[\d.]+,47\.[\d.]+;9\.[\d.]+,47\.[\d.]+\?/;
const HERE = { latitude: 47.14104, longitude: 9.52093 };
const THERE = { latitude: 47.0668, longitude: 9.50253 };

interface Asked {
	path: string;
	headers: Record<string, unknown>;
}

/** Two ways, as OSRM answers with alternatives: the fastest first. */
async function startRouting(asked: Asked[]): Promise<Server> {
	const line = {
		coordinates: [
			[HERE.longitude, HERE.latitude],
			[THERE.longitude, THERE.latitude]
		]
	};
	const server = createServer(({ url = '', headers }, response) => {
		asked.push({ path: url, headers });
		response.writeHead(200, { 'content-type': 'application/json' }).end(
			JSON.stringify({
				code: 'Ok',
				routes: [
					{ distance: 12_340.4, duration: 780, geometry: line },
					{ distance: 10_020.2, duration: 900, geometry: line }
				]
			})
		);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return server;
}

test('a typed trip gets its distance from the company’s routing service, and an estimate without network', async ({
	browser
}) => {
	const asked: Asked[] = [];
	const routing = await startRouting(asked);
	const address = `http://127.0.0.1:${(routing.address() as AddressInfo).port}`;
	const server = await startServerProcess({ environment: { OUTLAY_ROUTING: `osrm=${address}` } });
	try {
		const context = await browser.newContext({
			viewport: { width: 390, height: 844 },
			permissions: ['geolocation'],
			geolocation: HERE
		});
		const page = await context.newPage();
		const foreign: string[] = [];
		page.on('request', (request) => {
			const { origin } = new URL(request.url());
			if (origin === address) foreign.push(request.url());
		});
		await signIn(page, server.url, signInOf(server, 'jonas'));
		await waitUntilUpToDate(page);
		await waitUntilInstalled(page);

		await page.goto(`${server.url}/settings/places`);
		for (const [name, position] of [
			['Workshop', HERE],
			['Pump 4', THERE]
		] as const) {
			await context.setGeolocation(position);
			await page.getByRole('button', { name: 'Add a place' }).click();
			await page.getByLabel('Name', { exact: true }).fill(name);
			await page.getByRole('button', { name: 'Where I am now' }).click();
			await expect(page.getByText(`${position.latitude.toFixed(5)}, `)).toBeVisible();
			await page.getByRole('button', { name: 'Save place' }).click();
			await expect(page.getByRole('button', { name })).toBeVisible();
		}

		const choosePlaces = async () => {
			await page.goto(`${server.url}/trips/new`);
			await page.getByLabel('From', { exact: true }).fill('work');
			await page.getByRole('option', { name: 'Workshop' }).click();
			await page.getByLabel('To', { exact: true }).fill('pump');
			await page.getByRole('option', { name: 'Pump 4' }).click();
		};
		const hero = page.locator('#mileage-distanceM .type-hero');

		await choosePlaces();
		await expect(hero).toHaveText('12.3');
		await expect(page.getByText('by the company’s route planner')).toBeVisible();
		await page.getByText('Shortest, 10.0 km').click();
		await expect(hero).toHaveText('10.0');
		await page.getByLabel('Purpose').fill('Pump service');
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByText(/^Waiting/).first()).toBeVisible();
		await expect(page.getByText('by the company’s route planner')).toBeVisible();

		// The server asked, with the places alone: the service never met the device, nor learned who it was.
		expect(foreign).toEqual([]);
		expect(asked.length).toBeGreaterThan(0);
		for (const { path, headers } of asked) {
			expect(path).toMatch(OFFICE_TO_DEPOT);
			expect(headers).not.toHaveProperty('cookie');
			expect(headers).not.toHaveProperty('authorization');
		}

		const before = asked.length;
		await context.setOffline(true);
		await page.goto(`${server.url}/settings/vehicles`);
		await choosePlaces();
		await expect(page.getByText(/is an estimate/)).toBeVisible();
		await page.getByLabel('Purpose').fill('Pump service');
		await page.getByRole('button', { name: 'Submit' }).click();
		await expect(page.getByRole('alert')).toContainText('The distance is an estimate.');
		expect(asked).toHaveLength(before);

		// With the network back the same places are measured by road again, and the estimate is gone.
		await context.setOffline(false);
		await page.reload();
		await page.getByLabel('To', { exact: true }).focus();
		await page.getByLabel('Purpose').focus();
		await expect(page.getByText('by the company’s route planner')).toBeVisible();
		await expect(hero).toHaveText('12.3');
	} finally {
		await server.stop();
		routing.closeAllConnections();
		await new Promise((resolve) => routing.close(resolve));
	}
});
