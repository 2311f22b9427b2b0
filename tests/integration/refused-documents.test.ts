import { commands } from 'vitest/browser';
import { vi, describe, expect, it } from 'vitest';
import { SCHEMA_VERSIONS } from '#lib/storage/collections.ts';
import { aPicture, until, untilSent } from '../support/device.ts';
import { deleteUntold } from '../support/indexed-db.ts';
import { addressOf, isPush, keptOf, receiptIdsOf, oneWorker } from '../support/one-worker.ts';

const jonas = oneWorker();

describe('a document the server refuses', () => {
	it('is parked with its reason, keeps nothing behind it waiting, and goes again when edited', async () => {
		const worker = await jonas.readyDevice();
		await commands.killOutlay();
		const refusedId = await worker.draftExpense(await aPicture(40));
		// The form refuses prohibited content; an older app might not have.
		await worker.documents.edit('transaction', refusedId, (document) => ({
			...document,
			body: { ...document.body, purpose: 'card 4111 1111 1111 1111' }
		}));
		const behindId = await worker.draftExpense(await aPicture(41));
		await jonas.startServer();
		const states = await until(
			worker.sync.itemStates,
			(items) => items.get(refusedId) === 'needs-attention' && !items.has(behindId)
		);
		expect(states.get(behindId)).toBeUndefined();
		await until(worker.sync.status, ({ state }) => state === 'up-to-date');
		const [entry] = await until(worker.sync.queue, (queue) => queue.length === 1);
		expect(entry).toMatchObject({ documentId: refusedId, state: 'refused' });
		expect(entry?.refusal?.code).toMatch(/^[a-z_]+\.[a-z_]+$/);
		expect(await jonas.serverDocument(behindId)).not.toBeNull();
		expect(await jonas.serverDocument(refusedId)).toBeNull();
		expect(await worker.sync.unsentCount()).toBe(1);

		await worker.documents.edit('transaction', refusedId, (document) => ({
			...document,
			body: { ...document.body, purpose: 'pump' }
		}));
		await until(worker.sync.itemStates, (items) => !items.has(refusedId));
		expect(await jonas.serverDocument(refusedId)).not.toBeNull();
	});
});

describe('a refused document another tab freed', () => {
	it('is sent when it is tried again, though that tab was killed before it told', async () => {
		let isProxyLow = true;
		const worker = await jonas.readyDevice(async (...asked) =>
			isProxyLow && isPush(asked[0])
				? Response.json({ error: 'too_large', reason: 'limit' }, { status: 413 })
				: fetch(...asked)
		);
		const id = await worker.draftExpense(await aPicture(40));
		const refused = await until(
			worker.sync.queue,
			(queue) => queue.filter(({ state }) => state === 'refused').length === 2
		);
		isProxyLow = false;
		for (const { documentId, refusal, state } of refused) {
			if (state !== 'refused') continue;
			expect(refusal?.code).toBe('document.too_large');
			await deleteUntold('refused', SCHEMA_VERSIONS.refused, documentId);
			await worker.sync.retry(documentId);
		}
		await untilSent(worker);
		expect(await jonas.serverDocument(id)).not.toBeNull();
	});
});

describe('a document the company removed', () => {
	it('leaves what was entered into it meanwhile on this device, to be entered again', async () => {
		let removed: () => void = () => undefined;
		let refused: () => void = () => undefined;
		let removal = Promise.resolve();
		let refusal = Promise.resolve();
		// The edit meets the removal before the removal is read.
		const worker = await jonas.readyDevice(async (...asked) => {
			if (isPush(asked[0])) await removal;
			else if (addressOf(asked[0]).includes('_changes')) await refusal;
			return fetch(...asked);
		});
		const transactionId = await worker.draftExpense(await aPicture(200), 'Harbour shop');
		await untilSent(worker);
		removal = new Promise((resolve) => (removed = resolve));
		refusal = new Promise((resolve) => (refused = resolve));
		await worker.save(transactionId, { purpose: 'still needed' });
		await jonas.removeForGood(transactionId);
		removed();

		const [found] = await until(
			worker.documents.watchNewest('kept', 100),
			({ length }) => length > 0
		);
		refused();
		expect(found?.document.body).toMatchObject({
			documentId: transactionId,
			fields: ['purpose'],
			lost: { purpose: 'still needed', merchant: 'Harbour shop' },
			removal: 'erased'
		});
		await vi.waitUntil(
			async () => (await worker.documents.get('transaction', transactionId)) === null,
			{ timeout: 60_000 }
		);
		await until(worker.sync.status, ({ state }) => state === 'up-to-date');
		const keptId = found?.document._id ?? '';
		expect(await jonas.serverDocument(keptId)).toBeNull();
		// Signing out would lose it: it counts, and goes into a file of unsent work.
		expect(await worker.sync.unsentCount()).toBe(1);
		expect(await worker.documents.unsent()).toMatchObject([{ document: { _id: keptId } }]);

		const newId = await worker.enterAgain(keptId);
		await untilSent(worker);
		const again = await jonas.serverDocument(newId);
		expect(again?.['body']).toMatchObject({ purpose: 'still needed', merchant: 'Harbour shop' });
		const [receiptId = ''] = await receiptIdsOf(worker, newId);
		const receipt = await jonas.serverDocument(receiptId);
		expect(receipt?.['body']).toMatchObject({ transactionId: newId, page: 1 });
		expect(await keptOf(worker)).toEqual([]);
	});
});
