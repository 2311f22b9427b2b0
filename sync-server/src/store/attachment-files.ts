/**
 * Attachment bytes as files named by their content: `<root>/<company>/<sha256[0:2]>/<sha256>`. A name appears
 * only once its bytes and its directory entry are on disk, so a crash leaves whole files or none.
 */

import { createHash, randomUUID } from 'node:crypto';
import { closeSync, constants, createReadStream, existsSync, rmSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { flushData, openFile, renameFile, writeAll } from './disk-calls.ts';
import type { AttachmentFiles, FileFacts, IncomingFile } from './document-store.ts';
import { FactsOf } from './file-facts.ts';
import { AttachmentTooLarge, diskErrorOf } from './store-errors.ts';
import { syncDirectory } from './sync-directory.ts';

const SHA256 = /^[0-9a-f]{64}$/;
const COMPANY = /^(?:_|[a-z0-9]{1,26})$/;

export interface FilesOnDisk extends AttachmentFiles {
	/** Whether the file is there; for within a transaction. */
	hasNow(company: string, sha256: string): boolean;
	/** Removes a file; one that is gone already is no failure. For within a transaction. */
	unlinkNow(company: string, sha256: string): void;
	/** Names of all files, a directory at a time. */
	list(): AsyncGenerator<{ company: string; sha256: string }[]>;
	pathOf(company: string, sha256: string): string | null;
	/** A stream of the bytes, or null when they are not there. `range` is inclusive, in bytes. */
	read(
		company: string,
		sha256: string,
		range?: { start: number; end: number }
	): Promise<AsyncIterable<Uint8Array> | null>;
}

/** Opens the files below `root`, and takes out what a crash left half written. */
export async function openAttachmentFiles(root: string): Promise<FilesOnDisk> {
	// A dot keeps it apart from companies, which have none.
	const incoming = path.join(root, '.incoming');
	await rm(incoming, { recursive: true, force: true });
	await mkdir(incoming, { recursive: true });
	await syncDirectory(root);
	/** Directories known to be on disk, so that each is made and synced once. */
	const made = new Set<string>();

	/** Makes a directory; those that hold it and are still to be synced, so that it outlives a crash, are given back. */
	async function makeDirectory(directory: string): Promise<string[]> {
		if (made.has(directory)) return [];
		await mkdir(directory, { recursive: true });
		const company = path.dirname(directory);
		return [company, path.dirname(company)];
	}

	function fileOf(company: string, sha256: string): string | null {
		if (!SHA256.test(sha256) || !COMPANY.test(company)) return null;
		return path.join(root, company, sha256.slice(0, 2), sha256);
	}

	async function receive(
		company: string,
		bytes: AsyncIterable<Uint8Array> | Uint8Array,
		limitBytes: number,
		known?: FileFacts
	): Promise<IncomingFile> {
		const temporary = path.join(incoming, randomUUID());
		let hasItsName = false;
		const discard = async () => {
			if (!hasItsName) await rm(temporary, { force: true });
		};
		const writing =
			bytes instanceof Uint8Array
				? writeAtOnce(temporary, bytes, limitBytes, known ?? new FactsOf(bytes))
				: writeAsItComes(temporary, bytes, limitBytes);
		const facts = await writing.catch(async (error: unknown) => {
			await discard();
			throw diskErrorOf(error);
		});
		return {
			...facts,
			discard,
			async keep() {
				const file = fileOf(company, facts.sha256);
				if (!file) throw new TypeError(`Not the name of a company: ${company}`);
				try {
					const directory = path.dirname(file);
					const parents = await makeDirectory(directory);
					await renameFile(temporary, file);
					hasItsName = true;
					// All at once: each waits for the disk.
					await Promise.all([directory, ...parents].map(syncDirectory));
					made.add(directory);
				} catch (error) {
					throw diskErrorOf(error);
				}
			}
		};
	}

	return {
		receive: (company, bytes, limitBytes) => receive(company, bytes, limitBytes),

		async write(company, bytes, limitBytes, known) {
			const file = await receive(company, bytes, limitBytes, known);
			try {
				await file.keep();
			} finally {
				await file.discard();
			}
			const { digest, length, sha256 } = file;
			return { digest, length, sha256 };
		},

		hasNow(company, sha256) {
			const file = fileOf(company, sha256);
			return file !== null && existsSync(file);
		},

		unlinkNow(company, sha256) {
			const file = fileOf(company, sha256);
			if (file) rmSync(file, { force: true });
		},

		async *list() {
			for (const company of await namesIn(root)) {
				if (!COMPANY.test(company)) continue;
				for (const part of await namesIn(path.join(root, company))) {
					const names = await namesIn(path.join(root, company, part));
					yield names.filter((name) => SHA256.test(name)).map((sha256) => ({ company, sha256 }));
				}
			}
		},

		pathOf: fileOf,

		async read(company, sha256, range) {
			const file = fileOf(company, sha256);
			const fd = file === null ? null : await openIfThere(file);
			if (fd === null) return null;
			return createReadStream('', { fd, ...(range ? { start: range.start, end: range.end } : {}) });
		}
	};
}

/** For writing, and only if it is new. */
const NEW_FILE = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;
const OWNER_ALONE = 0o600;

/** Bytes in memory: one call writes and flushes them, and they are hashed meanwhile. */
async function writeAtOnce(
	temporary: string,
	bytes: Uint8Array,
	limitBytes: number,
	known: FileFacts
): Promise<FileFacts> {
	if (bytes.byteLength > limitBytes) throw new AttachmentTooLarge(limitBytes);
	const file = await openFile(temporary, NEW_FILE | constants.O_DSYNC, OWNER_ALONE);
	try {
		const written = writeAll(file, bytes);
		const { digest, length, sha256 } = known;
		await written;
		return { digest, length, sha256 };
	} finally {
		closeSync(file);
	}
}

/** Bytes that arrive meanwhile are gathered up to so many. */
const WRITTEN_AT_ONCE = 64 * 1024;

async function writeAsItComes(
	temporary: string,
	bytes: AsyncIterable<Uint8Array>,
	limitBytes: number
): Promise<FileFacts> {
	const sha256 = createHash('sha256');
	const md5 = createHash('md5');
	let length = 0;
	let waiting: Uint8Array[] = [];
	let waitingBytes = 0;
	let writing = Promise.resolve();
	const file = await openFile(temporary, NEW_FILE, OWNER_ALONE);
	const writeWaiting = async () => {
		const [first] = waiting;
		const some = waiting.length === 1 && first ? first : Buffer.concat(waiting);
		waiting = [];
		waitingBytes = 0;
		await writing;
		writing = writeAll(file, some);
		// Whoever waits for it next is told; nobody may be waiting yet.
		writing.catch(() => undefined);
	};
	try {
		for await (const chunk of bytes) {
			length += chunk.byteLength;
			if (length > limitBytes) throw new AttachmentTooLarge(limitBytes);
			waiting.push(chunk);
			waitingBytes += chunk.byteLength;
			if (waitingBytes >= WRITTEN_AT_ONCE) await writeWaiting();
			sha256.update(chunk);
			md5.update(chunk);
		}
		if (waitingBytes > 0) await writeWaiting();
		await writing;
		await flushData(file);
	} finally {
		// A write under way must not find another file behind its number.
		await writing.catch(() => undefined);
		closeSync(file);
	}
	return { digest: `md5-${md5.digest('base64')}`, length, sha256: sha256.digest('hex') };
}

async function namesIn(directory: string): Promise<string[]> {
	return (await readdir(directory).catch(() => [])).sort();
}

async function openIfThere(file: string): Promise<number | null> {
	try {
		return await openFile(file, 'r');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	}
}
