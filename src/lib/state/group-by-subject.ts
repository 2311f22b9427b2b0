import type { Case } from '@outlay/domain/case';
import type { Decision, Recall, Submission } from '@outlay/domain/submission';

/** What is about one transaction. */
export interface SubjectDocuments {
	about: (Submission | Recall | Decision)[];
	serverCase: Case | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Brings documents together by the transaction they are about. Pure. */
export function groupBySubject(
	submissions: readonly Submission[],
	judgements: readonly (Recall | Decision)[],
	cases: readonly Case[]
): ReadonlyMap<string, SubjectDocuments> {
	const subjects = new Map<string, SubjectDocuments>();
	const of = (subjectId: string) => {
		const known = subjects.get(subjectId) ?? { about: [], serverCase: null };
		subjects.set(subjectId, known);
		return known;
	};
	const subjectOf = new Map<string, string>();
	for (const submission of submissions) {
		subjectOf.set(submission._id, submission.body.subjectId);
		of(submission.body.subjectId).about.push(submission);
	}
	for (const judgement of judgements) {
		const subjectId = subjectOf.get(judgement.body.submissionId);
		if (subjectId !== undefined) of(subjectId).about.push(judgement);
	}
	for (const document of cases) of(document.body.subjectId).serverCase = document;
	return subjects;
}

/** An instant one day earlier: grace for clocks that differ between devices and server. */
export function dayEarlier(instant: string): string {
	return new Date(Date.parse(instant) - DAY_MS).toISOString();
}
