import { attachReceipt } from '#lib/commands/attach-receipt.ts';
import { documentsOf, firstOf, type DeedContext } from '#lib/commands/context.ts';
import type { Documents, SignedIn } from '#lib/commands/ports.ts';
import { removeDraft } from '#lib/commands/remove-draft.ts';
import { removeReceipt } from '#lib/commands/remove-receipt.ts';
import { saveExpense } from '#lib/commands/save-expense.ts';
import { standingHere } from '#lib/commands/standing.ts';
import { submit } from '#lib/commands/submit.ts';
import { createHashing } from '#lib/device/hashing.ts';
import { createIdentities } from '#lib/device/identities.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { encryptedStorage } from '#lib/storage/encrypted-storage.ts';
import { LiveValue } from '#lib/storage/live-value.ts';
import { openCollections, type OutlayDatabase } from '#lib/storage/open-collections.ts';
import { findRows } from '#lib/storage/row-store.ts';
import { vaultIn } from '#lib/storage/vault.ts';
import { blobFetcher } from '#lib/sync/fetch-blob.ts';
import { startSync } from '#lib/sync/start-sync.ts';
import { documentId } from '@outlay/domain/identifiers';
import type { RxStorage } from 'rxdb/plugins/core';

export interface DeviceParts {
	/** Of its store; opened again under the same name, it finds what was there. */
	name: string;
	me: SignedIn;
	key: CryptoKey;
	storage: RxStorage<unknown, unknown>;
	fetch: typeof globalThis.fetch;
	clockErrorMs: number;
	/** Told what stood here when the person deleted it. */
	onDeleted: (id: string, body: Record<string, unknown>) => void;
}

/** The tab of a device was killed; a write it had begun may have reached the store all the same. */
class Killed extends Error {
	readonly isWritten: boolean;

	constructor(isWritten: boolean) {
		super('this tab was killed');
		this.isWritten = isWritten;
	}
}

/**
 * A device of a person: the app's own deeds, store and sync over any RxDB storage, with no screen. It can be killed
 * at any write: from then on nothing reaches its store or the network, as when a phone closes a tab.
 */
export async function openChaosDevice(parts: DeviceParts) {
	const { me } = parts;
	const clock = { nowMs: () => Date.now() + parts.clockErrorMs };
	const tab = { isDead: false, writesLeft: Number.POSITIVE_INFINITY };
	const aliveOr = () => {
		if (tab.isDead) throw new Killed(false);
	};
	const ourFetch: typeof globalThis.fetch = async (...asked) => {
		aliveOr();
		const response = await parts.fetch(...asked);
		aliveOr();
		return response;
	};
	const storage = observed(
		encryptedStorage(mortal(parts.storage, tab, aliveOr), parts.key),
		parts.onDeleted
	);
	const database = await openCollections({
		name: parts.name,
		companyId: me.companyId,
		userId: me.userId,
		storage,
		isShared: false
	});
	const documents = documentsIn(database, clock);
	const connectivity = new LiveValue(true);
	const vault = vaultIn(database, clock, blobFetcher(me.databases.mailbox, ourFetch));
	const sync = startSync({
		database,
		session: me,
		clock,
		connectivity,
		onReturn: () => () => undefined,
		untilVisible: () => Promise.resolve(),
		fetch: ourFetch,
		locks: oneTabOnly,
		upload: async (path, bytes, _onProgress, signal) =>
			ourFetch(path, {
				method: 'PUT',
				body: bytes,
				signal,
				headers: { 'content-type': bytes.type }
			})
	});
	const identities = createIdentities();
	/** The newest state an edit was made from, as the person saw it. */
	const seen = new Map<string, Record<string, unknown>>();
	const watched: Documents = {
		...documents,
		edit: (type, id, change) =>
			documents.edit(type, id, (document) => {
				seen.set(id, { ...document.body });
				return change(document);
			})
	};
	const context: DeedContext = {
		me,
		documents: watched,
		vault,
		clock,
		identities,
		hashing: createHashing(),
		photos: {
			prepare: async (file) => ({
				ok: true,
				value: {
					bytes: new Uint8Array(await file.arrayBuffer()),
					mediaType: 'image/jpeg',
					widthPx: 10,
					heightPx: 10,
					// Other bytes than the original's, and of one original always the same.
					thumbnail: {
						bytes: new Uint8Array((await file.arrayBuffer()).slice(0, 24)),
						mediaType: 'image/jpeg'
					}
				}
			})
		},
		measuring: {
			measure: () => Promise.reject(new Error('no trips here')),
			line: () => Promise.reject(new Error('no trips here'))
		},
		settings: async () => documentsOf(await firstOf(documents.watchNewest('setting', 500))),
		caseOf: (subjectId) => standingHere(documents, me, subjectId)
	};
	let ended: Promise<void> | null = null;
	const end = () => {
		ended ??= (async () => {
			// What a killed tab was doing fails where it stands, and may never hear of the end.
			await orAfter(tab.isDead ? DYING_MS : null, sync.stop());
			await orAfter(tab.isDead ? DYING_MS : null, database.close());
			// RxDB waits for a killed tab's writes to end, and counts its collections among the few it opens until then.
			for (const { close } of collectionsOf(database)) if (tab.isDead) void close();
		})();
		return ended;
	};
	return {
		documents,
		sync,
		vault,
		connectivity,
		seen,
		get isDead() {
			return tab.isDead;
		},
		newTransactionId: () => documentId('transaction', me.userId, identities.ulid()),
		saveExpense: (id: string, change: Parameters<typeof saveExpense>[2]) =>
			saveExpense(context, id, change),
		attach: (id: string, picture: Blob) => attachReceipt(context, id, picture),
		detach: (id: string, receiptId: string) => removeReceipt(context, id, receiptId),
		submit: (id: string) => submit(context, id),
		remove: (id: string) => removeDraft(context, id),
		/** Every live document of the mailbox here, with the server's revision it stands on. */
		async rows() {
			const rows = await findRows(database.documents, { selector: { _deleted: { $eq: false } } });
			return new Map(rows.map(({ id, couchRev, body }) => [id, { couchRev, body }]));
		},
		/** Kills it after so many more writes; 0 kills it now. */
		kill(afterWrites: number) {
			tab.writesLeft = afterWrites;
			if (afterWrites === 0) tab.isDead = true;
		},
		/** Resolves when nothing of it moves any more; killed or not. */
		end
	};
}

