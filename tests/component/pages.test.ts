import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import type { Kept } from '@outlay/domain/person';
import { describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { createRawSnippet } from 'svelte';
import ApprovalEvidence from '../../src/routes/(office)/approvals/ApprovalEvidence.svelte';
import ApprovalsLayout from '../../src/routes/(office)/approvals/+layout.svelte';
import ExpensePage from '../../src/routes/(field)/expenses/ExpensePage.svelte';
import SyncPage from '../../src/routes/sync/+page.svelte';
import { COMPANY, aSubmission, anExpense, ulidOf } from '../support/documents.ts';
import { pagesInApp } from './pages-in-app.ts';

const pages = pagesInApp();

describe('what was entered into something the company removed', () => {
	it('is read on the sync page, with why, and goes only when the person says so twice', async () => {
		const at = '2026-11-20T10:00:00.000Z';
		const kept: Kept = {
			_id: `kept:${pages.account.me.userId}:${ulidOf(9)}`,
			type: 'kept',
			schema: DOCUMENT_VERSIONS.kept,
			companyId: COMPANY,
			ownerId: pages.account.me.userId,
			createdAt: at,
			updatedAt: at,
			body: {
				documentId: `transaction:${pages.account.me.userId}:${ulidOf(8)}`,
				fields: ['purpose'],
				lost: { ...anExpense({ merchant: 'Harbour shop', purpose: 'Ropes for the pier' }) },
				keptAt: at,
				removal: 'erased'
			}
		};
		await pages.account.documents.add(kept);
		const screen = await pages.show(SyncPage, {});
		const card = screen.getByRole('article');
		await expect.element(card.getByRole('heading', { name: 'Harbour shop' })).toBeVisible();
		await expect.element(card.getByText('Ropes for the pier')).toBeVisible();
		await expect.element(card.getByText(/erased for good, as data protection law/)).toBeVisible();
		await expect.element(card.getByRole('button', { name: 'Enter as new' })).toBeVisible();
		await expect.element(screen.getByText('Save a file with everything unsent')).toBeVisible();

		await card.getByRole('button', { name: 'Let it go' }).click();
		await screen.getByRole('button', { name: 'Cancel' }).click();
		expect(await pages.account.documents.get('kept', kept._id)).not.toBeNull();
		await card.getByRole('button', { name: 'Let it go' }).click();
		await screen.getByRole('dialog').getByRole('button', { name: 'Let it go' }).click();
		await expect.poll(() => pages.account.documents.get('kept', kept._id)).toBeNull();
		await expect.element(screen.getByText('Needs you')).not.toBeInTheDocument();
	});
});

describe('a new expense', () => {
	async function open() {
		const transactionId = pages.account.deeds.newTransactionId();
		const oncreated = vi.fn();
		const screen = await pages.show(ExpensePage, { transactionId, isNew: true, oncreated });
		return { transactionId, oncreated, screen };
	}

	it('is stored while it is filled in, its amount read however it is grouped', async () => {
		const { transactionId, oncreated, screen } = await open();
		await screen.getByLabelText('Amount').fill('1.234,56');
		await screen.getByLabelText('Bought at').fill('Bistro Møllan');
		await userEvent.tab();
		await expect
			.poll(() => pages.bodyOf(transactionId))
			.toMatchObject({ amountMinor: 123_456, amountText: '', merchant: 'Bistro Møllan' });
		await expect.element(screen.getByLabelText('Amount')).toHaveValue('1,234.56');
		await expect.element(screen.getByText(/^Saved on this device/)).toBeVisible();
		expect(oncreated).toHaveBeenCalledOnce();
	});

	it('keeps half-typed text when the browser closes the store under it', async () => {
		const connections = new Set<IDBDatabase>();
		// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its store below
		const { put } = IDBObjectStore.prototype;
		IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
			connections.add(this.transaction.db);
			return put.call(this, value, key);
		};
		try {
			const { transactionId, screen } = await open();
			await screen.getByLabelText('Bought at').fill('Stark');
			await userEvent.tab();
			await expect.poll(() => pages.bodyOf(transactionId)).toMatchObject({ merchant: 'Stark' });
			await screen.getByLabelText('Purpose').fill('Planks for the sh');
			// As browsers do it (Indexed Database API 3.0, closing a connection with the forced flag).
			expect(connections.size).toBeGreaterThan(0);
			for (const connection of connections) {
				connection.close();
				connection.dispatchEvent(new Event('close'));
			}
			await expect
				.poll(() => pages.bodyOf(transactionId))
				.toMatchObject({ merchant: 'Stark', purpose: 'Planks for the sh' });
			await expect.element(screen.getByLabelText('Purpose')).toHaveValue('Planks for the sh');
		} finally {
			IDBObjectStore.prototype.put = put;
		}
	});

	it('keeps an amount nobody can read, and says how to type it', async () => {
		const { transactionId, screen } = await open();
		await screen.getByLabelText('Amount').fill('about twelve');
		await userEvent.tab();
		await expect.element(screen.getByText(/not readable as an amount/)).toBeVisible();
		await expect
			.poll(() => pages.bodyOf(transactionId))
			.toMatchObject({ amountMinor: null, amountText: 'about twelve' });
		await expect.element(screen.getByLabelText('Amount')).toHaveValue('about twelve');
	});

	it('stores a card number unreadable, keeps it on the screen, and stores everything else as typed', async () => {
		const { transactionId, screen } = await open();
		await screen.getByLabelText('Purpose').fill('Paid with 4111 1111 1111 1111');
		await screen.getByLabelText('Bought at').fill('Byggemarkedet');
		await userEvent.tab();
		await expect.element(screen.getByText(/looks like a card number/)).toBeVisible();
		await expect
			.poll(() => pages.bodyOf(transactionId))
			.toMatchObject({ merchant: 'Byggemarkedet', purpose: 'Paid with •••• •••• •••• ••••' });
		await expect
			.element(screen.getByLabelText('Purpose'))
			.toHaveValue('Paid with 4111 1111 1111 1111');
	});

	it('only warns about bare digits that fit a card or an ID number, and stores them as typed', async () => {
		const { transactionId, screen } = await open();
		const warning = screen.getByText(/could be somebody’s ID number or a card number/);
		for (const purpose of ['Seals 4111111111111111', 'Pump 2110625629']) {
			await screen.getByLabelText('Purpose').fill(purpose);
			await userEvent.tab();
			await expect.element(warning).toBeVisible();
			await expect.element(screen.getByText(/This looks like/)).not.toBeInTheDocument();
			await expect.poll(() => pages.bodyOf(transactionId)).toMatchObject({ purpose });
		}
	});

	it('says what is missing when it is submitted, and goes there', async () => {
		const { screen } = await open();
		const submit = screen.getByRole('button', { name: 'Submit' });
		await submit.click();
		await expect.element(screen.getByLabelText('Amount')).toHaveFocus();
		await expect.element(screen.getByRole('alert')).toHaveTextContent('Type the amount.');
		await screen.getByLabelText('Amount').fill('42');
		await submit.click();
		await expect.element(screen.getByLabelText('Cost type')).toHaveFocus();
	});

	it('refuses a text file called .jpg in words and keeps the draft', async () => {
		const { transactionId, screen } = await open();
		await screen.getByLabelText('Bought at').fill('Kiosk');
		const chooser = screen.container.querySelector<HTMLInputElement>('input[type=file][multiple]');
		if (chooser === null) throw new Error('no file chooser');
		await userEvent.upload(chooser, new File(['no picture'], 'x.jpg', { type: 'image/jpeg' }));
		await expect.element(screen.getByText(/not a picture or a PDF/)).toBeVisible();
		await expect
			.poll(() => pages.bodyOf(transactionId))
			.toMatchObject({ merchant: 'Kiosk', receiptIds: [] });
	});

	it('turns to reading once it is submitted, and back when it is taken back', async () => {
		const { transactionId, screen } = await open();
		await pages.account.deeds.saveExpense(transactionId, {
			amountMinor: 4200,
			costTypeId: 'meals',
			purpose: 'Lunch'
		});
		await expect.element(screen.getByLabelText('Amount')).toHaveValue('42.00');
		await screen.getByRole('button', { name: 'Submit' }).click();
		await expect.element(screen.getByText('You submitted')).toBeVisible();
		await screen.getByRole('button', { name: 'Take back' }).click();
		await expect.element(screen.getByLabelText('Amount')).toHaveValue('42.00');
		await expect.element(screen.getByText('You took it back')).toBeVisible();
	});
});

