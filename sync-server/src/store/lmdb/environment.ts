import type { RootDatabase } from 'lmdb';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { syncDirectory } from '../sync-to-disk.ts';
import { openTables, type TableOptions, type Tables } from './tables.ts';

/** LMDB's file, open. It can be exchanged for a compacted copy while others hold on to `tables`. */
export class Environment {
	readonly file: string;
	readonly tables: Tables;
	#root: RootDatabase<Buffer, Buffer>;
	readonly #options: TableOptions;
	#exchanging: Promise<void> | null = null;

	constructor(file: string, options: TableOptions = {}) {
		this.file = file;
		this.#options = options;
		const { root, tables } = openTables(file, options);
		this.#root = root;
		this.tables = tables;
		// Readers of processes that were killed hold on to old pages.
		root.readerCheck();
	}

	get root(): RootDatabase<Buffer, Buffer> {
		return this.#root;
	}

	/** Null when the tables can be read now; else whoever wants to read waits for it. */
	get exchanging(): Promise<void> | null {
		return this.#exchanging;
	}

	/** Writes a copy without anything that is not in use any more, flushed. */
	async copyTo(file: string): Promise<void> {
		await this.#root.backup(file, true);
		const handle = await open(file, 'r+');
		try {
			await handle.sync();
		} finally {
			await handle.close();
		}
		await syncDirectory(path.dirname(file));
	}

	/**
	 * Exchanges the file for a compacted copy: what was deleted or replaced is then nowhere in it. Nothing may be
	 * written meanwhile (`Committer.pause`); readers wait for `exchanging` while the file is closed.
	 */
	async compact(): Promise<void> {
		const copy = `${this.file}.compact`;
		await rm(copy, { force: true });
		await this.copyTo(copy);
		this.#exchanging = this.#exchange(copy);
		try {
			await this.#exchanging;
		} finally {
			this.#exchanging = null;
		}
	}

	async #exchange(copy: string): Promise<void> {
		await this.#root.close();
		try {
			await rename(copy, this.file);
			await syncDirectory(path.dirname(this.file));
		} finally {
			// The old file or the new one: the store goes on.
			const { root, tables } = openTables(this.file, this.#options);
			this.#root = root;
			Object.assign(this.tables, tables);
		}
	}

	async close(): Promise<void> {
		await this.#root.close();
	}
}
