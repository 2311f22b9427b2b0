import { mayDecideAt } from './approval-stages.ts';
import type { ApprovalStage, CaseBody } from './case.ts';
import type { CaseState, HandlingDeed } from './case-states.ts';
import { orderedSteps, type CaseFacts, type PlacedStep } from './case-steps.ts';
import type { Submission } from './submission.ts';

export interface CaseView extends CaseBody {
	/** The step that gave the state has not reached the server yet. */
	isUnsent: boolean;
}

/**
 * Where a transaction stands, derived from what was submitted, recalled, decided and handled by finance: the same on
 * device and server. The order of the lists doesn't matter; the order of the server's stamps does.
 *
 * - A submission waits for the approvers of its stages one after the other; an approval of the last one approves it, any
 *   of them may decline or ask. A substitute decides in the approver's place (`actedFor`); nobody decides about their own.
 * - A decision or recall counts while the submission it names is open: waiting or asked about.
 * - A newer submission takes the place of the one it names, whichever arrived first; of several at the end the last to
 *   arrive counts. Once one is exported or paid, no other takes its place: it is adjusted.
 * - Finance checks, exports and pays the submission that counts, once it is approved, each once and in any order; the
 *   furthest one is the state. It reopens what is not exported or paid: the owner may then correct it.
 *
 * What came too late is a step that does not count. Null without any submission.
 */
export function caseOf(facts: CaseFacts): CaseView | null {
	const steps = orderedSteps(facts);
	const past: Past = { fates: new Map(), arrived: [] };
	for (const placed of steps) placed.step.counts = take(placed, past, facts);

	const current = currentOf(past.arrived);
	if (current === null) return null;
	const deciding = steps.findLast(
		({ step, submissionId }) => submissionId === current._id && step.counts
	)?.step;
	const fate = past.fates.get(current._id);
	const state = fate?.state ?? 'waiting';
	return {
		subjectId: current.body.subjectId,
		state,
		submissionId: current._id,
		holderId: isOpen(state) ? holderOf(fate?.stages ?? [], fate?.approvals ?? 0, facts) : null,
		steps: steps.map(({ step }) => step),
		isUnsent: (deciding?.order ?? null) === null
	};
}

/** What became of one submission so far. */
interface Fate {
	state: CaseState;
	ownerId: string;
	stages: readonly ApprovalStage[];
	/** Stages that approved. */
	approvals: number;
	handled: Set<HandlingDeed>;
}

/** What happened so far. */
interface Past {
	/** By submission, those only answers have arrived for included. */
	fates: Map<string, Fate>;
	/** Submissions in the order they came, without those that came too late to count. */
	arrived: Submission[];
}

/** Lets one step happen; false when it changes nothing. */
function take(
	{ step, submissionId, submission }: PlacedStep,
	past: Past,
	facts: CaseFacts
): boolean {
	if (submission !== null) return submit(submission, past, facts);
	const fate = past.fates.get(submissionId) ?? early(submissionId, facts);
	if (fate === null) return false;
	switch (step.deed) {
		case 'submitted':
			return false;
		case 'recalled':
			if (step.byId !== fate.ownerId || !isOpen(fate.state)) return false;
			fate.state = 'recalled';
			break;
		case 'approved':
		case 'declined':
		case 'asked': {
			if (step.byId === fate.ownerId || !isOpen(fate.state)) return false;
			const stage = fate.stages[fate.approvals];
			if (stage !== undefined && !mayDecideAt(stage, step.byId, step.actedFor)) return false;
			if (step.deed !== 'approved') fate.state = step.deed;
			else {
				fate.approvals += 1;
				fate.state = fate.approvals >= fate.stages.length ? 'approved' : 'waiting';
			}
			break;
		}
		case 'reopened':
			if (currentOf(past.arrived)?._id !== submissionId) return false;
			if (fate.state !== 'approved' && fate.state !== 'checked') return false;
			fate.state = 'reopened';
			break;
		case 'checked':
		case 'exported':
		case 'paid':
			if (currentOf(past.arrived)?._id !== submissionId) return false;
			if (!LADDER.includes(fate.state) || fate.handled.has(step.deed)) return false;
			fate.handled.add(step.deed);
			if (LADDER.indexOf(step.deed) > LADDER.indexOf(fate.state)) fate.state = step.deed;
			break;
	}
	past.fates.set(submissionId, fate);
	return true;
}

/** From approved to the end. */
const LADDER: readonly CaseState[] = ['approved', 'checked', 'exported', 'paid'];

function submit(submission: Submission, { fates, arrived }: Past, facts: CaseFacts): boolean {
	const { _id, body } = submission;
	const isBooked = [...fates.values()].some(
		({ state }) => state === 'exported' || state === 'paid'
	);
	const replaced = body.previousId === null ? undefined : fates.get(body.previousId);
	const fate = fates.get(_id) ?? freshFate(submission, facts);
	fates.set(_id, fate);
	if (isBooked) {
		fate.state = 'recalled';
		return false;
	}
	arrived.push(submission);
	if (replaced && isOpen(replaced.state)) replaced.state = 'recalled';
	// Its correction was faster. Two naming each other can only be forged; the later then stands.
	const isReplaced = arrived.some(
		(other) => other.body.previousId === _id && other._id !== body.previousId
	);
	if (isReplaced && isOpen(fate.state)) fate.state = 'recalled';
	return true;
}

/** An answer may be stamped before the submission it names, and be sent before it. */
function early(submissionId: string, facts: CaseFacts): Fate | null {
	const submission = facts.submissions.find(({ _id }) => _id === submissionId);
	return submission === undefined ? null : freshFate(submission, facts);
}

function freshFate(submission: Submission, facts: CaseFacts): Fate {
	return {
		state: 'waiting',
		ownerId: submission.ownerId,
		stages: facts.stages?.get(submission._id) ?? [],
		approvals: 0,
		handled: new Set()
	};
}

function holderOf(
	stages: readonly ApprovalStage[],
	approvals: number,
	facts: CaseFacts
): string | null {
	return stages.length === 0 ? facts.approverId : (stages[approvals]?.approverId ?? null);
}

function isOpen(state: CaseState): boolean {
	return state === 'waiting' || state === 'asked';
}

/** The submission no other one names as the one before; the last to arrive of several. */
function currentOf(arrived: readonly Submission[]): Submission | null {
	const replaced = new Set(arrived.map(({ body }) => body.previousId));
	// Documents naming each other in a ring can only be forged; the last to arrive then stands.
	return arrived.findLast(({ _id }) => !replaced.has(_id)) ?? arrived.at(-1) ?? null;
}
