import { afterEach, describe, expect, it } from 'vitest';
import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase, removeEverything } from '#lib/storage/open-database.ts';
import { changeRow, readRows } from '#lib/storage/row-store.ts';
import { rowOf, type RowState } from '#lib/storage/rows.ts';
import { absorbRows } from '#lib/sync/absorb-rows.ts';
import { Outstanding } from '#lib/sync/outstanding.ts';
import type { OutlayDocument } from '@outlay/domain/documents';
import { COMPANY, WORKER, aReceipt, aTransaction } from '../support/documents.ts';

const clock = { nowMs: () => 1_700_000_000_000 };
const receipt = aReceipt(1);
const expense = aTransaction(1, { receiptIds: [receipt._id] });
const edited = aTransaction(1, { receiptIds: [receipt._id], purpose: 'Edited elsewhere' });
const sent = (document: OutlayDocument, couchRev: string): RowState => ({
	...rowOf(document),
	couchRev
});
const deleted = (document: OutlayDocument, couchRev: string, removal = ''): RowState => ({
	...sent(document, couchRev),
	body: {},
	about: '',
	removal,
	_deleted: true
});

async function device() {
	const database = await openDatabase({ companyId: COMPANY, userId: WORKER });
	for (const document of [expense, receipt]) {
		await changeRow(database.documents, document._id, () => sent(document, '1-a'));
	}
	const documents = documentsIn(database, clock);
	const outstanding = new Outstanding(database);
	await outstanding.follow();
	return {
		documents,
		/** What the server has comes to this device. */
		reads: (...rows: RowState[]) => absorbRows(database.documents, rows, WORKER, clock.nowMs),
		row: async (id: string) => (await readRows(database.documents, [id])).get(id),
		offers: () => outstanding.sendableDocuments(),
		stop: () => {
			outstanding.stop();
		}
	};
}

afterEach(() => removeEverything());

describe('an entry deleted on one device and edited on another', () => {
	it('stays with its receipts where it was deleted, whose deletion never leaves the device', async () => {
		const { documents, reads, row, offers, stop } = await device();
		await documents.remove('transaction', expense._id);
		await documents.remove('receipt', receipt._id);
		// The receipt waits until the server has said what becomes of the entry.
		await expect.poll(offers).toEqual([expense._id]);
		await reads(sent(edited, '2-b'));
		expect((await documents.get('transaction', expense._id))?.document).toEqual(edited);
		expect((await documents.get('receipt', receipt._id))?.document).toEqual(receipt);
		expect(await row(receipt._id)).toMatchObject({ unsentSinceMs: 0, couchRev: '1-a' });
		await expect.poll(offers).toEqual([]);
		stop();
	});

	it('stays with its receipts where it was edited, which are offered again', async () => {
		const { documents, reads, row, offers, stop } = await device();
		await documents.edit('transaction', expense._id, (now) => ({ ...now, body: edited.body }));
		await reads(deleted(expense, '2-b'), deleted(receipt, '2-c'));
		expect((await documents.get('transaction', expense._id))?.document.body).toEqual(edited.body);
		expect((await documents.get('receipt', receipt._id))?.document).toEqual(receipt);
		expect(await row(receipt._id)).toMatchObject({ couchRev: '2-c' });
		await expect.poll(() => offers().toSorted()).toEqual([receipt._id, expense._id].toSorted());
		stop();
	});

	it('goes with its receipts where nobody edited it, or the company removed them', async () => {
		const { documents, reads, offers, stop } = await device();
		await reads(deleted(receipt, '2-c', 'erased'));
		expect(await documents.get('receipt', receipt._id)).toBeNull();
		await reads(sent(receipt, '3-d'));
		// The entry lost the receipt first, in the same page.
		await reads(sent(aTransaction(1), '2-b'), deleted(receipt, '4-e'));
		expect(await documents.get('receipt', receipt._id)).toBeNull();
		await reads(sent(receipt, '5-f'), deleted(expense, '3-c'), deleted(receipt, '6-g'));
		expect(await documents.get('transaction', expense._id)).toBeNull();
		expect(await documents.get('receipt', receipt._id)).toBeNull();
		await expect.poll(offers).toEqual([]);
		stop();
	});
});
