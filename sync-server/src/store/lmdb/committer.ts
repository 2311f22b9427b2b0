/**
 * The only way anything is written: jobs queue up, and all that wait are committed in one transaction with one
 * flush. A job's promise settles after that flush.
 */

import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { diskErrorOf, StorageFull, WriteFailed } from '../store-errors.ts';
import type { Environment } from './environment.ts';
import type { TableName, Tables } from './tables.ts';

/** How long one transaction may keep the event loop before the remaining jobs wait for the next. */
const TRANSACTION_BUDGET_MS = 50;

type Outcome = { value: unknown } | { error: unknown };

interface WaitingJob {
	run: (draft: Draft) => unknown;
	settle: (outcome: Outcome) => void;
}

/** A job's writes, kept apart until the job has finished: one that throws has written nothing. */
export class Draft {
	readonly #tables: Tables;
	readonly #writes = new Map<string, { table: TableName; key: Buffer; value: Buffer | null }>();

	constructor(tables: Tables) {
		this.#tables = tables;
	}

	/** What the job itself wrote, else what the jobs before it left. */
	get(table: TableName, key: Buffer): Buffer | null {
		const written = this.#writes.get(table + key.toString('latin1'));
		return written ? written.value : (this.#tables[table].get(key) ?? null);
	}

	put(table: TableName, key: Buffer, value: Buffer): void {
		this.#writes.set(table + key.toString('latin1'), { table, key, value });
	}

	remove(table: TableName, key: Buffer): void {
		this.#writes.set(table + key.toString('latin1'), { table, key, value: null });
	}

	apply(): void {
		for (const { table, key, value } of this.#writes.values()) {
			// Inside a transaction these take effect at once; their promises say nothing more.
			if (value) void this.#tables[table].put(key, value);
			else void this.#tables[table].remove(key);
		}
	}
}

export class Committer {
	readonly #environment: Environment;
	#waiting: WaitingJob[] = [];
	#working: Promise<void> | null = null;
	readonly #deeds: (() => Promise<void>)[] = [];

	constructor(environment: Environment) {
		this.#environment = environment;
	}

	/**
	 * Runs a job against the newest state, commits and flushes it, then answers what it returned. What a job
	 * throws is thrown here and nothing of that job is kept; `StorageFull` or `WriteFailed` when the disk refused.
	 */
	commit<T>(job: (draft: Draft) => T): Promise<T> {
		return new Promise<T>((resolve, reject) => {
			this.#waiting.push({
				run: job,
				settle: (outcome) => {
					if ('error' in outcome) {
						// eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the job threw goes on as it is
						reject(outcome.error);
					} else resolve(outcome.value as T);
				}
			});
			this.#working ??= this.#work();
		});
	}

	/** Resolves when nothing is being written any more. */
	async idle(): Promise<void> {
		while (this.#working) await this.#working;
	}

	/** Runs `deed` while nothing is written; jobs that come meanwhile wait for its end. */
	pause<T>(deed: () => Promise<T>): Promise<T> {
		return new Promise<T>((resolve, reject) => {
			this.#deeds.push(() => deed().then(resolve, reject));
			this.#working ??= this.#work();
		});
	}

	async #work(): Promise<void> {
		// Let every request of this turn of the event loop join the first transaction.
		await new Promise((resolve) => setImmediate(resolve));
		while (this.#waiting.length > 0 || this.#deeds.length > 0) {
			for (let deed = this.#deeds.shift(); deed; deed = this.#deeds.shift()) await deed();
			if (this.#waiting.length > 0) await this.#commitWaiting();
		}
		this.#working = null;
	}

	async #commitWaiting(): Promise<void> {
		const done: { job: WaitingJob; outcome: Outcome }[] = [];
		try {
			// A child transaction, because only that is undone as a whole when a put throws.
			await this.#environment.root.childTransaction(() => {
				const startedAt = performance.now();
				do {
					const job = this.#waiting.shift();
					if (!job) break;
					const entry = { job, outcome: { error: null } as Outcome };
					done.push(entry);
					entry.outcome = this.#run(job);
				} while (performance.now() - startedAt < TRANSACTION_BUDGET_MS);
			});
		} catch (error) {
			const failure = await failureOf(error, this.#environment.file);
			for (const { job } of done) job.settle({ error: failure });
			return;
		}
		for (const { job, outcome } of done) job.settle(outcome);
	}

	#run(job: WaitingJob): Outcome {
		const draft = new Draft(this.#environment.tables);
		let value: unknown;
		try {
			value = job.run(draft);
		} catch (error) {
			return { error };
		}
		draft.apply();
		return { value };
	}
}

/** LMDB tells a page that fits on the disk in part as a broken disk; with less room than this, it is a full one. */
const FULL_BELOW_BYTES = 1024 * 1024;

/** What a transaction that failed is to be told as. */
export async function failureOf(thrown: unknown, file: string): Promise<StorageFull | WriteFailed> {
	let reason = thrown;
	if (thrown instanceof Error && 'commitError' in thrown) {
		// lmdb prints the reason and rejects this promise of its own with it; unhandled it would end the process.
		reason = await Promise.resolve(thrown.commitError).then(
			() => thrown,
			(error: unknown) => error
		);
	}
	const failure = diskErrorOf(reason);
	if (failure instanceof StorageFull) return failure;
	const room = await statfs(path.dirname(file)).catch(() => null);
	const isFull = room !== null && room.bavail * room.bsize < FULL_BELOW_BYTES;
	return isFull ? new StorageFull(thrown) : new WriteFailed(thrown);
}
