import { checkDocument } from '@outlay/domain/document-schemas';
import { DOCUMENT_VERSIONS, type OutlayDocument } from '@outlay/domain/documents';
import { Dexie } from 'dexie';
import { afterEach, describe, expect, it } from 'vitest';
import { firstOf } from '#lib/commands/context.ts';
import { DEVICE_DATABASE } from '#lib/storage/device-database.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { COLLECTION_PLAN, type OutlayDatabase } from '#lib/storage/open-collections.ts';
import { openDatabase, removeEverything } from '#lib/storage/open-database.ts';
import { changeRow, findRows, readRows } from '#lib/storage/row-store.ts';
import { rowOf } from '#lib/storage/rows.ts';
import { bytesInVault, vaultIn } from '#lib/storage/vault.ts';
import { COMPANY, WORKER, aReceipt, aTransaction } from '../support/documents.ts';
import { everythingInIndexedDb, holds } from '../support/indexed-db.ts';
import { OLD_DOCUMENTS, type OldDocument } from '../support/old-documents.ts';
import { newerPlan } from '../support/newer-plan.ts';

const ACCOUNT = { companyId: COMPANY, userId: WORKER };
const nowMs = 1_700_000_000_000;
const clock = { nowMs: () => nowMs };
const fetchNothing = () => Promise.resolve(null);

afterEach(removeEverything);

