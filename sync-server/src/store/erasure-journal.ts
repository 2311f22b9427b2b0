/**
 * What was erased for good, one JSON line each, in a file of its own that no backup contains: a restore replays it, so
 * that nothing erased comes back with last week's data. It holds names and ids, never content.
 */

import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DataDamaged, diskErrorOf } from './store-errors.ts';
import { syncDirectory } from './sync-to-disk.ts';

/** A document. */
export interface Erasure {
	database: string;
	id: string;
}

interface JournalHead {
	journal: 'outlay-erasures';
	/** The store it belongs to. */
	store: string;
}

/** Throws `DataDamaged` when the file is something else or was cut; a half last line is what a crash leaves. */
export async function readJournal(
	file: string
): Promise<{ store: string; erasures: Erasure[] } | null> {
	const text = await readFile(file, 'utf8').catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	});
	if (text === null) return null;
	const lines = text.split('\n');
	// What comes after the last newline was never acknowledged.
	lines.pop();
	try {
		const [head, ...rest] = lines.map((line) => JSON.parse(line) as unknown);
		if ((head as JournalHead).journal !== 'outlay-erasures') throw new TypeError('another file');
		return { store: (head as JournalHead).store, erasures: rest as Erasure[] };
	} catch {
		throw new DataDamaged('the journal of erasures');
	}
}

/** Starts the journal of a store where there is none. */
export async function startJournal(file: string, store: string): Promise<void> {
	if ((await readJournal(file)) !== null) return;
	const head: JournalHead = { journal: 'outlay-erasures', store };
	await append(file, `${JSON.stringify(head)}\n`);
	await syncDirectory(path.dirname(file));
}

/** Notes erasures before they are done; flushed when it resolves. */
export async function journalErasures(file: string, erasures: readonly Erasure[]): Promise<void> {
	await append(
		file,
		erasures.map(({ database, id }) => `${JSON.stringify({ database, id })}\n`).join('')
	);
}

async function append(file: string, text: string): Promise<void> {
	try {
		const handle = await open(file, 'a+', 0o600);
		try {
			// A crash may have left half a line.
			const before = await handle.readFile();
			await handle.truncate(before.lastIndexOf('\n') + 1);
			await handle.appendFile(text);
			await handle.sync();
		} finally {
			await handle.close();
		}
	} catch (error) {
		throw diskErrorOf(error);
	}
}
