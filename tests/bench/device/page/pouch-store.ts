import PouchDB from 'pouchdb';
import type { SessionView } from '@outlay/domain/session-view';
import type { Transaction } from '@outlay/domain/transaction';
import type { BenchStore } from './main.ts';

/**
 * PouchDB on its browser adapter of today, with its own defaults for batches. The time is in the ids, so the newest
 * are the last keys: its fastest way to them. No encryption.
 */
export async function pouchStore(me: SessionView, name: string): Promise<BenchStore> {
	// The adapter is a script that looks for a global.
	Object.assign(window, { PouchDB });
	await import('pouchdb/dist/pouchdb.indexeddb.js');
	const pouch = new PouchDB(name, { adapter: 'indexeddb' });
	return {
		async insert(added: Transaction[]) {
			await pouch.bulkDocs(added.map((document) => ({ ...document })));
		},
		async newest(count: number) {
			const found = await pouch.allDocs({ include_docs: true, descending: true, limit: count });
			const { rows } = found as unknown as { rows: { doc: Transaction }[] };
			return rows.map(({ doc }) => doc);
		},
		async save(id: string, purpose: string) {
			const document = await pouch.get(id);
			await pouch.put({ ...document, body: { ...(document['body'] as object), purpose } });
		},
		async keepReceipt(n: number, bytes: Uint8Array<ArrayBuffer>) {
			const picture = new Blob([bytes], { type: 'image/jpeg' }) as unknown as Buffer;
			const id = `receipt:${String(n)}`;
			await pouch.put({
				_id: id,
				_attachments: { data: { content_type: 'image/jpeg', data: picture } }
			});
		},
		async firstSync() {
			const remote = new PouchDB(new URL(`/${me.databases.mailbox}`, location.href).href, {
				skip_setup: true
			});
			await pouch.replicate.from(remote);
		},
		async count() {
			return (await pouch.info()).doc_count;
		},
		close: () => pouch.close()
	};
}
