import type { Database } from '../store/document-store.ts';

export interface RegistryChange {
	id: string;
	isRemoved: boolean;
}

type Tell = (change: RegistryChange) => void;

/** Where the store tells nothing of what other servers write, it is looked for this often. */
export const REGISTRY_LOOK_MS = 10_000;
const ROWS_AT_ONCE = 500;

/**
 * Tells which documents of the registry change from now on, whichever server wrote them: at once where the store rings,
 * after `REGISTRY_LOOK_MS` at most where it doesn't. A look that fails is made again.
 */
export class RegistryWatch {
	readonly #database: Database;
	readonly #tell: Tell;
	readonly #onError: (error: unknown) => void;
	#since: string;
	#isRung = false;
	#looking: Promise<void> | null = null;
	#timer: NodeJS.Timeout | undefined;
	#quiet: () => void = () => undefined;

	private constructor(
		database: Database,
		since: string,
		tell: Tell,
		onError: (error: unknown) => void
	) {
		this.#database = database;
		this.#since = since;
		this.#tell = tell;
		this.#onError = onError;
	}

	/** @param lookMs how often it looks without being rung for. */
	static async start(
		database: Database,
		tell: Tell,
		onError: (error: unknown) => void,
		lookMs = REGISTRY_LOOK_MS
	): Promise<RegistryWatch> {
		const { updateSeq } = await database.info();
		const watch = new RegistryWatch(database, updateSeq, tell, onError);
		watch.#quiet = database.onChange(() => watch.#ring());
		watch.#timer = setInterval(() => watch.#ring(), lookMs).unref();
		return watch;
	}

	async stop(): Promise<void> {
		this.#quiet();
		clearInterval(this.#timer);
		this.#isRung = false;
		await this.#looking;
	}

	#ring(): void {
		this.#isRung = true;
		this.#looking ??= this.#look().finally(() => {
			this.#looking = null;
		});
	}

	async #look(): Promise<void> {
		while (this.#isRung) {
			this.#isRung = false;
			try {
				const { rows, lastSeq, pending } = await this.#database.changes({
					since: this.#since,
					limit: ROWS_AT_ONCE
				});
				for (const { id, deleted } of rows) this.#tell({ id, isRemoved: deleted });
				this.#since = lastSeq;
				if (pending > 0) this.#isRung = true;
			} catch (error) {
				this.#onError(error);
				return;
			}
		}
	}
}
