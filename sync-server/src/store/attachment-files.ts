/**
 * Attachment bytes as files named by their content: `<root>/<company>/<sha256[0:2]>/<sha256>`. `keep` resolves once the
 * bytes and their name are on disk. After a crash in the midst of it the name may stand over bytes that are not whole:
 * no document names such a file, and whoever brings the same bytes again replaces it.
 */

import { createHash, randomUUID } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeAll } from './disk-calls.ts';
import type { AttachmentFiles, FileFacts, IncomingFile } from './received-files.ts';
import { FactsOf } from './file-facts.ts';
import { AttachmentTooLarge, diskErrorOf } from './store-errors.ts';
import { streamFile } from './stream-file.ts';
import { syncDirectory, syncFile } from './sync-to-disk.ts';

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

	/** How many directories of a company were made or found here. */
	const madeOf = new Map<string, number>();
	/** Names that files are being given just now, and by how many. */
	const underway = new Map<string, number>();

	/** Makes a directory; those that hold it and are still to be synced, so that it outlives a crash, are given back. */
	async function makeDirectory(directory: string): Promise<string[]> {
		if (made.has(directory)) return [];
		await mkdir(directory, { recursive: true });
		const company = path.dirname(directory);
		const count = (madeOf.get(company) ?? 0) + 1;
		madeOf.set(company, count);
		if (count === FEW_DIRECTORIES) await makeAllDirectories(company);
		return [company, path.dirname(company)];
	}

	/** Whoever fills a few will fill them all: made and synced at once they cost what one of them does. */
	async function makeAllDirectories(company: string): Promise<void> {
		const all = Array.from({ length: 256 }, (_, n) =>
			path.join(company, n.toString(16).padStart(2, '0'))
		);
		await Promise.all(all.map((directory) => mkdir(directory, { recursive: true })));
		await Promise.all([company, path.dirname(company)].map(syncDirectory));
		for (const directory of all) made.add(directory);
	}

	/** Gives written bytes their name, and resolves when both are on disk. */
	async function nameFile(temporary: string, file: string): Promise<void> {
		const directory = path.dirname(file);
		const parents = await makeDirectory(directory);
		const others = underway.get(file) ?? 0;
		const mayReplace = others > 0 || existsSync(file);
		underway.set(file, others + 1);
		try {
			// Documents may rely on what has the name already: only bytes on disk may take its place.
			if (mayReplace) await syncFile(temporary);
			renameSync(temporary, file);
			// All at once: each waits for the disk.
			await Promise.all([
				...(mayReplace ? [] : [syncFile(file)]),
				...[directory, ...parents].map(syncDirectory)
			]);
		} finally {
			const left = (underway.get(file) ?? 1) - 1;
			if (left > 0) underway.set(file, left);
			else underway.delete(file);
		}
		made.add(directory);
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
		let facts: FileFacts;
		try {
			facts =
				bytes instanceof Uint8Array
					? writeAtOnce(temporary, bytes, limitBytes, known ?? new FactsOf(bytes))
					: await writeAsItComes(temporary, bytes, limitBytes);
		} catch (error) {
			await discard();
			throw diskErrorOf(error);
		}
		return {
			...facts,
			discard,
			async keep() {
				const file = fileOf(company, facts.sha256);
				if (!file) throw new TypeError(`Not the name of a company: ${company}`);
				try {
					await nameFile(temporary, file);
					hasItsName = true;
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

		read(company, sha256, range) {
			return new Promise((resolve) => {
				const file = fileOf(company, sha256);
				const fd = file === null ? null : openIfThere(file);
				resolve(fd === null ? null : streamFile(fd, range));
			});
		}
	};
}

/** For writing, and only if it is new. */
const NEW_FILE = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;
const OWNER_ALONE = 0o600;

/** A small company stays at the directories it needs. */
const FEW_DIRECTORIES = 16;

/**
 * Written at once, as each chunk that arrives is: the system takes 64 kB in some 20 µs, handing them to another thread
 * and back costs many times that. What waits for the disk is the flush.
 */
function writeAtOnce(
	temporary: string,
	bytes: Uint8Array,
	limitBytes: number,
	known: FileFacts
): FileFacts {
	if (bytes.byteLength > limitBytes) throw new AttachmentTooLarge(limitBytes);
	const file = openSync(temporary, NEW_FILE, OWNER_ALONE);
	try {
		writeAll(file, bytes);
	} finally {
		closeSync(file);
	}
	const { digest, length, sha256 } = known;
	return { digest, length, sha256 };
}

async function writeAsItComes(
	temporary: string,
	bytes: AsyncIterable<Uint8Array>,
	limitBytes: number
): Promise<FileFacts> {
	const sha256 = createHash('sha256');
	const md5 = createHash('md5');
	let length = 0;
	const file = openSync(temporary, NEW_FILE, OWNER_ALONE);
	try {
		for await (const chunk of bytes) {
			length += chunk.byteLength;
			if (length > limitBytes) throw new AttachmentTooLarge(limitBytes);
			writeAll(file, chunk);
			sha256.update(chunk);
			md5.update(chunk);
		}
	} finally {
		closeSync(file);
	}
	return { digest: `md5-${md5.digest('base64')}`, length, sha256: sha256.digest('hex') };
}

async function namesIn(directory: string): Promise<string[]> {
	return (await readdir(directory).catch(() => [])).sort();
}

function openIfThere(file: string): number | null {
	try {
		return openSync(file, 'r');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	}
}
