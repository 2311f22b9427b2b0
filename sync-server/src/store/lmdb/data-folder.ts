/** What lies where in the data folder, and whether a folder can be one. */

import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { FolderUnusable } from '../store-errors.ts';

export interface DataFolder {
	documents: string;
	files: string;
	erasures: string;
}

/** @param erasures where the journal lies, when not in the folder itself. */
export function dataFolder(directory: string, erasures?: string): DataFolder {
	return {
		documents: path.join(directory, 'documents.mdb'),
		files: path.join(directory, 'files'),
		erasures: erasures ?? path.join(directory, 'erasures.jsonl')
	};
}

/** What a folder that holds no documents yet may have in it. */
const HARMLESS =
	/^(server\.sock|regions|staged|stores|erasures\.jsonl|indexes\..*|lost\+found|\..*)$/;

/**
 * Refuses, with a `FolderUnusable`, a folder that holds something else, half a restored backup, or a file of
 * documents that is cut off or was written by something else. True when documents are there.
 */
export async function inspectFolder(directory: string): Promise<boolean> {
	const names = await readdir(directory).catch((): string[] => []);
	if (names.includes('documents.mdb')) {
		await inspectDocuments(directory);
		return true;
	}
	if (names.some((name) => name.startsWith('documents.'))) {
		throw new FolderUnusable(
			`${directory} holds a backup that was not restored to its end. Empty it and restore again.`
		);
	}
	const foreign = names.filter((name) => !HARMLESS.test(name));
	// A start that was cut off leaves an empty folder for files.
	if (foreign.length === 0 || (foreign.length === 1 && foreign[0] === 'files')) return false;
	throw new FolderUnusable(
		`${directory} is not a data folder of Outlay: it holds ${foreign.slice(0, 3).join(', ')}` +
			`${foreign.length > 3 ? ' and more' : ''}, and no documents.mdb. ` +
			'Set OUTLAY_DATA to an empty folder, or to the right one.'
	);
}

/** As the fork of LMDB that `lmdb` builds has it. */
const PAGE_HEADER_BYTES = 24;
const MAGIC = 0xbeefc0de;
/** Offsets in LMDB's meta page after the page header (mdb.c, `MDB_meta`): magic, page size, last page. */
const PAGE_SIZE_AT = 24;
const LAST_PAGE_AT = 120;

async function inspectDocuments(directory: string): Promise<void> {
	const file = path.join(directory, 'documents.mdb');
	const handle = await open(file, 'r');
	try {
		const { size } = await handle.stat();
		const head = Buffer.alloc(PAGE_HEADER_BYTES + 144);
		const { bytesRead } = await handle.read(head, 0, head.length, 0);
		const meta = head.subarray(PAGE_HEADER_BYTES);
		if (bytesRead < head.length || meta.readUInt32LE(0) !== MAGIC) {
			throw new FolderUnusable(
				`${file} is damaged, or no file of Outlay. Restore a backup (npm run restore), or set ` +
					'OUTLAY_DATA to another folder.'
			);
		}
		const pageBytes = meta.readUInt32LE(PAGE_SIZE_AT);
		const second = Buffer.alloc(PAGE_HEADER_BYTES + 144);
		await handle.read(second, 0, second.length, pageBytes);
		// A commit writes the other meta page; the one that is older may speak of fewer pages.
		const lastPages = [meta, second.subarray(PAGE_HEADER_BYTES)].map((each) =>
			Number(each.readBigUInt64LE(LAST_PAGE_AT))
		);
		if (size < (Math.min(...lastPages) + 1) * pageBytes) {
			throw new FolderUnusable(
				`${file} is cut off: ${size} bytes are there, more were written. Restore a backup ` +
					'(npm run restore).'
			);
		}
	} finally {
		await handle.close();
	}
}
