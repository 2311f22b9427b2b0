import { Dexie, type Table } from 'dexie';
import type { SessionView } from '@outlay/domain/session-view';
import type { Transaction } from '@outlay/domain/transaction';
import type { BenchStore } from './main.ts';

/** Plain Dexie: no encryption, no revisions, no queries that follow changes; the floor of what IndexedDB costs. */
export async function dexieStore(_me: SessionView, name: string): Promise<BenchStore> {
	const dexie = new Dexie(name);
	dexie.version(1).stores({ documents: '_id, createdAt', receipts: 'id' });
	await dexie.open();
	const documents: Table<Transaction, string> = dexie.table('documents');
	const receipts: Table<{ id: number; bytes: ArrayBuffer }, number> = dexie.table('receipts');
	return {
		async insert(added) {
			await documents.bulkAdd(added);
		},
		newest: (count) => documents.orderBy('createdAt').reverse().limit(count).toArray(),
		async save(id, purpose) {
			await dexie.transaction('rw', documents, async () => {
				const document = await documents.get(id);
				if (document === undefined) throw new Error('not there');
				await documents.put({ ...document, body: { ...document.body, purpose } });
			});
		},
		async keepReceipt(n, bytes) {
			await receipts.put({ id: n, bytes: bytes.buffer });
		},
		close() {
			dexie.close();
			return Promise.resolve();
		}
	};
}
