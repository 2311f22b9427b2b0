import { expect } from '@playwright/test';
import { CouchClient } from '../../support/couch-client.ts';
import { waitUntilUpToDate } from '../../support/app-page.ts';
import { fillAndLeave, newExpense, sentence, waitUntilSaved } from '../../support/expense-page.ts';
import { test } from '../../support/on-a-phone.ts';

test('two tabs show and keep what either of them changes', async ({
	page,
	phone,
	server,
	jonas
}) => {
	await newExpense(page);
	await fillAndLeave(page.getByLabel('Bought at'), 'Bauhaus');
	await waitUntilSaved(page);
	await expect(page).toHaveURL(/\/expenses\/[0-9a-z]{26}$/);
	const other = await phone.newPage();
	await other.goto(page.url());
	await expect(other.getByLabel('Bought at')).toHaveValue('Bauhaus');

	// Both in the middle of typing, in different fields.
	await page.getByLabel('Purpose').fill('Paint for the gate');
	await other.getByLabel('Amount').fill('310');
	await page.getByLabel('Purpose').blur();
	await other.getByLabel('Amount').blur();
	await other.getByLabel('Cost type').selectOption({ index: 1 });
	for (const tab of [page, other]) {
		await expect(tab.getByLabel('Purpose')).toHaveValue('Paint for the gate');
		await expect(tab.getByLabel('Amount')).toHaveValue('310.00');
		await expect(tab.getByLabel('Cost type')).not.toHaveValue('');
	}

	await page.goto(server.url);
	await waitUntilUpToDate(page);
	await expect(page.getByRole('link', { name: /Bauhaus/ })).toHaveCount(1);
	const worker = await CouchClient.signIn(server.url, jonas);
	const { mailbox } = worker.session.databases;
	const [id = ''] = (await worker.allIds(mailbox)).filter((one) => one.startsWith('transaction:'));
	expect((await worker.document(mailbox, id))['body']).toMatchObject({
		merchant: 'Bauhaus',
		purpose: 'Paint for the gate',
		amountMinor: 31_000
	});
});

test('one tab records a trip, the other one says so', async ({ page, phone, server }) => {
	const recordPage = `${server.url}/trips/record`;
	const wasThere = await phone.newPage();
	await wasThere.goto(recordPage);
	await expect(wasThere.getByRole('button', { name: 'Start' })).toBeVisible();

	await page.goto(recordPage);
	await page.getByRole('button', { name: 'Start' }).click();
	await expect(page.getByText(/Recording ·/).first()).toBeVisible();

	await wasThere.getByRole('button', { name: 'Start' }).click();
	await expect(sentence(wasThere, 'A trip is already being recorded.')).toBeVisible();
	const opened = await phone.newPage();
	await opened.goto(recordPage);
	await expect(sentence(opened, 'Another tab records this trip')).toBeVisible();
	await expect(opened.getByRole('button', { name: /Start|Stop/ })).toHaveCount(0);

	// The tab that records is closed: the next one goes on.
	await page.close();
	await opened.reload();
	await expect(opened.getByText(/Recording ·/).first()).toBeVisible();
	await expect(opened.getByRole('button', { name: 'Stop' })).toBeVisible();
});
