import { expect, type BrowserContext } from '@playwright/test';
import { SEND_LATER_TAG } from '@outlay/domain/send-later';
import { CouchClient } from '../support/couch-client.ts';
import { fillAndLeave, newExpense, waitUntilSaved } from '../support/expense-page.ts';
import { test } from '../support/on-a-phone.ts';

test('what was entered without signal is sent by the service worker, with no page of the app open', async ({
	page,
	phone,
	server,
	jonas
}) => {
	await phone.setOffline(true);
	await newExpense(page);
	await fillAndLeave(page.getByLabel('Bought at'), 'Bauhaus');
	await waitUntilSaved(page);
	await page.close();
	await phone.setOffline(false);

	const worker = await CouchClient.signIn(server.url, jonas);
	const { mailbox } = worker.session.databases;
	const sent = async () =>
		(await worker.allIds(mailbox)).filter((id) => id.startsWith('transaction:')).length;
	expect(await sent()).toBe(0);

	await wakeServiceWorker(phone, server.url);
	await expect.poll(sent, { timeout: 60_000 }).toBe(1);

	// The app finds it sent, and makes no second one of it.
	const again = await phone.newPage();
	await again.goto(server.url);
	await expect(again.getByRole('link', { name: /Bauhaus/ })).toHaveCount(1);
	expect(await sent()).toBe(1);
});

/** As the browser does once there is a network, from a page that is no page of the app. */
async function wakeServiceWorker(phone: BrowserContext, url: string): Promise<void> {
	const beside = await phone.newPage();
	await beside.goto(new URL('/manifest.webmanifest', url).href);
	const cdp = await phone.newCDPSession(beside);
	const registrationId = await new Promise<string>((resolve) => {
		cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
			const [ours] = registrations.filter(({ scopeURL }) => scopeURL.startsWith(url));
			if (ours !== undefined) resolve(ours.registrationId);
		});
		void cdp.send('ServiceWorker.enable');
	});
	await cdp.send('ServiceWorker.dispatchSyncEvent', {
		origin: new URL(url).origin,
		registrationId,
		tag: SEND_LATER_TAG,
		lastChance: false
	});
}
