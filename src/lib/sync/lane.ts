import { SyncStopped } from './server-answer.ts';

/** Runs one kind of work whenever it is asked for, once at a time, and once more when asked meanwhile. */
export class Lane {
	readonly #work: () => Promise<void>;
	readonly #onError: (error: unknown) => void;
	#running: Promise<void> | null = null;
	#isAskedAgain = false;
	#isStopped = false;

	/** `onError` hears what went wrong, but for being stopped; the next asking tries again. */
	constructor(work: () => Promise<void>, onError: (error: unknown) => void) {
		this.#work = work;
		this.#onError = onError;
	}

	ask(): void {
		if (this.#isStopped) return;
		this.#isAskedAgain = true;
		this.#running ??= this.#run();
	}

	/** Resolves when the work that runs now has ended. */
	async stop(): Promise<void> {
		this.#isStopped = true;
		await this.#running;
	}

	async #run(): Promise<void> {
		while (this.#isAskedAgain && !this.#isStopped) {
			this.#isAskedAgain = false;
			try {
				await this.#work();
			} catch (error) {
				if (!(error instanceof SyncStopped)) this.#onError(error);
			}
		}
		this.#running = null;
	}
}
