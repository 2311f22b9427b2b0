import { compareText } from './compare-text.ts';
import type { ApprovalStage, CaseStep } from './case.ts';
import type { CaseDeed, HandlingDeed } from './case-states.ts';
import type { Decision, Recall, Submission } from './submission.ts';

/** When and in which order a document reached the server. */
export interface Stamp {
	order: number;
	receivedAt: string;
}

/** What finance did with an approved submission, through the server. */
export interface Handling {
	_id: string;
	submissionId: string;
	deed: HandlingDeed;
	byId: string;
	at: string;
	reason: string;
}

export interface CaseFacts {
	/** Of one transaction; in any order. */
	submissions: readonly Submission[];
	recalls: readonly Recall[];
	decisions: readonly Decision[];
	handlings?: readonly Handling[];
	/** By document id. What has none has not reached the server yet, and comes last. */
	stamps: ReadonlyMap<string, Stamp>;
	/**
	 * Who has to approve a submission, in order, by its id, as it was when it arrived. One without is the approver's
	 * alone, and whoever was let write a decision about it was let decide.
	 */
	stages?: ReadonlyMap<string, readonly ApprovalStage[]>;
	/** The owner's current approver, who holds what waits and has no stages; null when nobody does. */
	approverId: string | null;
}

const DEED_OF_VERDICT = { approve: 'approved', decline: 'declined', ask: 'asked' } as const;

export interface PlacedStep {
	step: CaseStep;
	submissionId: string;
	submission: Submission | null;
}

type Said = Pick<CaseStep, 'deed' | 'byId' | 'at' | 'reason' | 'actedFor'>;

/** Every document as a step, in the order of arrival. Whether it counts is for `caseOf` to say. */
export function orderedSteps(facts: CaseFacts): PlacedStep[] {
	const place = (
		documentId: string,
		submissionId: string,
		said: Said,
		submission: Submission | null = null
	): PlacedStep => {
		const stamp = facts.stamps.get(documentId);
		const stages = submission === null ? [] : (facts.stages?.get(documentId) ?? []);
		return {
			submissionId,
			submission,
			step: {
				documentId,
				submissionId,
				...said,
				stages: stages.map((stage) => ({ ...stage })),
				receivedAt: stamp?.receivedAt ?? null,
				order: stamp?.order ?? null,
				counts: true
			}
		};
	};
	const by = (document: { ownerId: string }, deed: CaseDeed, at: string): Said => ({
		deed,
		byId: document.ownerId,
		at,
		reason: '',
		actedFor: null
	});
	return [
		...facts.submissions.map((document) =>
			place(
				document._id,
				document._id,
				by(document, 'submitted', document.body.submittedAt),
				document
			)
		),
		...facts.recalls.map((document) =>
			place(
				document._id,
				document.body.submissionId,
				by(document, 'recalled', document.body.recalledAt)
			)
		),
		...facts.decisions.map((document) => {
			const { verdict, decidedAt, submissionId, reason, actedFor } = document.body;
			const said = { ...by(document, DEED_OF_VERDICT[verdict], decidedAt), reason, actedFor };
			return place(document._id, submissionId, said);
		}),
		...(facts.handlings ?? []).map(({ _id, submissionId, deed, byId, at, reason }) =>
			place(_id, submissionId, { deed, byId, at, reason, actedFor: null })
		)
	].sort((a, b) =>
		compareArrival(
			{ order: a.step.order, at: a.step.at, id: a.step.documentId },
			{ order: b.step.order, at: b.step.at, id: b.step.documentId }
		)
	);
}

interface Arrival {
	order: number | null;
	at: string;
	id: string;
}

/** Stamped first, by the server's order; then unsent ones by the device's clock and id. */
function compareArrival(a: Arrival, b: Arrival): number {
	if (a.order !== null && b.order !== null) return a.order - b.order;
	if (a.order !== null) return -1;
	if (b.order !== null) return 1;
	return compareText(a.at, b.at) || compareText(a.id, b.id);
}
