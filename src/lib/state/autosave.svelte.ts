import type { Refusal } from '@outlay/domain/refusal';
import type { Done } from '#lib/commands/app.ts';
import { codeOf } from './attempt.ts';

/** Long enough not to write at every keystroke, short enough that nobody notices. */
const DEBOUNCE_MS = 400;

/**
 * Saves a draft while it is filled in. Changes gather for a moment and are written in order, one write at a time;
 * what a rule refuses stays on the screen with its refusal and the rest is saved all the same; what could not be
 * written (a full disk) stays queued for the next try. `save` gets the fields changed since the last write.
 */
export class Autosave<C extends object> {
	/** When something was last stored, in epoch milliseconds; null before. */
	savedAtMs = $state<number | null>(null);
	/** Refused by a rule and so not stored, by field. */
	refusals = $state<{ [field in keyof C]?: Refusal }>({});
	/** A refusal of the whole draft, such as `transaction.waiting`. */
	refusal = $state<Refusal | null>(null);
	/** Code of what broke while storing, such as a full disk; null again after a write that worked. */
	failure = $state<string | null>(null);

	readonly #save: (change: Partial<C>) => Promise<Done>;
	#pending = $state.raw<Partial<C>>({});
	/** What is being written now: until it is, what is stored is older than the screen. */
	#writing = $state.raw<Partial<C>>({});
	#timer: ReturnType<typeof setTimeout> | null = null;
	#running: Promise<void> = Promise.resolve();
	#writes = $state(0);

	constructor(save: (change: Partial<C>) => Promise<Done>) {
		this.#save = save;
	}

	/** Whether a field waits to be written, so that a change from elsewhere doesn't overwrite it on the screen. */
	isPending(field: keyof C): boolean {
		return field in this.#pending || field in this.#writing || this.refusals[field] !== undefined;
	}

	/** Something could not be stored and needs the person: a refusal, or storing broke. */
	get isStuck(): boolean {
		const isRefused = this.refusal !== null || Object.keys(this.refusals).length > 0;
		return isRefused || this.failure !== null;
	}

	/** Everything noted so far is stored. */
	get isStored(): boolean {
		return !this.isStuck && this.#writes === 0 && Object.keys(this.#pending).length === 0;
	}

	/** Notes changed fields; they are written a moment later, or at once by `flush`. */
	note(change: Partial<C>): void {
		for (const field of Object.keys(change) as (keyof C)[]) delete this.refusals[field];
		this.#pending = { ...this.#pending, ...change };
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.flush(), DEBOUNCE_MS);
	}

	/** Writes what waits; resolves when it is stored or refused. Never rejects: see `failure`. */
	flush(): Promise<void> {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#writes += 1;
		this.#running = this.#running
			.then(() => this.#write())
			.finally(() => {
				this.#writes -= 1;
			});
		return this.#running;
	}

	/** Forgets what waits, for a draft that is thrown away. */
	drop(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#pending = {};
		this.refusals = {};
		this.refusal = null;
		this.failure = null;
	}

	/** Runs a deed about the same draft between two writes, so that they don't both create it. */
	async inOrder<T>(deed: () => Promise<T>): Promise<T> {
		await this.flush();
		const done = this.#running.then(deed);
		this.#running = done.then(
			() => undefined,
			() => undefined
		);
		return done;
	}

	async #write(): Promise<void> {
		while (Object.keys(this.#pending).length > 0) {
			const change = this.#pending;
			this.#pending = {};
			this.#writing = change;
			let done: Done;
			try {
				done = await this.#save(change);
			} catch (error) {
				this.#pending = { ...change, ...this.#pending };
				this.failure = codeOf(error);
				return;
			} finally {
				this.#writing = {};
			}
			this.failure = null;
			if (done.ok) {
				this.refusal = null;
				this.savedAtMs = Date.now();
				continue;
			}
			const field = done.refusal.field as keyof C | undefined;
			if (field === undefined || !(field in change)) {
				this.#pending = { ...change, ...this.#pending };
				this.refusal = done.refusal;
				return;
			}
			// The refused field stays as it is on the screen; the others are tried again without it.
			this.refusals[field] = done.refusal;
			const rest = { ...change };
			delete rest[field];
			this.#pending = { ...rest, ...this.#pending };
		}
	}
}
