/** Broken infrastructure and impossible requests of the store; expected refusals are values, not these. */

/** The database was dropped while somebody still held it. */
export class DatabaseDropped extends Error {
	readonly code = 'store.database_dropped';
	readonly database: string;

	constructor(database: string) {
		super('The database was dropped.');
		this.name = 'DatabaseDropped';
		this.database = database;
	}
}

/** More bytes than the caller may store; nothing of them was kept. */
export class AttachmentTooLarge extends Error {
	readonly code = 'store.attachment_too_large';
	readonly limitBytes: number;

	constructor(limitBytes: number) {
		super(`The attachment is longer than ${limitBytes} bytes.`);
		this.name = 'AttachmentTooLarge';
		this.limitBytes = limitBytes;
	}
}

/** A document id longer than `MAX_ID_BYTES` in UTF-8. */
export class IdTooLong extends Error {
	readonly code = 'store.id_too_long';

	constructor() {
		super(`A document id may have at most ${MAX_ID_BYTES} bytes.`);
		this.name = 'IdTooLong';
	}
}

/** Longest document id in UTF-8 bytes: an LMDB key has at most 1,978, and a prefix comes before the id. */
export const MAX_ID_BYTES = 1_500;

/** The disk refused a write (full, broken); nothing of the batch was kept. */
export class WriteFailed extends Error {
	readonly code = 'store.write_failed';

	constructor(cause: unknown) {
		super('The store could not write to its disk.', { cause });
		this.name = 'WriteFailed';
	}
}

/** The database server the store lies on does not answer, or not as it should. */
export class StoreUnreachable extends Error {
	readonly code = 'store.unreachable';

	constructor(cause: unknown) {
		super('The database server can not be reached.', { cause });
		this.name = 'StoreUnreachable';
	}
}

/** What lies on the disk is not what was written there. */
export class DataDamaged extends Error {
	readonly code = 'store.damaged';

	/** @param what that is damaged, such as `the content of a revision`; it names no person. */
	constructor(what: string) {
		super(`The stored data is damaged: ${what}.`);
		this.name = 'DataDamaged';
	}
}

/** The folder can't be used as a store; the message is a sentence for whoever starts the server. */
export class FolderUnusable extends Error {
	readonly code = 'store.folder_unusable';

	constructor(sentence: string) {
		super(sentence);
		this.name = 'FolderUnusable';
	}
}

/** The disk, or the quota on it, is full; nothing of the write was kept. */
export class StorageFull extends Error {
	readonly code = 'store.full';

	constructor(cause: unknown) {
		super('The disk of the store is full.', { cause });
		this.name = 'StorageFull';
	}
}

/** `StorageFull` for what the system says of a full disk; anything else as it is. */
export function diskErrorOf(error: unknown): unknown {
	return isDiskFull(error) ? new StorageFull(error) : error;
}

/** EFBIG: a file may not grow further, which a process is told by its limits. LMDB gives numbers and words. */
function isDiskFull(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const code = 'code' in error ? error.code : null;
	return (
		code === 'ENOSPC' ||
		code === 'EDQUOT' ||
		code === 'EFBIG' ||
		/^(No space left on device|Disk quota exceeded|File too large)|MDB_MAP_FULL/.test(error.message)
	);
}
