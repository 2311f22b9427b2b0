import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { openAttachmentFiles } from '../attachment-files.ts';
import type { DatabaseEvent, DocumentStore } from '../document-store.ts';
import { journalErasures, readJournal, startJournal, type Erasure } from '../erasure-journal.ts';
import { FolderUnusable } from '../store-errors.ts';
import { syncDirectory } from '../sync-to-disk.ts';
import { Bells } from '../bells.ts';
import { Committer, type Draft } from './committer.ts';
import { dataFolder, inspectFolder } from './data-folder.ts';
import type { FileName } from './file-references.ts';
import { clearDropped, forgetDatabase } from './dropped-databases.ts';
import { Environment } from './environment.ts';
import { LmdbIndexes } from './index-blocks.ts';
import { LmdbDatabase } from './lmdb-database.ts';
import { RememberedDesigns } from './remembered-designs.ts';
import type { StoreParts } from './store-parts.ts';
import {
	FORMAT,
	newStoreRecord,
	readStoreRecord,
	saveStoreRecord,
	upgradeStore
} from './store-record.ts';
import { fromBytes, nameKey, toBytes, type DatabaseRecord, type TableOptions } from './tables.ts';
import { PendingCounts } from './pending-counts.ts';
import { findOrphans, unlinkFiles, unlinkUnused } from './unused-files.ts';

export interface LmdbStoreOptions {
	/** The clock in milliseconds. */
	now?: () => number;
	/** Where erasures are journalled, when not in the folder: backups don't contain it. */
	erasureJournal?: string;
	/** Whether somebody copies the folder just now, so that no file may go. */
	isBackedUp?: () => boolean;
	/** Only for tests: see `TableOptions`. */
	lmdb?: TableOptions;
}

export interface LmdbStore extends DocumentStore {
	/** Unlinks files that nobody names since an hour; done every ten minutes by itself. */
	unlinkUnusedFiles(): Promise<void>;
	/** Looks for files nobody counts; done at every start and each day by itself. */
	findOrphanedFiles(): Promise<void>;
}

const UNLINK_EVERY_MS = 10 * 60 * 1000;
const ORPHANS_EVERY_MS = 24 * 60 * 60 * 1000;

/**
 * Opens, or starts, the embedded store: `<directory>/documents.mdb` and `<directory>/files/`, and
 * `<directory>/indexes.mdb`, which can be made again from them. One process may have it open at a time. Throws `FolderUnusable` with a sentence for a damaged or foreign folder.
 */
