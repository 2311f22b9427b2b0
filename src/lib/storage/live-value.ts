import type { Observable } from 'rxjs';
import type { Live } from '#lib/commands/ports.ts';

/** A value of ours that changes. Unknown until it is first set. */
export class LiveValue<T> implements Live<T> {
	#known: { value: T } | null;
	readonly #followers = new Set<(value: T) => void>();

	constructor(...initial: [] | [T]) {
		this.#known = initial.length === 1 ? { value: initial[0] } : null;
	}

	/** Undefined while unknown. */
	get value(): T | undefined {
		return this.#known?.value;
	}

	set(value: T): void {
		if (this.#known !== null && Object.is(this.#known.value, value)) return;
		this.#known = { value };
		for (const run of [...this.#followers]) run(value);
	}

	subscribe(run: (value: T) => void): () => void {
		this.#followers.add(run);
		if (this.#known !== null) run(this.#known.value);
		return () => {
			this.#followers.delete(run);
		};
	}
}

/** Follows an RxJS observable for as long as somebody looks. */
export function liveOf<T>(observable: Observable<T>): Live<T> {
	return {
		subscribe(run) {
			const subscription = observable.subscribe(run);
			return () => {
				subscription.unsubscribe();
			};
		}
	};
}
