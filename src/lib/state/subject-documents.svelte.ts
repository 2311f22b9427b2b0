import type { Documents } from '#lib/commands/ports.ts';
import { groupBySubject, type SubjectDocuments } from './group-by-subject.ts';
import { newestDocuments } from './newest-documents.svelte.ts';

/**
 * What was submitted, recalled and decided, by transaction, with the server's case. Undefined until all of it is
 * known: a half-known list would show what was submitted as a draft. Call while a component is set up.
 */
export function subjectDocuments(
	documents: Documents,
	firstLimit: number,
	backTo: () => string | null
): { readonly current: ReadonlyMap<string, SubjectDocuments> | undefined } {
	const submissions = newestDocuments(documents, 'submission', firstLimit, backTo);
	const recalls = newestDocuments(documents, 'recall', firstLimit, backTo);
	const decisions = newestDocuments(documents, 'decision', firstLimit, backTo);
	const cases = newestDocuments(documents, 'case', firstLimit, backTo);

	const bySubject = $derived.by(() => {
		if (!submissions.current || !recalls.current || !decisions.current || !cases.current) {
			return undefined;
		}
		return groupBySubject(
			submissions.current.map(({ document }) => document),
			[...recalls.current, ...decisions.current].map(({ document }) => document),
			cases.current.map(({ document }) => document)
		);
	});
	return {
		get current() {
			return bySubject;
		}
	};
}
