export type StorageErrorCode =
	| 'storage.not_found'
	| 'storage.exists'
	| 'storage.full'
	| 'storage.read_only'
	| 'storage.key_unreadable'
	| 'storage.locked'
	| 'storage.newer_app';

/** The device's store could not do what was asked; nothing was half-written. */
export class StorageError extends Error {
	readonly code: StorageErrorCode;

	constructor(code: StorageErrorCode, options?: ErrorOptions) {
		super(code, options);
		this.name = 'StorageError';
		this.code = code;
	}
}

/** Runs a write; a full disk becomes `storage.full`. IndexedDB undoes the whole transaction then. */
export async function whileThereIsRoom<T>(write: () => Promise<T>): Promise<T> {
	try {
		return await write();
	} catch (error) {
		if (isQuotaExceeded(error)) throw new StorageError('storage.full', { cause: error });
		throw error;
	}
}

/** Dexie wraps the browser's error, sometimes twice, and bulk writes list theirs. */
function isQuotaExceeded(error: unknown, depth = 0): boolean {
	if (typeof error !== 'object' || error === null || depth > 3) return false;
	const { name, inner, failures } = error as {
		name?: unknown;
		inner?: unknown;
		failures?: unknown;
	};
	return (
		name === 'QuotaExceededError' ||
		isQuotaExceeded(inner, depth + 1) ||
		(Array.isArray(failures) && failures.some((failure) => isQuotaExceeded(failure, depth + 1)))
	);
}
