/** How safe and how full the browser's storage is. */
export interface StoragePersistence {
	/** Asks the browser never to clear this app's data by itself; true when it promises. Safe to ask again. */
	persist(): Promise<boolean>;
	/** Bytes in use and bytes allowed, both estimates; null where the browser doesn't say. */
	estimate(): Promise<{ usedBytes: number; quotaBytes: number } | null>;
}

export function createStoragePersistence(): StoragePersistence {
	// Missing on addresses without TLS, whatever the type says.
	const storage = navigator.storage as StorageManager | undefined;
	return {
		async persist() {
			if (!storage) return false;
			return (await storage.persisted()) || (await storage.persist());
		},
		async estimate() {
			const { usage, quota } = (await storage?.estimate()) ?? {};
			return usage === undefined || quota === undefined
				? null
				: { usedBytes: usage, quotaBytes: quota };
		}
	};
}
