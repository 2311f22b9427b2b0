import type { CaseFacts, Stamp } from '@outlay/domain/case-steps';
import type { Decision } from '@outlay/domain/submission';
import { MANAGER, type aDecision, type aRecall, type aSubmission } from './documents.ts';

/** Who decides, and in whose place. */
export type Decider = [byId: string, actedFor: string | null];
export type Step = ReturnType<typeof aSubmission | typeof aRecall | typeof aDecision>;

/** Facts of documents, of which the server stamped some in the order they are named. */
export function factsOf(documents: readonly Step[], stamped: readonly string[] = []): CaseFacts {
	return {
		submissions: documents.filter((document) => document.type === 'submission'),
		recalls: documents.filter((document) => document.type === 'recall'),
		decisions: documents.filter((document) => document.type === 'decision'),
		stamps: new Map(
			stamped.map((id, order): [string, Stamp] => [
				id,
				{ order, receivedAt: '2026-11-20T12:00:00.000Z' }
			])
		),
		approverId: MANAGER
	};
}

export function decisionBy(decision: Decision, actedFor: string | null): Decision {
	return { ...decision, body: { ...decision.body, actedFor } };
}
