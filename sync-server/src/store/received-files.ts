export interface FileFacts {
	digest: string;
	length: number;
	sha256: string;
}

/** Bytes that have arrived under a temporary name; nobody reads them yet. */
export interface IncomingFile extends FileFacts {
	/** Gives them their name, and resolves once both are on disk. The same bytes kept twice are one file. */
	keep(): Promise<void>;
	/** Removes them; after `keep` it does nothing. */
	discard(): Promise<void>;
}

export interface AttachmentFiles {
	/**
	 * Takes in bytes for a company's databases (`companyOf` names it): temporary name, hash, fsync. Whoever receives
	 * keeps or discards. Throws `AttachmentTooLarge` past `limitBytes` and `StorageFull`, leaving nothing behind.
	 */
	receive(
		company: string,
		bytes: AsyncIterable<Uint8Array>,
		limitBytes: number
	): Promise<IncomingFile>;
	/**
	 * `receive` and `keep` in one: for bytes that were judged before. `known` are the facts of exactly these bytes in
	 * memory, so that they are not hashed twice.
	 */
	write(
		company: string,
		bytes: AsyncIterable<Uint8Array> | Uint8Array,
		limitBytes: number,
		known?: FileFacts
	): Promise<FileFacts>;
}
