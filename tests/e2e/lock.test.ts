import AxeBuilder from '@axe-core/playwright';
import { expect, type BrowserContext, type Page } from '@playwright/test';
import { killAndReopen, signIn, waitUntilUpToDate } from '../support/app-page.ts';
import { CouchClient } from '../support/couch-client.ts';
import { fillAndLeave, newExpense, waitUntilSaved } from '../support/expense-page.ts';
import { test } from '../support/on-a-phone.ts';
import { AS_ADMINISTRATOR } from '../support/server.ts';

const CODE = 'four blue tractors';

test('a passcode: set, locked by a button in all tabs, wrong and right, nothing sent in between', async ({
	page,
	phone,
	server,
	jonas
}) => {
	await setPasscode(page, server.url);
	await expectAccessible(page);
	const other = await phone.newPage();
	await other.goto(server.url);
	// The second tab is open at once: the first one is.
	await expect(other.getByRole('heading', { name: 'Home' })).toBeVisible();

	await test.step('what stands in a form when it locks is stored, and waits', async () => {
		await phone.setOffline(true);
		await other.goto(`${server.url}/expenses/new`);
		await other.getByLabel('Bought at').fill('Silvan');
		await other.getByLabel('Purpose').fill('Sandpaper');
		await page.getByRole('button', { name: 'Lock now' }).click();
		for (const tab of [page, other]) {
			await expect(tab.getByRole('heading', { name: 'Outlay is locked' })).toBeVisible();
			await expect(tab.getByText('Silvan')).toHaveCount(0);
		}
		await phone.setOffline(false);
	});

	await test.step('locked means locked: after a reload, at every address, and nothing leaves', async () => {
		await other.goto(`${server.url}/sync`);
		await expect(other.getByRole('heading', { name: 'Outlay is locked' })).toBeVisible();
		const asked = requestsOf(phone, server.url);
		await other.reload();
		await expect(other.getByLabel('Passcode', { exact: true })).toBeVisible();
		await other.evaluate(() => {
			window.dispatchEvent(new Event('online'));
		});
		await other.getByLabel('Passcode', { exact: true }).fill('a wrong passcode');
		await other.getByRole('button', { name: 'Unlock' }).click();
		await expect(other.getByText('This passcode is not right.')).toBeVisible();
		await expectAccessible(other);
		expect(asked.filter((path) => /mailbox|settings-|_outlay\/(?!session)/.test(path))).toEqual([]);
		const worker = await CouchClient.signIn(server.url, jonas);
		expect(await worker.idsByType(worker.session.databases.mailbox)).not.toHaveProperty(
			'transaction'
		);
	});

	await test.step('unlocked in one tab, open in both, and sent', async () => {
		await other.getByLabel('Passcode', { exact: true }).fill(CODE);
		await other.getByRole('button', { name: 'Unlock' }).click();
		await expect(page.getByRole('heading', { name: 'Outlay is locked' })).toHaveCount(0);
		await other.goto(server.url);
		await other.getByRole('link', { name: /Silvan/ }).click();
		await expect(other.getByLabel('Purpose')).toHaveValue('Sandpaper');
		await other.getByRole('link', { name: 'Back' }).click();
		await waitUntilUpToDate(other);
	});

	await test.step('killed and opened again, without signal: locked', async () => {
		await page.close();
		await phone.setOffline(true);
		const again = await killAndReopen(phone, other, server.url);
		await unlock(again);
		await expect(again.getByRole('link', { name: /Silvan/ })).toBeVisible();
		await phone.setOffline(false);
	});
});

test('a forgotten passcode: what is lost is said before, the rest comes back', async ({
	page,
	phone,
	server,
	jonas
}) => {
	await newExpense(page);
	await fillAndLeave(page.getByLabel('Bought at'), 'Stark');
	await waitUntilSaved(page);
	await page.goto(server.url);
	await waitUntilUpToDate(page);
	await setPasscode(page, server.url);
	await phone.setOffline(true);
	await backToHome(page);
	await newExpense(page);
	await fillAndLeave(page.getByLabel('Bought at'), 'Bauhaus');
	await waitUntilSaved(page);
	await page.reload();
	await page.getByRole('button', { name: 'Forgot the passcode?' }).click();
	await expect(page.getByRole('dialog')).toContainText(
		'Never sent, and lost if you start over: one entry.'
	);
	await page.getByRole('button', { name: 'Cancel' }).click();
	await phone.setOffline(false);
	await page.getByRole('button', { name: 'Forgot the passcode?' }).click();
	await page.getByRole('button', { name: 'Remove and sign in again' }).click();
	await signIn(page, server.url, jonas);
	await expect(page.getByRole('link', { name: /Stark/ })).toBeVisible();
	await expect(page.getByRole('link', { name: /Bauhaus/ })).toHaveCount(0);
});