it('says so when an expense is not there', async () => {
	const screen = await pages.show(ExpensePage, {
		transactionId: pages.account.deeds.newTransactionId()
	});
	await expect.element(screen.getByText('This expense is not here')).toBeVisible();
});

describe('approvals', () => {
	it('ask for a reason before declining, and mark what is not sent', async () => {
		const submission = aSubmission(
			1,
			{ subjectId: `transaction:manager9:${'0'.repeat(26)}`, snapshot: anExpense() },
			'manager9'
		);
		await pages.account.documents.add(submission);
		const screen = await pages.show(ApprovalsLayout, {
			children: createRawSnippet(() => ({ render: () => '<span></span>' }))
		});
		await screen.getByLabelText(/Select Byggemarkedet/).click();
		await screen.getByRole('button', { name: 'Decline…' }).first().click();
		const dialog = screen.getByRole('dialog');
		await dialog.getByRole('button', { name: 'Decline' }).click();
		await expect.element(dialog.getByText(/Say why/)).toBeVisible();
		await dialog.getByLabelText('Reason').fill('Guest name is missing');
		await dialog.getByRole('button', { name: 'Decline' }).click();
		await expect.element(screen.getByText('Nothing waits for you').first()).toBeVisible();
		await screen.getByText('Decided', { exact: true }).click();
		await expect.element(screen.getByText(/not sent yet/).first()).toBeVisible();
	});

	it('is looked at by its small picture, in the list and as long as the full one is not here', async () => {
		const canvas = new OffscreenCanvas(30, 40);
		canvas.getContext('2d')?.fillRect(0, 0, 30, 40);
		const drawn = await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer();
		const { sha256 } = await pages.account.vault.put(new Uint8Array(drawn), 'image/png');
		const receipt = {
			receiptId: `receipt:manager9:${'1'.repeat(26)}`,
			sha256: 'c'.repeat(64),
			mediaType: 'image/webp' as const,
			byteLength: 300_000,
			thumbnailSha256: sha256
		};
		const subjectId = `transaction:manager9:${'2'.repeat(26)}`;
		const submission = aSubmission(
			2,
			{ subjectId, snapshot: anExpense(), receipts: [receipt] },
			'manager9'
		);
		await pages.account.documents.add(submission);
		const children = createRawSnippet(() => ({ render: () => '<span></span>' }));
		const list = await pages.show(ApprovalsLayout, { children });
		await expect.poll(() => list.container.querySelector('a[data-approval] img')).not.toBeNull();
		await list.unmount();

		const photos = [{ id: receipt.receiptId, sha256: receipt.sha256, blob: null, thumbnail: null }];
		const thumbnail = await pages.account.vault.get(sha256);
		const evidence = (shown: Blob | null) =>
			pages.show(ApprovalEvidence, {
				kind: 'expense',
				pages: photos.map((page) => ({ ...page, thumbnail: shown })),
				receipts: [receipt],
				route: null,
				isRouteExpected: false,
				isWide: false
			});
		const without = await evidence(null);
		await expect.element(without.getByText(/not on this device/)).toBeVisible();
		await without.unmount();
		const withSmall = await evidence(thumbnail);
		await expect
			.element(withSmall.getByText('Small preview; the full picture follows'))
			.toBeVisible();
		await expect.element(withSmall.getByRole('img')).toHaveProperty('naturalHeight', 40);
	});
});