export async function openLmdbStore(
	directory: string,
	options: LmdbStoreOptions = {}
): Promise<LmdbStore> {
	const { now = Date.now, isBackedUp = () => false } = options;
	await mkdir(directory, { recursive: true, mode: 0o700 });
	const folder = dataFolder(directory, options.erasureJournal);
	const isOld = await inspectFolder(directory);
	// A crash in the middle of compacting; what it was copied from is whole.
	await rm(`${folder.documents}.compact`, { force: true });
	const environment = openEnvironment(folder.documents, options.lmdb);
	const { tables } = environment;
	const committer = new Committer(environment);
	const files = await openAttachmentFiles(folder.files);
	await syncDirectory(directory);
	const indexes = await LmdbIndexes.open(path.join(directory, 'indexes.mdb'));

	const close = async () => {
		await environment.close();
		await indexes.close();
	};

	const own = await committer.commit((draft) => {
		const record = readStoreRecord(draft);
		if (record === null) {
			if (isOld && tables.databases.getKeysCount() > 0) return null;
			const fresh = newStoreRecord();
			saveStoreRecord(draft, fresh);
			return fresh;
		}
		const format = record.format ?? 1;
		return format < FORMAT ? upgradeStore(draft, tables, record) : record;
	});
	if (own === null || (own.format ?? 1) > FORMAT) {
		await close();
		throw new FolderUnusable(
			own === null
				? `${folder.documents} is damaged: its own record is gone. Restore a backup (npm run restore).`
				: `${directory} was written by a newer version of Outlay. Start that version.`
		);
	}
	const { uuid, epoch } = own;
	const theirs = await openJournal(folder.erasures, uuid).catch(async (error: unknown) => {
		await close();
		throw error;
	});
	if (theirs !== null) {
		await close();
		throw new FolderUnusable(theirs);
	}

	const bells = new Bells();
	const listeners = new Set<(database: string, event: DatabaseEvent) => void>();
	const tell = (database: string, event: DatabaseEvent) => {
		bells.ring(database);
		for (const listener of [...listeners]) listener(database, event);
	};
	const unused = { environment, committer, files, now, isBackedUp };
	const parts: StoreParts = {
		environment,
		committer,
		indexes,
		files,
		now,
		epoch,
		pendingCounts: new PendingCounts(),
		designs: new RememberedDesigns(),
		ring: (database) => tell(database, 'updated'),
		listen: (database, ring) => bells.listen(database, ring),

		async erase(erasures: readonly Erasure[], deed) {
			await journalErasures(folder.erasures, erasures);
			await unlinkFiles(unused, await deed());
			await committer.pause(() => environment.compact());
			// Indexes repeat what documents say; they are made again from what is left.
			await indexes.startAnew();
		}
	};
	const closing = new AbortController();
	let background = clearDropped(parts, closing.signal).then(() =>
		findOrphans(unused, closing.signal)
	);
	/** One thing after the other; the next tries again what failed, such as on a full disk. */
	const inBackground = (deed: () => Promise<void>) => {
		background = background.catch(() => undefined).then(deed);
		return background;
	};
	const unlinkUnusedFiles = () => inBackground(() => unlinkUnused(unused, closing.signal));
	const findOrphanedFiles = () => inBackground(() => findOrphans(unused, closing.signal));
	const timers = [
		setInterval(() => void unlinkUnusedFiles().catch(() => undefined), UNLINK_EVERY_MS).unref(),
		setInterval(() => void findOrphanedFiles().catch(() => undefined), ORPHANS_EVERY_MS).unref()
	];

	function recordOf(name: string, draft?: Draft): DatabaseRecord | null {
		if (name === '' || Buffer.byteLength(name) > MAX_NAME_BYTES) return null;
		const bytes = draft
			? draft.get('databases', nameKey(name))
			: tables.databases.get(nameKey(name));
		return bytes ? fromBytes<DatabaseRecord>(bytes) : null;
	}

	return {
		uuid,
		files,
		isShared: false,
		unlinkUnusedFiles,
		findOrphanedFiles,

		async create(name) {
			if (name === '' || Buffer.byteLength(name) > MAX_NAME_BYTES) {
				throw new TypeError('Not the name of a database.');
			}
			const created = await committer.commit((draft) => {
				if (recordOf(name, draft)) return false;
				const store = readStoreRecord(draft) ?? own;
				const record: DatabaseRecord = { no: store.nextNo, seq: 0, docs: 0, deleted: 0, bytes: 0 };
				saveStoreRecord(draft, { ...store, nextNo: store.nextNo + 1 });
				draft.put('databases', nameKey(name), toBytes(record));
				return true;
			});
			if (created) tell(name, 'created');
			return created;
		},

		async drop(name) {
			const dropped = await committer.commit((draft) => {
				const record = recordOf(name, draft);
				if (!record) return false;
				forgetDatabase(draft, name, record.no);
				return true;
			});
			if (dropped) {
				tell(name, 'deleted');
				void inBackground(() => clearDropped(parts, closing.signal)).catch(() => undefined);
			}
			return dropped;
		},

		async open(name) {
			await environment.exchanging;
			const record = recordOf(name);
			return record && new LmdbDatabase(parts, name, record.no);
		},

		async names() {
			await environment.exchanging;
			return [...tables.databases.getKeys()].map((key) => key.toString());
		},

		async erase(idsByDatabase) {
			await environment.exchanging;
			const there = [...idsByDatabase].flatMap(([name, ids]) => {
				const record = recordOf(name);
				return record ? [{ database: new LmdbDatabase(parts, name, record.no), ids }] : [];
			});
			const erasures = there.flatMap(({ database, ids }) =>
				ids.map((id) => ({ database: database.name, id }))
			);
			await parts.erase(erasures, async () => {
				const named: FileName[] = [];
				for (const { database, ids } of there) named.push(...(await database.leaveTombstones(ids)));
				return named;
			});
		},

		onWrite(ring) {
			const listener = (database: string, event: DatabaseEvent) => ring(database, event);
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},

		async close() {
			closing.abort();
			for (const timer of timers) clearInterval(timer);
			await background.catch(() => undefined);
			await committer.idle();
			await close();
		}
	};
}

/** Reads the journal of erasures, or begins it; a sentence when it can't be this store's. */
async function openJournal(file: string, uuid: string): Promise<string | null> {
	try {
		const journal = await readJournal(file);
		if (journal !== null && journal.store !== uuid) {
			return `${file} is the journal of erasures of another store. Put the right one in its place.`;
		}
		await startJournal(file, uuid);
		return null;
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : '';
		if (!UNWRITABLE.has(code)) throw error;
		return `${file} can not be written: erasures are journalled there. Set OUTLAY_ERASURES to a file that can.`;
	}
}

const UNWRITABLE = new Set(['EACCES', 'EISDIR', 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS']);

/** Longest database name, as CouchDB has it. */
const MAX_NAME_BYTES = 238;

function openEnvironment(file: string, options?: TableOptions): Environment {
	try {
		return new Environment(file, options);
	} catch (error) {
		if (
			error instanceof Error &&
			/MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PANIC)/.test(error.message)
		) {
			throw new FolderUnusable(
				`${file} is damaged, or no file of Outlay. Restore a backup (npm run restore), or set ` +
					'OUTLAY_DATA to another folder.'
			);
		}
		throw error;
	}
}
