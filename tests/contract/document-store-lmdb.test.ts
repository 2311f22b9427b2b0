import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLmdbStore } from '@outlay/sync-server/store/lmdb/open-lmdb-store';
import { describeDocumentStore } from './document-store-suite.ts';

describeDocumentStore('the store on LMDB', async () => {
	const directory = await mkdtemp(path.join(tmpdir(), 'outlay-store-'));
	let store = await openLmdbStore(directory);
	return {
		store,
		async reopen() {
			await store.close();
			store = await openLmdbStore(directory);
			return store;
		},
		async discard() {
			await store.close();
			await rm(directory, { recursive: true, force: true });
		}
	};
});
