import type { RxCollection } from 'rxdb/plugins/core';
import type { VaultRow } from '#lib/storage/collections.ts';
import type { OutlayDatabase } from '#lib/storage/open-collections.ts';
import { findRows } from '#lib/storage/row-store.ts';
import { isOpenTrace, type Row, type RowState } from '#lib/storage/rows.ts';

export interface OutstandingDocument {
	id: string;
	type: string;
	about: string;
	sinceMs: number;
	/** Still being written here; not offered yet. */
	isOpen: boolean;
	isDeleted: boolean;
	/** Why the server refused it; null when it did not. */
	refusedCode: string | null;
}

export interface OutstandingPhoto {
	sha256: string;
	byteLength: number;
	/** The receipt that needs it; null while none is known, and then it isn't sent. */
	receipt: { id: string; transactionId: string } | null;
	refusedCode: string | null;
}

/**
 * What the server does not have yet, of all tabs: read once from the indexes, then kept by the store's own
 * events, so that nothing is read and opened again at each change.
 */
export class Outstanding {
	readonly documents = new Map<string, OutstandingDocument>();
	readonly photos = new Map<string, OutstandingPhoto>();
	readonly #database: OutlayDatabase;
	readonly #refused = new Map<string, string>();
	readonly #listeners = new Set<() => void>();
	readonly #stops: (() => void)[] = [];

	constructor(database: OutlayDatabase) {
		this.#database = database;
	}

	/** Follows the store from now on; resolves when all of it is known. */
	async follow(): Promise<void> {
		const { documents, vault, refused } = this.#database;
		// First the events, then the reading: what changes in between is seen at least once.
		this.#on(refused, ({ id, body }, isDeleted) => {
			this.#setRefused(id, isDeleted ? null : body.code);
		});
		this.#on(documents, (row, isDeleted) => {
			this.#setDocument({ ...row, _deleted: isDeleted });
		});
		this.#on(vault, (row, isDeleted) => {
			void this.#setPhoto(row, isDeleted);
		});
		for (const { id, body } of await findRows(refused, { selector: {} })) {
			this.#setRefused(id, body.code);
		}
		for (const isDeleted of [false, true]) {
			const unsent = await findRows(documents, {
				selector: { _deleted: { $eq: isDeleted }, unsentSinceMs: { $gt: 0 } },
				sort: [{ unsentSinceMs: 'asc' }]
			});
			for (const row of unsent) if (!this.documents.has(row.id)) this.#setDocument(row);
		}
		for (const state of ['pending', 'refused'] as const) {
			const waiting = await findRows(vault, {
				selector: { _deleted: { $eq: false }, state: { $eq: state } },
				sort: [{ state: 'asc' }, { byteLength: 'asc' }]
			});
			for (const row of waiting) await this.#setPhoto(row, false);
		}
		this.#tell();
	}

	/** Calls `run` after each change. Returns how to stop. */
	onChange(run: () => void): () => void {
		this.#listeners.add(run);
		return () => {
			this.#listeners.delete(run);
		};
	}

	stop(): void {
		for (const stop of this.#stops) stop();
		this.#listeners.clear();
	}

	isRefused(id: string): boolean {
		return this.#refused.has(id);
	}

	/** How much the server lacks. Bytes no receipt names, left by a tab killed while attaching, are nobody's loss. */
	get count(): number {
		const photos = [...this.photos.values()].filter(({ receipt }) => receipt !== null);
		return this.documents.size + photos.length;
	}

	/** Ids of documents to offer now, oldest first; raw fixes, which are many, behind all others. */
	sendableDocuments(): string[] {
		return [...this.documents.values()]
			.filter((document) => isSendable(document) && !this.#waitsForEntry(document))
			.sort(
				(a, b) =>
					Number(a.type === 'trace') - Number(b.type === 'trace') ||
					a.sinceMs - b.sinceMs ||
					(a.id < b.id ? -1 : 1)
			)
			.map(({ id }) => id);
	}

	/** Photos to send now, small before large. */
	sendablePhotos(): OutstandingPhoto[] {
		return [...this.photos.values()]
			.filter(({ receipt, refusedCode }) => receipt !== null && refusedCode === null)
			.sort((a, b) => a.byteLength - b.byteLength);
	}

	/**
	 * A deleted receipt goes after the entry it was on: whether that one is deleted, or stays because it was edited
	 * elsewhere, is known only once the server has answered.
	 */
	#waitsForEntry({ type, isDeleted, about }: OutstandingDocument): boolean {
		const entry = this.documents.get(about);
		return type === 'receipt' && isDeleted && entry !== undefined && isSendable(entry);
	}

	#setDocument(row: RowState): void {
		if (row.type === 'receipt' && row.sha256 !== '') this.#findReceiptOf(row);
		if (row.unsentSinceMs === 0) {
			if (this.documents.delete(row.id)) this.#tell();
			return;
		}
		this.documents.set(row.id, {
			id: row.id,
			type: row.type,
			about: row.about,
			sinceMs: row.unsentSinceMs,
			isOpen: !row._deleted && isOpenTrace(row),
			isDeleted: row._deleted,
			refusedCode: this.#refused.get(row.id) ?? null
		});
		this.#tell();
	}

	#findReceiptOf(row: RowState): void {
		const photo = this.photos.get(row.sha256);
		if (photo === undefined) return;
		if (!row._deleted) photo.receipt = { id: row.id, transactionId: row.about };
		else if (photo.receipt?.id === row.id) photo.receipt = null;
		this.#tell();
	}

	async #setPhoto(row: VaultRow, isDeleted: boolean): Promise<void> {
		if (isDeleted || row.state === 'sent') {
			if (this.photos.delete(row.id)) this.#tell();
			return;
		}
		const photo: OutstandingPhoto = {
			sha256: row.id,
			byteLength: row.byteLength,
			receipt: this.photos.get(row.id)?.receipt ?? null,
			refusedCode: row.state === 'refused' ? row.refusalCode : null
		};
		this.photos.set(row.id, photo);
		this.#tell();
		if (photo.receipt !== null) return;
		const [receipt] = await findRows(this.#database.documents, {
			selector: { _deleted: { $eq: false }, sha256: { $eq: row.id } },
			sort: [{ sha256: 'asc' }],
			limit: 1
		});
		if (receipt !== undefined) this.#findReceiptOf(receipt);
	}

	#setRefused(id: string, code: string | null): void {
		if (code === null) this.#refused.delete(id);
		else this.#refused.set(id, code);
		const document = this.documents.get(id);
		if (document !== undefined) document.refusedCode = code;
		this.#tell();
	}

	#on<R extends { id: string }>(
		collection: RxCollection<R>,
		take: (row: R, isDeleted: boolean) => void
	): void {
		const subscription = collection.eventBulks$.subscribe(({ events }) => {
			for (const { documentData } of events) {
				const row = documentData as unknown as R & { _deleted: boolean };
				take(row, row._deleted);
			}
		});
		this.#stops.push(() => {
			subscription.unsubscribe();
		});
	}

	#tell(): void {
		for (const run of [...this.#listeners]) run();
	}
}

/** Types a device may offer; the others are the server's to write. */
export const OFFERED_TYPES: ReadonlySet<string> = new Set<Row['type']>([
	'transaction',
	'receipt',
	'trip',
	'trace',
	'route',
	'submission',
	'recall',
	'decision',
	'kept',
	'profile'
]);

function isSendable({ isOpen, refusedCode }: OutstandingDocument): boolean {
	return !isOpen && refusedCode === null;
}