describe('a newer app', () => {
	it('loses nothing of a tab that writes until it is asked to close', async () => {
		const tab = new Worker(new URL('../support/older-tab.worker.ts', import.meta.url), {
			type: 'module'
		});
		const writing = said(tab, 'writing');
		const closed = said(tab, 'closed');
		const refused = said(tab, 'refused');
		tab.postMessage(ACCOUNT);
		await writing;

		const database = await openDatabase(ACCOUNT, { plan: newerPlan() });
		const { stored } = (await closed) as { stored: number };
		expect(stored).toBeGreaterThan(5);
		const rows = await findRows(database.documents, {
			selector: { _deleted: { $eq: false }, unsentSinceMs: { $gt: 0 } }
		});
		expect(rows.map(({ id }) => id).sort()).toEqual(
			Array.from({ length: stored }, (_, n) => aTransaction(100 + n)._id).sort()
		);
		// The tab of the older app can't open what it would not understand.
		expect(await refused).toMatchObject({ code: 'storage.newer_app' });
		tab.terminate();
	});

	it('waits while a tab keeps its database open, and says so', async () => {
		const before = await openDatabase(ACCOUNT);
		await documentsIn(before, clock).add(aTransaction(1));
		await before.close();
		// A tab that holds something it could not store keeps its database, and with it this lock.
		const letTabGo = await holdLikeATab(ACCOUNT);
		let isSaid: () => void = () => undefined;
		const waited = new Promise<void>((resolve) => (isSaid = resolve));
		const opening = openDatabase(ACCOUNT, {
			plan: newerPlan(),
			onWaiting: (isWaiting) => {
				if (isWaiting) isSaid();
			}
		});
		await waited;
		letTabGo();
		const database = await opening;
		expect(
			(await documentsIn(database, clock).get('transaction', aTransaction(1)._id))?.document
		).toEqual(aTransaction(1));
	});

	it('finds the unsent entries and photos of the older one, sealed as before, and none of its databases', async () => {
		const before = await openDatabase(ACCOUNT);
		const bytes = crypto.getRandomValues(new Uint8Array(60_000));
		const { sha256 } = await vaultIn(before, clock, fetchNothing).put(bytes, 'image/jpeg');
		await documentsIn(before, clock).add(aReceipt(1, sha256));
		await documentsIn(before, clock).add(aTransaction(1, { merchant: 'Very secret merchant' }));
		await documentsIn(before, clock).add(aTransaction(2));
		await documentsIn(before, clock).remove('transaction', aTransaction(2)._id);
		const unsent = (deleted: boolean) => ({
			selector: { _deleted: { $eq: deleted }, unsentSinceMs: { $gt: 0 } }
		});
		const rowsBefore = [
			...(await findRows(before.documents, unsent(false))),
			...(await findRows(before.documents, unsent(true)))
		];
		expect(rowsBefore).toHaveLength(3);
		await before.close();

		const after = await openDatabase(ACCOUNT, { plan: newerPlan() });
		expect([
			...(await findRows(after.documents, unsent(false))),
			...(await findRows(after.documents, unsent(true)))
		]).toEqual(rowsBefore);
		const blob = await bytesInVault(after, sha256);
		expect(new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(bytes);
		// It goes on writing, and what it lifted is as unreadable as it was.
		await documentsIn(after, clock).add(aTransaction(3, { merchant: 'Another secret' }));
		const stored = await everythingInIndexedDb();
		for (const secret of ['secret merchant', 'Another secret']) {
			expect(holds(stored, secret)).toBe(false);
		}
		const older = COLLECTION_PLAN.documents.schema.version;
		const left = (await indexedDB.databases()).map(({ name = '' }) => name);
		expect(left.filter((name) => name.endsWith(`--${String(older)}--documents`))).toEqual([]);
		expect(left.filter((name) => name.endsWith(`--${String(older)}--vault`))).toEqual([]);
		// The next start of either tab has nothing to lift.
		await after.close();
		const again = await openDatabase(ACCOUNT, { plan: newerPlan() });
		expect(await findRows(again.documents, unsent(false))).toHaveLength(3);
	});

	it('says that the key is gone when only data of another version is there', async () => {
		await documentsIn(await openDatabase(ACCOUNT, { plan: newerPlan() }), clock).add(
			aTransaction(1)
		);
		await (await openDatabase(ACCOUNT)).close();
		await Dexie.delete(DEVICE_DATABASE);
		await expect(openDatabase(ACCOUNT, { plan: newerPlan() })).rejects.toMatchObject({
			code: 'storage.key_unreadable'
		});
	});
});

describe('documents an earlier app stored', () => {
	it.each(OLD_DOCUMENTS)('version $schema of a $type is read, shown and saved on', async (old) => {
		const database = await openDatabase(ACCOUNT);
		const asStored = rowOf(old as unknown as OutlayDocument);
		await changeRow(collectionOf(database, old), old._id, () => ({
			...asStored,
			unsentSinceMs: 1
		}));
		await database.close();

		const again = await openDatabase(ACCOUNT);
		const documents = documentsIn(again, clock);
		const stored = await documents.get(old.type, old._id);
		expect(stored).toMatchObject({ isReadOnly: false, unsentSinceMs: 1 });
		expect(checkDocument({ ...stored?.document })).toMatchObject({ ok: true });
		const [newest] = await firstOf(documents.watchNewest(old.type, 1));
		expect(newest?.document).toEqual(stored?.document);
		const updatedAt = '2026-11-26T08:00:00.000Z';
		const edited = await documents.edit(old.type, old._id, (document) => ({
			...document,
			updatedAt
		}));
		expect(edited.document).toEqual({ ...stored?.document, updatedAt });
		expect((await readRows(collectionOf(again, old), [old._id])).get(old._id)).toMatchObject({
			schemaVersion: DOCUMENT_VERSIONS[old.type]
		});
	});
});

function collectionOf(database: OutlayDatabase, { type }: OldDocument) {
	return type === 'setting' ? database.settings : database.documents;
}

/** Holds what every tab holds while it has the database open. Returns how to let go. */
function holdLikeATab({ companyId, userId }: typeof ACCOUNT): Promise<() => void> {
	return new Promise((resolve) => {
		void navigator.locks.request(
			`outlay-${companyId}-${userId}-open`,
			{ mode: 'shared' },
			() =>
				new Promise<void>((release) => {
					resolve(release);
				})
		);
	});
}

function said(tab: Worker, kind: string): Promise<unknown> {
	return new Promise((resolve, reject) => {
		tab.addEventListener('error', ({ message }) => {
			reject(new Error(message));
		});
		tab.addEventListener('message', ({ data }: MessageEvent<string | { kind: string }>) => {
			if (data === kind || (typeof data === 'object' && data.kind === kind)) resolve(data);
		});
	});
}
