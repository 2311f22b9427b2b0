/**
 * A copy of an embedded store in a folder of its own: the documents of one moment, every file they name, and a
 * manifest that is written last. The journal of erasures is not in it: it must outlive what a restore brings back.
 */

import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { journalErasures, readJournal, startJournal } from '../erasure-journal.ts';
import { DataDamaged, FolderUnusable } from '../store-errors.ts';
import { syncDirectory } from '../sync-to-disk.ts';
import { companyOf } from '../company-of.ts';
import { checkStore, type StoreCount } from './check-store.ts';
import { Committer, type Draft } from './committer.ts';
import { dataFolder, inspectFolder } from './data-folder.ts';
import { Environment } from './environment.ts';
import { eraseDocument } from './erase-documents.ts';
import { countedFiles } from './file-references.ts';
import { newEpoch, readStoreRecord, saveStoreRecord } from './store-record.ts';
import { fromBytes, nameKey, openTables, toBytes, type DatabaseRecord } from './tables.ts';

const MANIFEST = 'backup.json';

interface Manifest {
	backup: 'outlay';
	store: string;
	takenAt: string;
	files: number;
}

/**
 * Copies the store in `from`, which may be in use (`holdStill`), to the empty or new folder `to`. Throws
 * `FolderUnusable`.
 */
export async function backUp(from: string, to: string, nowMs: number): Promise<Manifest> {
	if (!(await inspectFolder(from))) {
		throw new FolderUnusable(`${from} holds no documents.mdb: there is nothing to back up.`);
	}
	await requireEmpty(to);
	const [source, target] = [dataFolder(from), dataFolder(to)];
	await mkdir(target.files, { recursive: true, mode: 0o700 });
	const running = new Environment(source.documents, { readOnly: true });
	try {
		await running.copyTo(target.documents);
	} finally {
		await running.close();
	}
	const { root, tables } = openTables(target.documents, { readOnly: true });
	const own = readStoreRecord(tables);
	const named = [...countedFiles(tables)].filter(({ count }) => count > 0);
	await root.close();
	await rm(`${target.documents}-lock`, { force: true });
	for (const { company, sha256 } of named) {
		await copyDurably(
			path.join(source.files, company, sha256.slice(0, 2), sha256),
			path.join(target.files, company, sha256.slice(0, 2), sha256)
		);
	}
	const manifest: Manifest = {
		backup: 'outlay',
		store: own?.uuid ?? '',
		takenAt: new Date(nowMs).toISOString(),
		files: named.length
	};
	const file = path.join(to, MANIFEST);
	await writeFile(`${file}.new`, `${JSON.stringify(manifest, null, '\t')}\n`, { flush: true });
	await rename(`${file}.new`, file);
	await syncDirectory(to);
	return manifest;
}

export interface Restored {
	takenAt: string;
	count: StoreCount;
	/** How many erasures were done again; null when there was no journal. */
	erasures: number | null;
}

/**
 * Brings a backup into an empty or new folder, which a server can then be started on. Its sequences get another epoch,
 * so that whoever knew newer ones reads, and offers, everything again; what was erased since is erased again.
 *
 * @param journal the journal of erasures; null where it is known that there is none.
 */
export async function restore(
	from: string,
	to: string,
	journal: string | null,
	nowMs: number
): Promise<Restored> {
	const manifest = await readManifest(from);
	const erasures = journal === null ? null : await readJournal(journal);
	if (journal !== null && erasures === null) throw new FolderUnusable(`${journal} is not there.`);
	if (erasures && erasures.store !== manifest.store) {
		throw new FolderUnusable(`${journal} is the journal of erasures of another store.`);
	}
	const damages: string[] = [];
	const count = await checkStore(from, (damage) => damages.push(damage));
	await rm(`${dataFolder(from).documents}-lock`, { force: true });
	if (damages.length > 0) {
		throw new FolderUnusable(`The backup in ${from} is damaged. ${damages.slice(0, 5).join(' ')}`);
	}
	const [source, target] = [dataFolder(from), dataFolder(to)];
	await requireEmpty(to, [path.basename(target.erasures), 'server.sock']);
	await mkdir(target.files, { recursive: true, mode: 0o700 });
	await copyTree(source.files, target.files);

	// Under another name until all is done: half of it is refused at the start.
	const half = path.join(to, 'documents.restoring');
	await copyDurably(source.documents, half);
	const environment = new Environment(half);
	const committer = new Committer(environment);
	await committer.commit((draft) => {
		const own = readStoreRecord(draft);
		if (own) saveStoreRecord(draft, { ...own, epoch: newEpoch() });
	});
	for (const { database, id } of erasures?.erasures ?? []) {
		await committer.commit((draft) => {
			const record = recordOf(draft, database);
			const company = companyOf(database);
			eraseDocument(
				{ draft, database: record, company, nowMs, isOnDisk: () => false, designsChanged: false },
				id
			);
			draft.put('databases', nameKey(database), toBytes(record));
		});
	}
	for (const { company, sha256, count: times } of countedFiles(environment.tables)) {
		if (times === 0)
			await rm(path.join(target.files, company, sha256.slice(0, 2), sha256), { force: true });
	}
	await environment.copyTo(`${half}.compact`);
	await environment.close();
	await startJournal(target.erasures, manifest.store);
	if (erasures && path.resolve(journal ?? '') !== path.resolve(target.erasures)) {
		await journalErasures(target.erasures, erasures.erasures);
	}
	await rm(half);
	await rm(`${half}-lock`, { force: true });
	await rename(`${half}.compact`, target.documents);
	await syncDirectory(to);
	return { takenAt: manifest.takenAt, count, erasures: erasures?.erasures.length ?? null };
}

/** A database that is newer than the backup is begun, so that what was erased there stays refused. */
function recordOf(draft: Draft, name: string): DatabaseRecord {
	const bytes = draft.get('databases', nameKey(name));
	if (bytes) return fromBytes<DatabaseRecord>(bytes);
	const own = readStoreRecord(draft);
	if (!own) throw new DataDamaged("the store's own record");
	saveStoreRecord(draft, { ...own, nextNo: own.nextNo + 1 });
	return { no: own.nextNo, seq: 0, docs: 0, deleted: 0, bytes: 0 };
}

async function readManifest(directory: string): Promise<Manifest> {
	const text = await readFile(path.join(directory, MANIFEST), 'utf8').catch(() => null);
	if (text === null) {
		throw new FolderUnusable(
			`${directory} is no whole backup: it has no ${MANIFEST}, which is written last.`
		);
	}
	try {
		const manifest = JSON.parse(text) as Manifest;
		if (manifest.backup === 'outlay') return manifest;
	} catch {
		// Said below.
	}
	throw new FolderUnusable(`${path.join(directory, MANIFEST)} is damaged.`);
}

async function requireEmpty(directory: string, tolerated: readonly string[] = []): Promise<void> {
	await mkdir(directory, { recursive: true, mode: 0o700 });
	const names = (await readdir(directory)).filter((name) => !tolerated.includes(name));
	if (names.length > 0) {
		throw new FolderUnusable(
			`${directory} is not empty: it holds ${names.slice(0, 3).join(', ')}. Name an empty or a new folder.`
		);
	}
}

async function copyTree(from: string, to: string): Promise<void> {
	for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const file = path.join(entry.parentPath, entry.name);
		await copyDurably(file, path.join(to, path.relative(from, file)));
	}
}

async function copyDurably(from: string, to: string): Promise<void> {
	await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
	await copyFile(from, to, constants.COPYFILE_FICLONE);
	const handle = await open(to, 'r+');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
	await syncDirectory(path.dirname(to));
}
