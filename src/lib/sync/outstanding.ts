import { THUMBNAIL_MAX_BYTES } from '@outlay/domain/receipt';
import type { RxCollection } from 'rxdb/plugins/core';
import type { VaultRow } from '#lib/storage/collections.ts';
import type { OutlayDatabase } from '#lib/storage/open-collections.ts';
import { findRows, readRows } from '#lib/storage/row-store.ts';
import { staysHere, type Row, type RowState } from '#lib/storage/rows.ts';

export interface OutstandingDocument {
	id: string;
	type: string;
	about: string;
	sinceMs: number;
	/** Not offered: still being written here, or kept of what the company removed. */
	staysHere: boolean;
	isDeleted: boolean;
	/** Why the server refused it; null when it did not. */
	refusedCode: string | null;
}

export interface OutstandingPhoto {
	sha256: string;
	byteLength: number;
	/** The receipt that needs it; null while none is known, and then it isn't sent. */
	receipt: { id: string; transactionId: string } | null;
	/** The small picture of a receipt, which goes ahead of all originals and is no item of its own to a person. */
	isThumbnail: boolean;
	addedAtMs: number;
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
	#isHeld: (photo: OutstandingPhoto) => boolean = () => false;
	readonly #refused = new Map<string, string>();
	readonly #listeners = new Set<() => void>();
	readonly #stops: (() => void)[] = [];
	#thumbnailTimer: ReturnType<typeof setTimeout> | null = null;
	#isStopped = false;

	constructor(database: OutlayDatabase) {
		this.#database = database;
	}

