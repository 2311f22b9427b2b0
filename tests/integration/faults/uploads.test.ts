import { commands } from 'vitest/browser';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { blobId } from '@outlay/domain/identifiers';
import type { SignedIn } from '#lib/commands/ports.ts';
import { removeEverything } from '#lib/storage/open-database.ts';
import { uploadByXhr, type Upload } from '#lib/sync/upload.ts';
import {
	aPicture,
	openDevice,
	signInHere,
	until,
	untilSent,
	type Device
} from '../../support/device.ts';

/** What a link carries before it breaks, and what of it the server may lose when it does. */
const LINK_BYTES = 120_000;
const LOST_BYTES = 64 * 1024;

let me: SignedIn;
let open: Device | null = null;

beforeAll(async () => {
	const [card] = await commands.startOutlay();
	if (card === undefined) throw new Error('no sign-ins');
	me = await signInHere(card);
});

afterEach(async () => {
	await commands.cutOutlayAfterBytes(null);
	await open?.close();
	open = null;
	await removeEverything();
});

afterAll(() => commands.removeOutlay());

async function device(upload?: Upload): Promise<Device> {
	open = await openDevice(me, upload ? { upload } : {});
	await until(open.documents.watchNewest('setting', 1), ([setting]) => setting !== undefined);
	return open;
}

/** The one picture of an expense, by hash and length. */
async function pictureOf({ documents }: Device, transactionId: string) {
	const expense = (await documents.get('transaction', transactionId))?.document.body;
	const [receiptId = ''] = expense?.kind === 'expense' ? expense.receiptIds : [];
	const receipt = (await documents.get('receipt', receiptId))?.document.body;
	if (receipt === undefined) throw new Error('no receipt');
	return receipt;
}

async function expectArrived({ sha256, byteLength }: { sha256: string; byteLength: number }) {
	const address = `/${me.databases.mailbox}/${encodeURIComponent(blobId(sha256))}`;
	const found = (await commands.askOutlay(address)) as {
		_rev: string;
		_attachments: { data: { length: number } };
	};
	expect(found._attachments.data.length).toBe(byteLength);
	expect(found._rev).toMatch(/^1-/);
}

it('sends a large photo over a link that breaks again and again, each byte about once', async () => {
	const worker = await device();
	await commands.cutOutlayAfterBytes(LINK_BYTES);
	const transactionId = await worker.draftExpense(await aPicture(1400));
	const picture = await pictureOf(worker, transactionId);
	expect(picture.byteLength).toBeGreaterThan(4 * LINK_BYTES);
	await untilSent(worker);
	await expectArrived(picture);
	const { bytes, cuts } = await commands.photoTraffic();
	expect(cuts).toBeGreaterThanOrEqual(Math.floor(picture.byteLength / LINK_BYTES) - 1);
	expect(bytes - picture.byteLength).toBeLessThanOrEqual(cuts * LOST_BYTES);
});

it('goes on after the tab was closed, and says how far it is', async () => {
	const before = await device();
	await commands.cutOutlayAfterBytes(300_000);
	const transactionId = await before.draftExpense(await aPicture(1400));
	const picture = await pictureOf(before, transactionId);
	await vi.waitUntil(async () => (await commands.photoTraffic()).cuts > 0, { timeout: 60_000 });
	await before.close();
	await commands.cutOutlayAfterBytes(null);

	const after = await device();
	const progress: number[] = [];
	after.sync.queue.subscribe((entries) => {
		for (const { part, sentBytes, totalBytes } of entries) {
			if (part !== 'photo') continue;
			expect(totalBytes).toBe(picture.byteLength);
			progress.push(sentBytes);
		}
	});
	await untilSent(after);
	await expectArrived(picture);
	const { bytes } = await commands.photoTraffic();
	expect(bytes).toBeLessThanOrEqual(picture.byteLength - 300_000 + LOST_BYTES);
	expect(Math.max(0, ...progress)).toBeLessThanOrEqual(picture.byteLength);
});

it('shows a refused small picture as its photo, and sends it again when told to', async () => {
	const refused: string[] = [];
	const worker = await device(async (address, ...sent) => {
		// Small pictures go first. A proxy refuses in a page of its own.
		if (refused.length > 0) return uploadByXhr(address, ...sent);
		refused.push(address);
		const page = { 'content-type': 'text/html' };
		return new Response('<h1>413 Request Entity Too Large</h1>', { status: 413, headers: page });
	});
	const transactionId = await worker.draftExpense(await aPicture(900));
	const picture = await pictureOf(worker, transactionId);
	const [entry] = await until(
		worker.sync.queue,
		(queue) => queue.length === 1 && queue[0]?.state === 'refused'
	);
	expect(refused[0]).toContain(picture.thumbnailSha256);
	expect(entry).toMatchObject({
		part: 'photo',
		subjectId: transactionId,
		refusal: { code: 'photo.too_large' }
	});
	expect(await worker.sync.unsentCount()).toBe(1);
	const states = await until(worker.sync.itemStates, (items) => items.size > 0);
	expect(states.get(transactionId)).toBe('needs-attention');

	await worker.sync.retry(entry?.documentId ?? '');
	await untilSent(worker);
	await until(worker.sync.queue, (queue) => queue.length === 0);
	await expectArrived(picture);
	const small = blobId(picture.thumbnailSha256 ?? '');
	const address = `/${me.databases.mailbox}/${encodeURIComponent(small)}`;
	expect(await commands.askOutlay(address)).toMatchObject({
		_attachments: { data: { content_type: 'image/webp' } }
	});
});
