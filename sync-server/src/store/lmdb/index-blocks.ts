/**
 * Where indexes of an embedded store lie: an LMDB file of their own, because they can be made again. Building one
 * then never waits for, nor holds up, the flush of a document, and erasing or backing up documents need not know
 * of it.
 */

import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import type { IndexBlocks } from '../queries.ts';
import { WriteFailed } from '../store-errors.ts';
import { failureOf } from './committer.ts';
import { prefixKey, PREFIX_BYTES } from './tables.ts';

/** Keys taken out in one transaction. */
const KEYS_PER_STEP = 2_000;

export class LmdbIndexes {
	#root: RootDatabase<Buffer, Buffer>;
	#file: string;
	/** How often everything was thrown away. */
	#beginnings = 0;

	private constructor(file: string) {
		this.#file = file;
		this.#root = openFile(file);
	}

	/** Opens the file, or starts it anew when it can not be read: nothing in it is the only copy. */
	static async open(file: string): Promise<LmdbIndexes> {
		const directory = path.dirname(file);
		for (const name of await readdir(directory)) {
			if (ANEW.test(name)) await removeFile(path.join(directory, name.replace(/-lock$/, '')));
		}
		try {
			return new LmdbIndexes(file);
		} catch {
			await removeFile(file);
			return new LmdbIndexes(file);
		}
	}

	/** Throws everything away, so that none of it is in any file. */
	async startAnew(): Promise<void> {
		this.#beginnings += 1;
		const [before, fileBefore] = [this.#root, this.#file];
		this.#file = fileBefore.replace(/(\.\d+)?\.mdb$/, `.${this.#beginnings}.mdb`);
		this.#root = openFile(this.#file);
		await before.close();
		await removeFile(fileBefore);
	}

	/**
	 * @param no the database's number.
	 * @param requireAlive throws when the database is gone: nobody would take out what is written then.
	 */
	of(no: number, requireAlive: () => void): IndexBlocks {
		const beginning = this.#beginnings;
		// Under the same keys lies something else since.
		const isGone = () => this.#beginnings !== beginning;
		return {
			beginning,
			read: (key) => (isGone() ? undefined : this.#root.get(blockKey(no, key))),
			keys: (prefix) => {
				if (isGone()) return [];
				const start = blockKey(no, prefix);
				const end = Buffer.concat([start, AFTER_ALL]);
				const keys = [...this.#root.getKeys({ start, end })];
				return keys.map((key) => key.toString('utf8', PREFIX_BYTES));
			},
			write: async (changes) => {
				requireAlive();
				// What was worked out before everything was thrown away may hold what was erased.
				if (isGone()) throw new WriteFailed(new Error('indexes start anew'));
				await this.#write(no, changes);
			}
		};
	}

	/** Takes out what a dropped database left; stops early when told to. */
	async clear(no: number, stop: AbortSignal): Promise<void> {
		while (!stop.aborted) {
			const range = { start: prefixKey(no), end: prefixKey(no + 1), limit: KEYS_PER_STEP };
			const keys = [...this.#root.getKeys(range)];
			if (keys.length === 0) return;
			await this.#commit(() => {
				for (const key of keys) void this.#root.remove(key);
			});
		}
	}

	close(): Promise<void> {
		return this.#root.close();
	}

	#write(no: number, changes: Iterable<readonly [string, Buffer | null]>): Promise<void> {
		return this.#commit(() => {
			for (const [key, value] of changes) {
				if (value) void this.#root.put(blockKey(no, key), value);
				else void this.#root.remove(blockKey(no, key));
			}
		});
	}

	async #commit(change: () => void): Promise<void> {
		try {
			// A child transaction, because only that is undone as a whole when a put throws.
			await this.#root.childTransaction(change);
		} catch (error) {
			throw await failureOf(error, this.#file);
		}
	}
}

/** UTF-8 has no such byte. */
const AFTER_ALL = Buffer.from([0xff]);

/** A file that took the place of the first; the next start begins with the first again. */
const ANEW = /^indexes\.\d+\.mdb/;

async function removeFile(file: string): Promise<void> {
	await rm(file, { force: true });
	await rm(`${file}-lock`, { force: true });
}

function openFile(file: string): RootDatabase<Buffer, Buffer> {
	return open<Buffer, Buffer>({
		path: file,
		keyEncoding: 'binary',
		encoding: 'binary',
		// As in `tables.ts`: a promise nobody sees must not end the process when the disk is full.
		eventTurnBatching: false
	});
}

function blockKey(no: number, key: string): Buffer {
	return Buffer.concat([prefixKey(no), Buffer.from(key)]);
}