function collectionsOf({ documents, settings, vault, refused }: OutlayDatabase) {
	return [documents, settings, vault, refused].map((collection) => ({
		close: () => collection.close().catch(() => undefined)
	}));
}

export type ChaosDevice = Awaited<ReturnType<typeof openChaosDevice>>;

const DYING_MS = 2000;

/** A killed tab's failures are its own. */
async function orAfter(ms: number | null, ending: Promise<unknown>): Promise<void> {
	if (ms === null) {
		await ending;
		return;
	}
	const late = new Promise((resolve) => setTimeout(resolve, ms));
	await Promise.race([ending.catch(() => undefined), late]);
}

/** There is one tab of each device here; tabs have tests of their own. */
const oneTabOnly = {
	request: (_name: string, ...rest: unknown[]) =>
		(rest.at(-1) as (lock: null) => Promise<unknown>)(null)
} as Pick<LockManager, 'request'>;

/** Lets writes through until the tab is killed: each is in its store whole, or not at all. */
function mortal(
	storage: RxStorage<unknown, unknown>,
	tab: { isDead: boolean; writesLeft: number },
	aliveOr: () => void
): RxStorage<unknown, unknown> {
	return {
		...storage,
		async createStorageInstance(params) {
			const instance = await storage.createStorageInstance(params);
			const write = instance.bulkWrite.bind(instance);
			instance.bulkWrite = async (rows, context) => {
				aliveOr();
				const written = await write(rows, context);
				// Killed after the write, before anybody could hear of it.
				tab.writesLeft -= 1;
				if (tab.writesLeft <= 0) tab.isDead = true;
				if (tab.isDead) throw new Killed(true);
				return written;
			};
			return instance;
		}
	};
}

/** Tells which bodies stood there when this device deleted them. */
function observed<I, O>(
	storage: RxStorage<I, O>,
	onDeleted: DeviceParts['onDeleted']
): RxStorage<I, O> {
	return {
		...storage,
		async createStorageInstance(params) {
			const instance = await storage.createStorageInstance(params);
			if (params.collectionName !== 'documents') return instance;
			const write = instance.bulkWrite.bind(instance);
			instance.bulkWrite = async (rows, context) => {
				let killed: Killed | null = null;
				const written = await write(rows, context).catch((error: unknown) => {
					if (!(error instanceof Killed) || !error.isWritten) throw error;
					killed = error;
					return { error: [] };
				});
				const refused = new Set(written.error.map(({ documentId }) => documentId));
				for (const { previous, document } of rows) {
					const { id, unsentSinceMs } = document as unknown as DocumentRow;
					if (!document._deleted || previous === undefined || previous._deleted) continue;
					if (unsentSinceMs === 0 || refused.has(id)) continue;
					onDeleted(id, (previous as unknown as DocumentRow).body);
				}
				if (killed !== null) throw killed as Killed;
				return written;
			};
			return instance;
		}
	};
}

interface DocumentRow {
	id: string;
	unsentSinceMs: number;
	body: Record<string, unknown>;
}
