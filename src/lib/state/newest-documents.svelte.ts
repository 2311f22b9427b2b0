import type { DocumentOf } from '@outlay/domain/documents';
import type { DocumentType } from '@outlay/domain/identifiers';
import type { Documents, Stored } from '#lib/commands/ports.ts';
import { live } from './live.svelte.ts';

export interface NewestDocuments<T extends DocumentType> {
	/** Newest first; undefined until known. Stays while more are fetched. */
	readonly current: Stored<DocumentOf<T>>[] | undefined;
	/** Nothing older is left out. */
	readonly isComplete: boolean;
	showMore(): void;
}

/**
 * The newest documents of a type: a few at first, so that the screen is there at once, then as far back as `backTo`
 * (an ISO instant; null asks for nothing more). Call while a component is set up.
 */
export function newestDocuments<T extends DocumentType>(
	documents: Documents,
	type: T,
	firstLimit: number,
	backTo: () => string | null = () => null
): NewestDocuments<T> {
	let limit = $state(firstLimit);
	const source = $derived(live(documents.watchNewest(type, limit)));
	let last: Stored<DocumentOf<T>>[] | undefined;
	const shown = $derived.by(() => (last = source.current ?? last));
	const isComplete = $derived(source.current !== undefined && source.current.length < limit);

	$effect(() => {
		const oldest = source.current?.at(-1)?.document.createdAt;
		const until = backTo();
		if (!isComplete && oldest !== undefined && until !== null && oldest >= until) limit *= 4;
	});

	return {
		get current() {
			return shown;
		},
		get isComplete() {
			return isComplete;
		},
		showMore() {
			if (!isComplete) limit *= 2;
		}
	};
}
