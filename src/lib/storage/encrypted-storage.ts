import {
	hasEncryption,
	wrapRxStorageInstance,
	type RxDocumentData,
	type RxJsonSchema,
	type RxStorage,
	type RxStorageInstanceCreationParams
} from 'rxdb/plugins/core';
import { openBytes, openValue, sealBytes, sealText } from './seal.ts';
import { StorageError } from './storage-error.ts';

type Fields = Record<string, unknown>;
type Attachment = { data?: Blob | ArrayBuffer; [member: string]: unknown };

/**
 * Seals the fields a schema lists as `encrypted`, and attachment bytes, before they reach the inner storage.
 * RxDB's replication state inherits the list. Attachments go down as `ArrayBuffer` and come up as `Blob`:
 * WebKit loses Blobs in IndexedDB. A value that can't be opened throws `storage.key_unreadable`.
 */
export function encryptedStorage<I, O>(storage: RxStorage<I, O>, key: CryptoKey): RxStorage<I, O> {
	return {
		...storage,
		name: `outlay-sealed-${storage.name}`,
		async createStorageInstance<D>(params: RxStorageInstanceCreationParams<D, O>) {
			if (!hasEncryption(params.schema)) return storage.createStorageInstance(params);
			const instance = await storage.createStorageInstance({
				...params,
				schema: withoutEncryption(params.schema)
			});
			const sealed = new SealedFields(key, params.collectionName, params.schema);
			const wrapped = wrapRxStorageInstance(
				params.schema,
				instance,
				(row) => sealed.seal(row as Fields) as Promise<RxDocumentData<D>>,
				(row) => sealed.open(row as Fields) as Promise<RxDocumentData<D>>
			);
			// RxDB's own hook for attachments isn't told which document they belong to.
			wrapped.getAttachmentData = async (id, attachmentId, digest) =>
				sealed.openAttachment(
					id,
					attachmentId,
					await instance.getAttachmentData(id, attachmentId, digest)
				);
			return wrapped;
		}
	};
}

class SealedFields {
	readonly #key: CryptoKey;
	readonly #collection: string;
	readonly #primary: string;
	readonly #names: readonly string[];
	/** What rows read from the store looked like there: as what a write replaces, they needn't be sealed again. */
	readonly #stored = new WeakMap<Fields, Fields>();
	/** What is in sealed rows of this tab: the store's events give them back, to each of their followers. */
	readonly #opened = new WeakMap<Fields, () => Fields>();

	constructor(
		key: CryptoKey,
		collectionName: string,
		schema: { primaryKey: string | { key: string }; encrypted?: readonly string[] }
	) {
		this.#key = key;
		this.#collection = collectionName;
		this.#primary =
			typeof schema.primaryKey === 'string' ? schema.primaryKey : schema.primaryKey.key;
		this.#names = schema.encrypted ?? [];
	}

	async seal(row: Fields): Promise<Fields> {
		const stored = this.#stored.get(row);
		if (stored !== undefined && stored['_rev'] === row['_rev']) return stored;
		const sealed = { ...row };
		const texts: [name: string, json: string][] = [];
		for (const name of this.#names) {
			const value = row[name];
			// That there is nothing needs no hiding; most rows have nothing in one of their fields.
			if (value === undefined || isEmpty(value)) continue;
			const json = JSON.stringify(value);
			texts.push([name, json]);
			sealed[name] = await sealText(this.#key, json, this.#place(row, name));
		}
		// From the text, as it will be read: the caller's own objects may change under us.
		this.#opened.set(sealed, () => ({
			...sealed,
			...Object.fromEntries(texts.map(([name, json]) => [name, JSON.parse(json) as unknown]))
		}));
		const attachments = Object.entries((row['_attachments'] ?? {}) as Record<string, Attachment>);
		if (attachments.some(([, { data }]) => data instanceof Blob)) {
			sealed['_attachments'] = Object.fromEntries(
				await Promise.all(
					attachments.map(async ([id, attachment]) => [
						id,
						attachment.data instanceof Blob
							? {
									...attachment,
									data: await sealBytes(
										this.#key,
										await attachment.data.arrayBuffer(),
										this.#place(row, id)
									)
								}
							: attachment
					])
				)
			);
		}
		return sealed;
	}

	async open(row: Fields): Promise<Fields> {
		const known = this.#opened.get(row);
		if (known !== undefined) return known();
		const opened = { ...row };
		for (const name of this.#names) {
			const value = row[name];
			if (typeof value !== 'string') continue;
			try {
				opened[name] = await openValue(this.#key, value, this.#place(row, name));
			} catch (error) {
				throw new StorageError('storage.key_unreadable', { cause: error });
			}
		}
		this.#stored.set(opened, row);
		this.#opened.set(row, () => opened);
		return opened;
	}

	/** Takes what the inner storage gave: the `ArrayBuffer` it was handed, whatever its types say. */
	async openAttachment(id: string, attachmentId: string, stored: unknown): Promise<Blob> {
		try {
			const place = this.#place({ [this.#primary]: id }, attachmentId);
			return new Blob([await openBytes(this.#key, stored as ArrayBuffer, place)]);
		} catch (error) {
			throw new StorageError('storage.key_unreadable', { cause: error });
		}
	}

	#place(row: Fields, field: string): string {
		return `${this.#collection}|${String(row[this.#primary])}|${field}`;
	}
}

function isEmpty(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	for (const name in value) if (Object.hasOwn(value, name)) return false;
	return true;
}

function withoutEncryption<D>(
	schema: Readonly<RxJsonSchema<RxDocumentData<D>>>
): RxJsonSchema<RxDocumentData<D>> {
	const { encrypted = [], attachments, ...rest } = schema;
	const properties: Record<string, unknown> = { ...rest.properties };
	for (const name of encrypted) properties[name] = { type: 'string' };
	// What is left is a schema of the inner storage's own rows, whose type RxDB can't name.
	return {
		...rest,
		properties,
		...(attachments ? { attachments: {} } : {})
	} as unknown as RxJsonSchema<RxDocumentData<D>>;
}
