import { caseOf, type CaseView } from './case-of.ts';
import type { Handling, Stamp } from './case-steps.ts';
import { HANDLING_DEEDS, type HandlingDeed } from './case-states.ts';
import type { ApprovalStage, Case } from './case.ts';
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
	const stages = new Map<string, readonly ApprovalStage[]>();
	const handlings: Handling[] = [];
	for (const step of serverCase?.body.steps ?? []) {
		const { documentId, submissionId, order, receivedAt, byId, at, reason } = step;
		if (order !== null && receivedAt !== null) stamps.set(documentId, { order, receivedAt });
		if (step.stages.length > 0) stages.set(documentId, step.stages);
		// Only the server has what finance wrote; its steps say all of it.
		const deed = HANDLING_DEEDS.find((known): known is HandlingDeed => known === step.deed);
		if (deed) handlings.push({ _id: documentId, submissionId, deed, byId, at, reason });
	}
	if (serverCase !== null && about.every(({ _id }) => stamps.has(_id))) {
		return { ...serverCase.body, isUnsent: false };
	}
	return caseOf({
		submissions: about.filter((document) => document.type === 'submission'),
		recalls: about.filter((document) => document.type === 'recall'),
		decisions: about.filter((document) => document.type === 'decision'),
		handlings,
		stamps,
		stages,
		approverId: serverCase?.body.holderId ?? approverId
	});
}
