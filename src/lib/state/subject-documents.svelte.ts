import type { Case } from '@outlay/domain/case';
import type { Decision, Recall, Submission } from '@outlay/domain/submission';
import type { Documents } from '#lib/commands/ports.ts';
import { newestDocuments } from './newest-documents.svelte.ts';

export interface SubjectDocuments {
	about: (Submission | Recall | Decision)[];
	serverCase: Case | null;
}

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
		const subjects = new Map<string, SubjectDocuments>();
		const of = (subjectId: string) => {
			const known = subjects.get(subjectId) ?? { about: [], serverCase: null };
			subjects.set(subjectId, known);
			return known;
		};
		const subjectOf = new Map<string, string>();
		for (const { document } of submissions.current) {
			subjectOf.set(document._id, document.body.subjectId);
			of(document.body.subjectId).about.push(document);
		}
		for (const { document } of [...recalls.current, ...decisions.current]) {
			const subjectId = subjectOf.get(document.body.submissionId);
			if (subjectId !== undefined) of(subjectId).about.push(document);
		}
		for (const { document } of cases.current) of(document.body.subjectId).serverCase = document;
		return subjects;
	});
	return {
		get current() {
			return bySubject;
		}
	};
}
