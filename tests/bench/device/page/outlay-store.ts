import type { SessionView } from '@outlay/domain/session-view';
import type { Live } from '#lib/commands/ports.ts';
import { createClock } from '#lib/device/clock.ts';
import { createConnectivity } from '#lib/device/connectivity.ts';
import { onReturn, untilVisible } from '#lib/device/visibility.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase } from '#lib/storage/open-database.ts';
import { changeRows, findRows } from '#lib/storage/row-store.ts';
import { rowOf } from '#lib/storage/rows.ts';
import { vaultIn } from '#lib/storage/vault.ts';
import { startSync } from '#lib/sync/start-sync.ts';
import type { BenchStore } from './main.ts';

/** The app's own store and sync, wired as the app does: encrypted at rest, followed by screens, safe in several tabs. */
export async function outlayStore(me: SessionView, name: string): Promise<BenchStore> {
	// Another name is another account to this store.
	const account = name === '' ? me : { ...me, companyId: me.companyId + name };
	const clock = createClock();
	const database = await openDatabase(account);
	const documents = documentsIn(database, clock);
	const vault = vaultIn(database, clock, () => Promise.resolve(null));
	return {
		async insert(added) {
			const rows = new Map(added.map((document) => [document._id, rowOf(document)]));
			await changeRows(database.documents, [...rows.keys()], (id) => rows.get(id) ?? null);
		},
		async newest(count) {
			const stored = await first(documents.watchNewest('transaction', count));
			return stored.map(({ document }) => document);
		},
		async save(id, purpose) {
			await documents.edit('transaction', id, (document) => ({
				...document,
				body: { ...document.body, purpose }
			}));
		},
		async keepReceipt(_n, bytes) {
			await vault.put(bytes, 'image/jpeg');
		},
		async firstSync() {
			const sync = startSync({
				database,
				session: me,
				clock,
				connectivity: createConnectivity(),
				onReturn,
				untilVisible,
				fetch: (...asked) => fetch(...asked)
			});
			await new Promise<void>((resolve) => {
				const stop = sync.status.subscribe((status) => {
					if (status.state !== 'up-to-date' || status.atMs === null) return;
					resolve();
					queueMicrotask(() => {
						stop();
					});
				});
			});
			await sync.stop();
		},
		async count() {
			const rows = await findRows(database.documents, {
				selector: { _deleted: { $eq: false }, type: { $eq: 'transaction' } },
				sort: [{ type: 'asc' }, { sortKey: 'asc' }]
			});
			return rows.length;
		},
		close: () => database.close()
	};
}

function first<T>(source: Live<T>): Promise<T> {
	return new Promise((resolve) => {
		const stop = source.subscribe((value) => {
			resolve(value);
			queueMicrotask(() => {
				stop();
			});
		});
	});
}
