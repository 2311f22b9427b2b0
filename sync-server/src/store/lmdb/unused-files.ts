import type { FilesOnDisk } from '../attachment-files.ts';
import type { Committer } from './committer.ts';
import type { Environment } from './environment.ts';
import {
	forgetFile,
	GRACE_MS,
	isCounted,
	isReferenced,
	markUnused,
	unusedFiles,
	type FileName
} from './file-references.ts';

const FILES_PER_STEP = 200;

export interface UnusedFilesParts {
	environment: Environment;
	committer: Committer;
	files: FilesOnDisk;
	now: () => number;
	/** While a backup copies files, none goes. */
	isBackedUp: () => boolean;
}

/**
 * Unlinks files that no body names since an hour. It happens inside the transaction that forgets them, so that nobody
 * takes up the file in between; a crash after it leaves a forgotten name, which costs nothing.
 */
export async function unlinkUnused(parts: UnusedFilesParts, stop: AbortSignal): Promise<void> {
	const { environment, now } = parts;
	while (!stop.aborted && !parts.isBackedUp()) {
		const before = now() - GRACE_MS;
		const unused = unusedFiles(environment.tables, before, FILES_PER_STEP);
		if (unused.length === 0) return;
		await unlinkFiles(parts, unused);
		if (unused.length < FILES_PER_STEP) return;
	}
}

/** Unlinks those of the files that still nobody names. */
export async function unlinkFiles(
	{ committer, files, isBackedUp }: UnusedFilesParts,
	names: Iterable<FileName>
): Promise<void> {
	await committer.commit((draft) => {
		for (const name of names) {
			if (isReferenced(draft, name) || isBackedUp()) continue;
			files.unlinkNow(name.company, name.sha256);
			forgetFile(draft, name);
		}
	});
}

/** Finds files the store does not count, such as those of a crash between bytes and document; they get their hour. */
export async function findOrphans(
	{ environment, committer, files, now }: UnusedFilesParts,
	stop: AbortSignal
): Promise<void> {
	for await (const names of files.list()) {
		if (stop.aborted) return;
		await environment.exchanging;
		const orphans = names.filter((name) => !isCounted(environment.tables, name));
		if (orphans.length === 0) continue;
		await committer.commit((draft) => {
			for (const name of orphans) if (!isReferenced(draft, name)) markUnused(draft, name, now());
		});
	}
}