test('the company demands it: nothing else until it is set, and it locks after quiet minutes', async ({
	page,
	server,
	jonas
}) => {
	await page.clock.install();
	await demandLock(server.url, jonas, 2);
	await page.reload();
	await expect(page.getByLabel('Company ID')).toHaveCount(0);
	// Settings come with the sync; the next page asks.
	await expect(async () => {
		await page.goto(`${server.url}/more`);
		await expect(page.getByRole('heading', { name: 'Set a passcode' })).toBeVisible({
			timeout: 3000
		});
	}).toPass();
	await page.getByLabel('New passcode').fill('12345678');
	await page.getByLabel('The new one again').fill('12345678');
	await page.getByRole('button', { name: 'Set a passcode' }).click();
	await expect(page.getByText('This passcode is guessed at once.')).toBeVisible();
	await page.getByLabel('New passcode').fill(CODE);
	await page.getByLabel('The new one again').fill(CODE);
	await page.getByRole('button', { name: 'Set a passcode' }).click();
	await expect(page.getByRole('heading', { name: 'More' })).toBeVisible();

	await page.clock.runFor(90_000);
	await page.getByRole('heading', { name: 'More' }).click();
	await page.clock.runFor(90_000);
	await expect(page.getByRole('heading', { name: 'More' })).toBeVisible();
	await page.clock.runFor(60_000);
	await expect(page.getByRole('heading', { name: 'Outlay is locked' })).toBeVisible();
	await unlock(page);
	await page.goto(`${server.url}/settings/protection`);
	await unlock(page);
	await expect(page.getByText("so it can't be removed")).toBeVisible();
});

test('face or fingerprint opens it where the device can', async ({ phone, server, jonas }) => {
	const page = await phone.newPage();
	const authenticator = await addAuthenticator(phone, page);
	// A credential belongs to a name, not to an address of numbers.
	const url = server.url.replace('127.0.0.1', 'localhost');
	await signIn(page, url, jonas);
	await waitUntilUpToDate(page);
	await setPasscode(page, url);
	await page.getByRole('button', { name: 'Use face or fingerprint', exact: true }).click();
	await page.getByLabel('Passcode now').last().fill(CODE);
	await page.getByRole('button', { name: 'Go on' }).click();
	await expect(
		page.getByRole('button', { name: 'No longer use face or fingerprint' })
	).toBeVisible();
	await page.getByRole('button', { name: 'Lock now' }).click();
	await page.getByRole('button', { name: 'Use face or fingerprint', exact: true }).click();
	await expect(page.getByRole('button', { name: 'Lock now' })).toBeVisible();

	await test.step('a finger it does not know opens nothing; the passcode does', async () => {
		await authenticator.refuse();
		await page.getByRole('button', { name: 'Lock now' }).click();
		await page.getByRole('button', { name: 'Use face or fingerprint', exact: true }).click();
		await expect(page.getByText('That did not open it.')).toBeVisible();
		await unlock(page);
		await expect(page.getByRole('button', { name: 'Lock now' })).toBeVisible();
	});
});

async function setPasscode(page: Page, url: string): Promise<void> {
	await page.goto(`${url}/settings`);
	await page.getByRole('link', { name: /Protection on this device/ }).click();
	await page.getByLabel('New passcode').fill(CODE);
	await page.getByLabel('The new one again').fill(CODE);
	await page.getByRole('button', { name: 'Set a passcode' }).click();
	await expect(page.getByText('The passcode is set.')).toBeVisible();
}

/** Without loading the page again, which locks. */
async function backToHome(page: Page): Promise<void> {
	await page.getByRole('link', { name: 'Back' }).click();
	await page.getByRole('link', { name: 'Back' }).click();
	await page.getByRole('link', { name: 'Home' }).click();
	await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
}

/** On a phone and a desktop, light and dark; with nothing to scroll sideways. */
async function expectAccessible(page: Page): Promise<void> {
	for (const width of [320, 1440]) {
		await page.setViewportSize({ width, height: 844 });
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme });
			const { violations } = await new AxeBuilder({ page }).analyze();
			expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
		}
		expect(
			await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)
		).toBe(true);
	}
	await page.setViewportSize({ width: 390, height: 844 });
}

async function unlock(page: Page): Promise<void> {
	await page.getByLabel('Passcode', { exact: true }).fill(CODE);
	await page.getByRole('button', { name: 'Unlock' }).click();
	await expect(page.getByRole('heading', { name: 'Outlay is locked' })).toHaveCount(0);
}

/** Paths at the server that the context asks for from now on. */
function requestsOf(context: BrowserContext, url: string): string[] {
	const paths: string[] = [];
	context.on('request', (request) => {
		if (request.url().startsWith(url)) paths.push(new URL(request.url()).pathname);
	});
	return paths;
}

/** As the administrator's tools write it: the setting in force today, with a lock. */
async function demandLock(
	url: string,
	card: Parameters<typeof CouchClient.signIn>[1],
	idleMinutes: number
): Promise<void> {
	const worker = await CouchClient.signIn(url, card);
	const { settings } = worker.session.databases;
	const id = 'setting:company:2023-01-01';
	const stored = await worker.document(settings, id);
	const answer = await fetch(`${url}/${settings}/${encodeURIComponent(id)}`, {
		method: 'PUT',
		headers: {
			...AS_ADMINISTRATOR,
			'content-type': 'application/json'
		},
		body: JSON.stringify({
			...stored,
			body: { ...(stored['body'] as object), deviceLock: { idleMinutes } }
		})
	});
	expect(answer.status).toBe(201);
}

/** A platform authenticator of the browser's own test bench, which hands out secrets. */
async function addAuthenticator(context: BrowserContext, page: Page) {
	const session = await context.newCDPSession(page);
	await session.send('WebAuthn.enable');
	const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
		options: {
			protocol: 'ctap2',
			ctap2Version: 'ctap2_1',
			transport: 'internal',
			hasResidentKey: true,
			hasUserVerification: true,
			hasPrf: true,
			isUserVerified: true,
			automaticPresenceSimulation: true
		}
	});
	return {
		refuse: () =>
			session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
	};
}
