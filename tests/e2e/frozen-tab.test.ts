import { expect } from '@playwright/test';
import { waitUntilUpToDate } from '../support/app-page.ts';
import { CouchClient } from '../support/couch-client.ts';
import { fillAndLeave, newExpense, waitUntilSaved } from '../support/expense-page.ts';
import { test } from '../support/on-a-phone.ts';

test('a tab frozen while it sends is replaced by another, and both show the same', async ({
	page,
	phone,
	server,
	jonas
}) => {
	const worker = await CouchClient.signIn(server.url, jonas);
	const { mailbox } = worker.session.databases;
	const sent = async () =>
		(await worker.allIds(mailbox)).filter((id) => id.startsWith('transaction:')).length;

	// Its request hangs with the turn to send in its hands, and then the browser stops it.
	let isSending = false;
	await page.route('**/_bulk_docs', () => {
		isSending = true;
	});
	await newExpense(page);
	await fillAndLeave(page.getByLabel('Bought at'), 'Bauhaus');
	await waitUntilSaved(page);
	await expect.poll(() => isSending).toBe(true);
	const cdp = await phone.newCDPSession(page);
	await cdp.send('Page.enable');
	await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });

	const other = await phone.newPage();
	await other.goto(server.url);
	await expect(other.getByRole('link', { name: /Bauhaus/ })).toHaveCount(1);
	expect(await sent()).toBe(0);
	await expect.poll(sent, { timeout: 180_000 }).toBe(1);
	await waitUntilUpToDate(other);

	await page.unrouteAll({ behavior: 'ignoreErrors' });
	await cdp.send('Page.setWebLifecycleState', { state: 'active' });
	await page.goto(server.url);
	await waitUntilUpToDate(page);
	for (const tab of [page, other]) {
		await expect(tab.getByRole('link', { name: /Bauhaus/ })).toHaveCount(1);
	}
	expect(await sent()).toBe(1);
});
