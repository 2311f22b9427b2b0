import { caseOf, type CaseView, type Stamp } from './case-of.ts';
import type { Case } from './case.ts';
import type { Decision, Recall, Submission } from './submission.ts';

/**
 * Where a transaction stands on this device: the server's case while it knows everything that is here, else the case
 * worked out with what has not reached the server yet. `approverId` is who holds what waits and is not sent.
 */
export function standingOf(
	about: readonly (Submission | Recall | Decision)[],
	serverCase: Case | null,
	approverId: string | null
): CaseView | null {
	const stamps = new Map<string, Stamp>();
	for (const { documentId, order, receivedAt } of serverCase?.body.steps ?? []) {
		if (order !== null && receivedAt !== null) stamps.set(documentId, { order, receivedAt });
	}
	if (serverCase !== null && about.every(({ _id }) => stamps.has(_id))) {
		return { ...serverCase.body, isUnsent: false };
	}
	return caseOf({
		submissions: about.filter((document) => document.type === 'submission'),
		recalls: about.filter((document) => document.type === 'recall'),
		decisions: about.filter((document) => document.type === 'decision'),
		stamps,
		approverId: serverCase?.body.holderId ?? approverId
	});
}
