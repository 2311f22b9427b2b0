import { describe, expect, it, vi } from 'vitest';
import { removeEverything } from '#lib/storage/open-database.ts';
import { bytesInVault } from '#lib/storage/vault.ts';
import { aPicture, until, untilSent } from '../support/device.ts';
import { heldLink, keptOf, oneWorker, receiptIdsOf } from '../support/one-worker.ts';

const jonas = oneWorker();

describe('two devices of one person', () => {
	it('merge what both edited, and keep what lost', async () => {
		const link = heldLink();
		const worker = await jonas.readyDevice(link.fetch);
		const transactionId = await worker.draftExpense(await aPicture());
		await untilSent(worker);
		link.hold();
		await worker.save(transactionId, { purpose: 'from the phone', merchant: 'Phone' });
		await jonas.editElsewhere(transactionId, { purpose: 'from the desk', country: 'SE' });
		link.release();

		await until(
			worker.documents.watch('transaction', transactionId),
			(found) => found?.unsentSinceMs === null && found.document.body.country === 'SE'
		);
		await untilSent(worker);
		const merged = (await jonas.serverDocument(transactionId))?.['body'];
		expect(merged).toMatchObject({ purpose: 'from the phone', merchant: 'Phone', country: 'SE' });
		const [kept] = await keptOf(worker);
		expect(kept?.body).toMatchObject({
			documentId: transactionId,
			fields: ['purpose'],
			lost: { purpose: 'from the desk', country: 'SE' }
		});
		expect(await jonas.serverDocument(kept?._id ?? '')).not.toBeNull();
	});

	it('never lose an edit to a deletion made elsewhere', async () => {
		const link = heldLink();
		const worker = await jonas.readyDevice(link.fetch);
		const transactionId = await worker.draftExpense(await aPicture());
		await untilSent(worker);
		link.hold();
		await worker.save(transactionId, { purpose: 'still needed' });
		await jonas.removeElsewhere(transactionId);
		link.release();
		await untilSent(worker);
		await vi.waitUntil(() => jonas.serverDocument(transactionId), {
			timeout: 60_000
		});
		expect((await jonas.serverDocument(transactionId))?.['body']).toMatchObject({
			purpose: 'still needed'
		});
	});

	it('see what was deleted here', async () => {
		const worker = await jonas.readyDevice();
		const transactionId = await worker.draftExpense(await aPicture());
		await untilSent(worker);
		await worker.documents.remove('transaction', transactionId);
		await vi.waitUntil(async () => (await jonas.serverDocument(transactionId)) === null, {
			timeout: 60_000
		});
		await untilSent(worker);
		expect(await worker.sync.unsentCount()).toBe(0);
	});

	it('give a fresh device everything, pictures on demand', async () => {
		const worker = await jonas.readyDevice();
		const transactionId = await worker.draftExpense(await aPicture());
		await untilSent(worker);
		const [receiptId = ''] = await receiptIdsOf(worker, transactionId);
		const sha256 = (await worker.documents.get('receipt', receiptId))?.document.body.sha256 ?? '';
		const bytes = await (await worker.vault.get(sha256))?.arrayBuffer();
		await worker.close();
		await removeEverything();

		const fresh = await jonas.device();
		const found = await until(
			fresh.documents.watch('transaction', transactionId),
			(stored) => stored !== null
		);
		expect(found?.unsentSinceMs).toBeNull();
		expect(await bytesInVault(fresh.database, sha256)).toBeNull();
		expect(await (await fresh.vault.get(sha256))?.arrayBuffer()).toEqual(bytes);
		expect(await bytesInVault(fresh.database, sha256)).not.toBeNull();
	});
});
