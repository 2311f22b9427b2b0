import type { ApprovalStage, CaseBody } from './case.ts';

/**
 * Whose turn it is with what waits or is asked about: the stage, and how many approved before. Null where nothing is
 * open, or the submission has no stages (then the holder alone decides).
 */
export function openStageOf(
	body: Pick<CaseBody, 'state' | 'submissionId' | 'steps'>
): { stage: ApprovalStage; approvals: number } | null {
	if (body.state !== 'waiting' && body.state !== 'asked') return null;
	const about = body.steps.filter(({ submissionId }) => submissionId === body.submissionId);
	const approvals = about.filter(({ deed, counts }) => deed === 'approved' && counts).length;
	const stage = about.find(({ deed }) => deed === 'submitted')?.stages[approvals];
	return stage === undefined ? null : { stage, approvals };
}

/** Everybody whose turn it was or is with a submission of the case, substitutes included: they see what becomes of it. */
export function judgesSoFar({ steps }: Pick<CaseBody, 'steps'>): string[] {
	const ids = steps.flatMap(({ deed, documentId, stages }) => {
		if (deed !== 'submitted') return [];
		const approvals = steps.filter(
			(step) => step.submissionId === documentId && step.deed === 'approved' && step.counts
		).length;
		return stages
			.slice(0, approvals + 1)
			.flatMap(({ approverId, substituteIds }) => [approverId, ...substituteIds]);
	});
	return [...new Set(ids)];
}
