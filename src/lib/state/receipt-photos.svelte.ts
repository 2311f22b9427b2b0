import type { Refusal } from '@outlay/domain/refusal';
import type { Done } from '#lib/commands/app.ts';
import { attempt } from './attempt.ts';

interface PhotoDeeds {
	/** The entry the pictures belong to, made if it is not stored yet. */
	ensureCreated: () => Promise<Done>;
	attach: (file: File) => Promise<Done<unknown>>;
	remove: (receiptId: string) => Promise<Done<unknown>>;
}

/** Pictures on their way into the store, one after another; those that found no room are kept for another try. */
export class ReceiptPhotos {
	/** How many are on their way. */
	busyCount = $state(0);
	/** Why the last one is not there. */
	refusal = $state<Refusal | null>(null);
	#unstored = $state.raw<readonly File[]>([]);
	#attaching: Promise<void> = Promise.resolve();
	readonly #deeds: PhotoDeeds;

	constructor(deeds: PhotoDeeds) {
		this.#deeds = deeds;
	}

	/** Code of what broke while storing; null when every picture is stored. */
	get failure(): string | null {
		return this.#unstored.length === 0 ? null : (this.refusal?.code ?? 'storage.full');
	}

	add(files: readonly File[]): Promise<void> {
		this.#attaching = this.#store(files);
		return this.#attaching;
	}

	/** Tries those again that found no room. */
	async again(): Promise<void> {
		if (this.#unstored.length > 0) await this.add(this.#unstored);
	}

	/** Resolves when none is on its way. */
	settled(): Promise<void> {
		return this.#attaching;
	}

	async remove(receiptId: string): Promise<void> {
		this.refusal = null;
		const done = await attempt(() => this.#deeds.remove(receiptId));
		if (!done.ok) this.refusal = done.refusal;
	}

	async #store(files: readonly File[]): Promise<void> {
		this.refusal = null;
		this.#unstored = [];
		this.busyCount += files.length;
		for (const file of files) {
			const created = await this.#deeds.ensureCreated();
			const done = created.ok ? await attempt(() => this.#deeds.attach(file)) : created;
			this.busyCount -= 1;
			if (done.ok) continue;
			this.refusal = done.refusal;
			// Not the picture's fault: it is kept for another try.
			if (done.refusal.code.startsWith('storage.')) this.#unstored = [...this.#unstored, file];
		}
	}
}
