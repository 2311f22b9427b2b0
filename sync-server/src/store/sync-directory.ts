import { open } from 'node:fs/promises';

/** Flushes a directory: a new or renamed file is on disk only when its directory is. */
export async function syncDirectory(directory: string): Promise<void> {
	const handle = await open(directory, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
