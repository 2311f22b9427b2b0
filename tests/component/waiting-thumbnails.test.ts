import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase, removeEverything } from '#lib/storage/open-database.ts';
import type { OutlayDatabase } from '#lib/storage/open-collections.ts';
import { changeRow } from '#lib/storage/row-store.ts';
import { rowOf } from '#lib/storage/rows.ts';
import { vaultIn } from '#lib/storage/vault.ts';
import { Outstanding } from '#lib/sync/outstanding.ts';
import type { Receipt } from '@outlay/domain/receipt';
import { COMPANY, WORKER, aReceipt } from '../support/documents.ts';

/* Nothing but the receipt tells whose picture a thumbnail is, and no index knows it. */

const clock = { nowMs: () => 1_700_000_000_000 };
const NEWER_RECEIPTS = 300;
let database: OutlayDatabase;

beforeEach(async () => {
	database = await openDatabase({ companyId: COMPANY, userId: WORKER });
});

afterEach(() => removeEverything());

async function addReceipt(receipt: Receipt): Promise<void> {
	await changeRow(database.documents, receipt._id, () => ({
		...rowOf(receipt),
		couchRev: '1-a'
	}));
}

function withThumbnail(receipt: Receipt, thumbnailSha256: string): Receipt {
	return { ...receipt, body: { ...receipt.body, thumbnailSha256 } };
}

it('knows the receipt of a thumbnail that waits from before hundreds of newer ones', async () => {
	const vault = vaultIn(database, clock, () => Promise.resolve(null));
	const { sha256 } = await vault.put(new Uint8Array(9_000).fill(7), 'image/webp');
	const oldest = withThumbnail(aReceipt(1), sha256);
	await addReceipt(oldest);
	for (let n = 2; n <= NEWER_RECEIPTS; n += 1) {
		await addReceipt(aReceipt(n, n.toString(16).padStart(64, '0')));
	}
	const outstanding = new Outstanding(database);
	await outstanding.follow();
	expect(outstanding.sendableThumbnails()).toMatchObject([
		{ sha256, receipt: { id: oldest._id, transactionId: oldest.body.transactionId } }
	]);
	outstanding.stop();
});

it('finds the receipt of a thumbnail that comes after it, as from a file brought back', async () => {
	const bytes = new Uint8Array(9_000).fill(8);
	const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
	const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
	const receipt = withThumbnail(aReceipt(1), sha256);
	await addReceipt(receipt);
	const outstanding = new Outstanding(database);
	await outstanding.follow();
	const vault = vaultIn(database, clock, () => Promise.resolve(null));
	expect(await vault.bringBack(sha256, bytes, 'image/webp')).toBe(true);
	await expect
		.poll(() => outstanding.sendableThumbnails(), { timeout: 15_000 })
		.toMatchObject([{ sha256, receipt: { id: receipt._id } }]);
	outstanding.stop();
});
