import { commands } from 'vitest/browser';
import { vi, describe, expect, it } from 'vitest';
import { blobId } from '@outlay/domain/identifiers';
import { aPicture, until, untilSent } from '../support/device.ts';
import { everythingInIndexedDb, holds } from '../support/indexed-db.ts';
import { receiptIdsOf, oneWorker } from '../support/one-worker.ts';

const jonas = oneWorker();

describe('an expense made without signal', () => {
	it('reaches mailbox, ledger and manager when the server starts, with its photo', async () => {
		const worker = await jonas.readyDevice();
		await commands.killOutlay();

		const picture = await aPicture();
		const transactionId = await worker.draftExpense(picture);
		const submissionId = await worker.submit(transactionId);
		await until(worker.sync.status, ({ state }) => state === 'unreachable');
		const states = await until(
			worker.sync.itemStates,
			(items) => items.get(transactionId) === 'on-this-device' && items.has(submissionId)
		);
		expect(states.get(submissionId)).toBe('on-this-device');
		expect(await worker.sync.unsentCount()).toBe(1);

		await commands.startOutlay();
		await untilSent(worker);
		expect(await worker.sync.unsentCount()).toBe(0);
		expect((await worker.documents.get('transaction', transactionId))?.unsentSinceMs).toBeNull();

		const stored = await jonas.serverDocument(transactionId);
		expect(stored?.['body']).toEqual(
			(await worker.documents.get('transaction', transactionId))?.document.body
		);
		const submission = (await worker.documents.get('submission', submissionId))?.document;
		const [receipt] = submission?.body.receipts ?? [];
		const ledger = `ledger-${jonas.me.companyId}`;
		for (const database of [ledger, jonas.manager.databases.mailbox]) {
			const photo = await vi.waitUntil(
				() => jonas.documentIn(database, blobId(receipt?.sha256 ?? '')),
				{ timeout: 60_000, interval: 100 }
			);
			expect(photo['_attachments']).toMatchObject({ data: { length: receipt?.byteLength } });
			// It went ahead of the photo, in the mailbox and from there.
			const small = await jonas.documentIn(database, blobId(receipt?.thumbnailSha256 ?? ''));
			expect(small?.['_attachments']).toMatchObject({ data: { content_type: 'image/webp' } });
			expect((await jonas.documentIn(database, submissionId))?.['body']).toEqual(submission?.body);
			expect(await jonas.documentIn(database, transactionId)).toBeNull();
		}
		// The case comes back to the worker by the bell, without a tap.
		const caseId = transactionId.replace('transaction', 'case');
		const standing = await until(worker.documents.watch('case', caseId), (found) => found !== null);
		expect(standing?.document.body.state).toBe('waiting');
	});

	it('is all there after the tab was closed and opened again offline, the picture too', async () => {
		const before = await jonas.readyDevice();
		await commands.killOutlay();
		const otherId = await before.draftExpense(await aPicture(500));
		const transactionId = await before.draftExpense(await aPicture());
		const receiptIds = await receiptIdsOf(before, transactionId);
		const [receiptId = ''] = receiptIds;
		const sha256 = (await before.documents.get('receipt', receiptId))?.document.body.sha256 ?? '';
		const bytes = await (await before.vault.get(sha256))?.arrayBuffer();
		await before.close();

		const after = await jonas.device();
		const found = await after.documents.get('transaction', transactionId);
		expect(found?.unsentSinceMs).not.toBeNull();
		expect(await receiptIdsOf(after, transactionId)).toEqual(receiptIds);
		expect(await (await after.vault.get(sha256))?.arrayBuffer()).toEqual(bytes);
		expect(await after.sync.unsentCount()).toBe(2);

		await jonas.startServer();
		await untilSent(after);
		expect(await jonas.serverDocument(blobId(sha256))).not.toBeNull();
		// Both small pictures arrived before any of the large ones.
		const hashes = [];
		for (const id of [...receiptIds, ...(await receiptIdsOf(after, otherId))]) {
			const stored = await after.documents.get('receipt', id);
			if (stored !== null) hashes.push(stored.document.body);
		}
		const small = hashes.map(({ thumbnailSha256 }) => blobId(thumbnailSha256 ?? ''));
		const large = hashes.map((body) => blobId(body.sha256));
		expect(new Set([...small, ...large]).size).toBe(4);
		const arrived = await jonas.idsAsTheyArrived();
		expect(arrived.filter((id) => small.includes(id) || large.includes(id)).slice(0, 2)).toEqual(
			expect.arrayContaining(small)
		);
	});

	it('keeps full photos for Wi-Fi on a metered connection, the small ones go, and a tap sends all', async () => {
		const worker = await jonas.readyDevice();
		worker.isMetered.set(true);
		const transactionId = await worker.draftExpense(await aPicture());
		const status = await until(worker.sync.status, ({ state }) => state === 'photos-wait');
		expect(status).toMatchObject({ unsentCount: 1 });
		const [receiptId = ''] = await receiptIdsOf(worker, transactionId);
		const receipt = (await worker.documents.get('receipt', receiptId))?.document.body;
		const there = (sha256 = '') => jonas.serverDocument(blobId(sha256));
		await vi.waitUntil(() => there(receipt?.thumbnailSha256 ?? ''), { timeout: 60_000 });
		expect(await there(receipt?.sha256)).toBeNull();
		worker.sync.sendPhotosNow();
		await untilSent(worker);
		expect(await there(receipt?.sha256)).not.toBeNull();
	});

	it('survives a server killed in the middle of the upload', async () => {
		const worker = await jonas.readyDevice();
		await commands.killOutlayAfterBytes(60_000);
		const transactionId = await worker.draftExpense(await aPicture(900));
		await until(worker.sync.status, ({ state }) => state === 'unreachable');
		expect(await commands.isOutlayRunning()).toBe(false);
		expect((await until(worker.sync.itemStates, (items) => items.has(transactionId))).size).toBe(2);
		// Between two attempts it waits; while one is under way it says so.
		const [photo] = await until(
			worker.sync.queue,
			([item, ...others]) => item?.state === 'waiting' && others.length === 0
		);
		expect(photo).toMatchObject({ part: 'photo', subjectId: transactionId });

		await jonas.startServer();
		await untilSent(worker);
		const [receiptId = ''] = await receiptIdsOf(worker, transactionId);
		const receipt = (await worker.documents.get('receipt', receiptId))?.document.body;
		const photoThere = await jonas.serverDocument(blobId(receipt?.sha256 ?? ''));
		expect(photoThere?.['_attachments']).toMatchObject({ data: { length: receipt?.byteLength } });
		expect(photoThere?.['_rev']).toMatch(/^1-/);
	});

	it('leaves nothing readable on the disk', async () => {
		const worker = await jonas.device();
		await worker.draftExpense(await aPicture(), 'Very secret merchant');
		await untilSent(worker);
		const stored = await everythingInIndexedDb();
		expect(stored.length).toBeGreaterThan(10);
		for (const text of ['secret merchant', 'Seals for pump', 'Jonas', 'Nordlys']) {
			expect(holds(stored, text)).toBe(false);
		}
	});
});
