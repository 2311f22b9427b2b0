import type { Refusal } from '@outlay/domain/refusal';
import type { Done } from '#lib/commands/app.ts';
import { attempt } from './attempt.ts';
import type { Autosave } from './autosave.svelte.ts';

/** What a draft can come to. */
export interface DraftDeeds<C> {
	save: (change: Partial<C>) => Promise<Done>;
	submit: () => Promise<Done<unknown>>;
	remove: () => Promise<Done<unknown>>;
}

/** The form a draft is filled in with. */
interface DraftForm<Field extends string> {
	autosave: Pick<Autosave<object>, 'inOrder' | 'drop' | 'refusal' | 'failure'>;
	unstored: { field: Field; refusal: Refusal } | null;
	refuse: (refusal: Refusal | null) => void;
	isStanding: (refusal: Refusal) => boolean;
}

/** A person's own draft: it comes into being with its first edit or picture, is handed over by Submit, or goes. */
export class OwnDraft<C extends object> {
	isSubmitting = $state(false);
	#submitRefusal = $state<Refusal | null>(null);
	#isCreated: boolean;
	readonly #deeds: DraftDeeds<C>;
	readonly #oncreated: () => void;

	/** `oncreated` is told once, when a draft that was not `isCreated` is first stored. */
	constructor(
		deeds: DraftDeeds<C>,
		{ isCreated, oncreated }: { isCreated: boolean; oncreated: () => void }
	) {
		this.#deeds = deeds;
		this.#isCreated = isCreated;
		this.#oncreated = oncreated;
	}

	/** Stores a change; what Submit said of the disk no longer holds once it worked. */
	readonly save = async (change: Partial<C>): Promise<Done> => {
		const done = await this.#deeds.save(change);
		if (done.ok) {
			this.#noteCreated();
			if (this.#submitRefusal?.code.startsWith('storage.')) this.#submitRefusal = null;
		}
		return done;
	};

	/** Makes the draft where nothing of it was stored yet, between two writes of the form. */
	ensureCreated({ autosave }: Pick<DraftForm<string>, 'autosave'>): Promise<Done> {
		return attempt(() =>
			autosave.inOrder(async () => {
				if (this.#isCreated) return { ok: true as const, value: undefined };
				const done = await this.#deeds.save({});
				if (done.ok) this.#noteCreated();
				return done;
			})
		);
	}

	/** Hands the draft over. Gives the field to mend where that is what is missing. */
	async submit<Field extends string>(
		form: DraftForm<Field>
	): Promise<{ isSubmitted: boolean; field: Field | null }> {
		this.isSubmitting = true;
		this.forgetRefusal();
		form.refuse(null);
		const created = await this.ensureCreated(form);
		const unstored = form.unstored?.refusal ?? form.autosave.refusal;
		const refusal =
			unstored ?? (form.autosave.failure === null ? null : { code: form.autosave.failure });
		const done = !created.ok
			? created
			: refusal !== null
				? { ok: false as const, refusal }
				: await attempt(() => this.#deeds.submit());
		this.isSubmitting = false;
		if (done.ok) return { isSubmitted: true, field: null };
		this.#submitRefusal = done.refusal;
		if (!unstored) form.refuse(done.refusal);
		const field = form.unstored?.field ?? (done.refusal.field as Field | undefined) ?? null;
		return { isSubmitted: false, field };
	}

	/** What Submit said, while it still holds: nobody has mended its field since. */
	standingRefusal(form: Pick<DraftForm<string>, 'isStanding'>): Refusal | null {
		const refusal = this.#submitRefusal;
		return refusal !== null && form.isStanding(refusal) ? refusal : null;
	}

	forgetRefusal(): void {
		this.#submitRefusal = null;
	}

	/** Throws the draft away with what waits to be stored. */
	async discard({ autosave }: Pick<DraftForm<string>, 'autosave'>): Promise<void> {
		autosave.drop();
		await autosave.inOrder(() => attempt(() => this.#deeds.remove()));
	}

	#noteCreated(): void {
		if (this.#isCreated) return;
		this.#isCreated = true;
		this.#oncreated();
	}
}