	/** Follows the store from now on; resolves when all of it is known. */
	async follow(): Promise<void> {
		const { documents, vault, refused } = this.#database;
		// First the events, then the reading: what changes in between is seen at least once.
		const told = new Set<string>();
		this.#on(refused, ({ id, body }, isDeleted) => {
			told.add(id);
			this.#setRefused(id, isDeleted ? null : body.code);
		});
		this.#on(documents, (row, isDeleted) => {
			this.#setDocument({ ...row, _deleted: isDeleted });
		});
		this.#on(vault, (row, isDeleted) => {
			void this.#setPhoto(row, isDeleted).then(() => {
				if (this.#mayBeLoneThumbnail(row.id)) this.#findReceiptsOfThumbnailsSoon();
			}, this.#onUnread);
		});
		for (const { id, body } of await findRows(refused, { selector: {} })) {
			// What was told meanwhile is newer than what was read.
			if (!told.has(id)) this.#setRefused(id, body.code);
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
		await this.#findReceiptsOfThumbnails();
		this.#tell();
	}

	/**
	 * Reads again what the server refused of a document and its photos. A tab that was killed between storing a change and
	 * telling of it left the others with what was before: to them a document could stay refused for ever (found by chaos).
	 */
	async readRefused(documentId: string): Promise<void> {
		const { refused, vault } = this.#database;
		const parked = (await readRows(refused, [documentId])).get(documentId);
		this.#setRefused(documentId, parked && !parked._deleted ? parked.body.code : null);
		const photos = [...this.photos.values()].filter(({ receipt }) => receipt?.id === documentId);
		const rows = await readRows(
			vault,
			photos.map(({ sha256 }) => sha256)
		);
		for (const row of rows.values()) await this.#setPhoto(row, row._deleted);
	}

	/** Calls `run` after each change. Returns how to stop. */
	onChange(run: () => void): () => void {
		this.#listeners.add(run);
		return () => {
			this.#listeners.delete(run);
		};
	}

	stop(): void {
		this.#isStopped = true;
		if (this.#thumbnailTimer !== null) clearTimeout(this.#thumbnailTimer);
		for (const stop of this.#stops) stop();
		this.#listeners.clear();
	}

	isRefused(id: string): boolean {
		return this.#refused.has(id);
	}

	/** What the server lacks. Bytes no receipt names, left by a tab killed while attaching, are nobody's loss. */
	lacking(): { documents: Iterable<string>; photos: OutstandingPhoto[] } {
		const photos = [...this.photos.values()].filter(({ receipt }) => receipt !== null);
		return { documents: this.documents.keys(), photos };
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

	/** What waits but thumbnails, by hash. */
	originals(): Map<string, OutstandingPhoto> {
		return new Map([...this.photos].filter(([, { isThumbnail }]) => !isThumbnail));
	}

	/** Says from now on which originals stay here for the time being. */
	hold(isHeld: (photo: OutstandingPhoto) => boolean): void {
		this.#isHeld = isHeld;
		this.#tell();
	}

	/** Originals to send now, small before large. */
	sendablePhotos(): OutstandingPhoto[] {
		return this.#sendable(false).filter((photo) => !this.#isHeld(photo));
	}

	/** Originals that wait for a better connection. */
	heldPhotos(): OutstandingPhoto[] {
		return this.#sendable(false).filter((photo) => this.#isHeld(photo));
	}

	/** Thumbnails to send now. */
	sendableThumbnails(): OutstandingPhoto[] {
		return this.#sendable(true);
	}

	#sendable(areThumbnails: boolean): OutstandingPhoto[] {
		return [...this.photos.values()]
			.filter(
				({ receipt, isThumbnail, refusedCode }) =>
					receipt !== null && isThumbnail === areThumbnails && refusedCode === null
			)
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
			staysHere: !row._deleted && staysHere(row),
			isDeleted: row._deleted,
			refusedCode: this.#refused.get(row.id) ?? null
		});
		this.#tell();
	}

	#findReceiptOf(row: RowState): void {
		const thumbnailSha256 = thumbnailOf(row);
		for (const sha256 of [row.sha256, thumbnailSha256]) {
			const photo = sha256 === null ? undefined : this.photos.get(sha256);
			if (photo === undefined) continue;
			photo.isThumbnail = sha256 === thumbnailSha256;
			if (!row._deleted) photo.receipt = { id: row.id, transactionId: row.about };
			else if (photo.receipt?.id === row.id) photo.receipt = null;
			this.#tell();
		}
	}

	async #setPhoto(row: VaultRow, isDeleted: boolean): Promise<void> {
		if (isDeleted || row.state === 'sent') {
			if (this.photos.delete(row.id)) this.#tell();
			return;
		}
		const known = this.photos.get(row.id);
		const photo: OutstandingPhoto = {
			sha256: row.id,
			byteLength: row.byteLength,
			receipt: known?.receipt ?? null,
			isThumbnail: known?.isThumbnail ?? false,
			addedAtMs: row.addedAtMs,
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

	#mayBeLoneThumbnail(sha256: string): boolean {
		const photo = this.photos.get(sha256);
		return photo !== undefined && photo.receipt === null && photo.byteLength <= THUMBNAIL_MAX_BYTES;
	}

	/** Attaching stores the bytes first and the receipt a moment later, which then finds them by itself. */
	#findReceiptsOfThumbnailsSoon(): void {
		if (this.#isStopped) return;
		this.#thumbnailTimer ??= setTimeout(() => {
			this.#thumbnailTimer = null;
			this.#findReceiptsOfThumbnails().catch(this.#onUnread);
		}, ATTACHING_MS);
	}

	/** No index knows thumbnails, so all receipts are read, and only when a small picture waits without one. */
	async #findReceiptsOfThumbnails(): Promise<void> {
		if (![...this.photos.keys()].some((sha256) => this.#mayBeLoneThumbnail(sha256))) return;
		const receipts = await findRows(this.#database.documents, {
			selector: { _deleted: { $eq: false }, type: { $eq: 'receipt' } },
			sort: [{ type: 'asc' }, { sortKey: 'asc' }]
		});
		for (const receipt of receipts) this.#findReceiptOf(receipt);
	}

	/** A store that can't be read now is read whole when it is opened the next time. */
	readonly #onUnread = (): void => undefined;

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

/** Longer than attaching a photo takes. */
const ATTACHING_MS = 2_000;

function thumbnailOf({ body }: Row): string | null {
	const sha256 = body['thumbnailSha256'];
	return typeof sha256 === 'string' ? sha256 : null;
}

function isSendable({ staysHere: stays, refusedCode }: OutstandingDocument): boolean {
	return !stays && refusedCode === null;
}
