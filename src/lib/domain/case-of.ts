import type { CaseBody, CaseDeed, CaseState, CaseStep } from './case.ts';
import type { Decision, Recall, Submission } from './submission.ts';

/** When and in which order a document reached the server. */
export interface Stamp {
	order: number;
	receivedAt: string;
}

export interface CaseFacts {
	/** Of one transaction; in any order. */
	submissions: readonly Submission[];
	recalls: readonly Recall[];
	decisions: readonly Decision[];
	/** By document id. What has none has not reached the server yet, and comes last. */
	stamps: ReadonlyMap<string, Stamp>;
	/** The owner's current approver, who holds what waits; null when nobody does. */
	approverId: string | null;
}

export interface CaseView extends CaseBody {
	/** The step that gave the state has not reached the server yet. */
	isUnsent: boolean;
}

const DEED_OF_VERDICT = { approve: 'approved', decline: 'declined', ask: 'asked' } as const;

/**
 * Where a transaction stands, derived from what was submitted, recalled and decided: the same on device and
 * server. The order of the lists doesn't matter; the order of the server's stamps does. A decision counts while
 * the submission it names waits or is asked about; nobody decides about their own submission. A newer submission
 * takes the place of the one it names. Null without any submission.
 */
export function caseOf(facts: CaseFacts): CaseView | null {
	const current = currentSubmission(facts);
	if (current === null) return null;

	const steps = orderedSteps(facts);
	const states = new Map<string, CaseState>();
	let deciding: CaseStep | null = null;
	for (const { step, submissionId, replacesId } of steps) {
		if (step.deed === 'submitted') {
			states.set(submissionId, 'waiting');
			if (replacesId !== null && isOpen(states.get(replacesId))) states.set(replacesId, 'recalled');
		} else {
			const known = facts.submissions.find((submission) => submission._id === submissionId);
			const isAllowed =
				known !== undefined &&
				(step.deed === 'recalled') === (step.byId === known.ownerId) &&
				// A submission that another one replaced counts as taken back, whichever arrived first.
				(submissionId === current._id || !wasReplacedBefore(steps, submissionId, step));
			step.counts = isAllowed && isOpen(states.get(submissionId) ?? 'waiting');
			if (step.counts) states.set(submissionId, step.deed);
		}
		if (submissionId === current._id && step.counts) deciding = step;
	}

	const state = states.get(current._id) ?? 'waiting';
	return {
		subjectId: current.body.subjectId,
		state,
		submissionId: current._id,
		holderId: isOpen(state) ? facts.approverId : null,
		steps: steps.map(({ step }) => step),
		isUnsent: deciding === null || deciding.order === null
	};
}

interface PlacedStep {
	step: CaseStep;
	submissionId: string;
	replacesId: string | null;
}

function isOpen(state: CaseState | undefined): boolean {
	return state === 'waiting' || state === 'asked';
}

/** The submission no other one names as the one before; the last of several. */
function currentSubmission(facts: CaseFacts): Submission | null {
	const replaced = new Set(facts.submissions.map((submission) => submission.body.previousId));
	const heads = facts.submissions.filter((submission) => !replaced.has(submission._id));
	// Documents naming each other in a ring can only be forged; the last to arrive then stands.
	const candidates = heads.length > 0 ? heads : facts.submissions;
	return (
		[...candidates].sort((a, b) =>
			compareArrival(arrival(facts, a, a.body.submittedAt), arrival(facts, b, b.body.submittedAt))
		)[candidates.length - 1] ?? null
	);
}

function wasReplacedBefore(
	steps: readonly PlacedStep[],
	submissionId: string,
	step: CaseStep
): boolean {
	for (const placed of steps) {
		if (placed.step === step) return false;
		if (placed.replacesId === submissionId) return true;
	}
	return false;
}

function orderedSteps(facts: CaseFacts): PlacedStep[] {
	const place = (
		document: Submission | Recall | Decision,
		deed: CaseDeed,
		at: string,
		submissionId: string,
		reason: string,
		replacesId: string | null
	): PlacedStep => {
		const stamp = facts.stamps.get(document._id);
		return {
			submissionId,
			replacesId,
			step: {
				documentId: document._id,
				deed,
				byId: document.ownerId,
				at,
				receivedAt: stamp?.receivedAt ?? null,
				order: stamp?.order ?? null,
				counts: true,
				reason
			}
		};
	};
	return [
		...facts.submissions.map((document) =>
			place(
				document,
				'submitted',
				document.body.submittedAt,
				document._id,
				'',
				document.body.previousId
			)
		),
		...facts.recalls.map((document) =>
			place(document, 'recalled', document.body.recalledAt, document.body.submissionId, '', null)
		),
		...facts.decisions.map((document) =>
			place(
				document,
				DEED_OF_VERDICT[document.body.verdict],
				document.body.decidedAt,
				document.body.submissionId,
				document.body.reason,
				null
			)
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

function arrival(facts: CaseFacts, document: { _id: string }, at: string): Arrival {
	return { order: facts.stamps.get(document._id)?.order ?? null, at, id: document._id };
}

/** Stamped first, by the server's order; then unsent ones by the device's clock and id. */
function compareArrival(a: Arrival, b: Arrival): number {
	if (a.order !== null && b.order !== null) return a.order - b.order;
	if (a.order !== null) return -1;
	if (b.order !== null) return 1;
	return compareText(a.at, b.at) || compareText(a.id, b.id);
}

function compareText(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
