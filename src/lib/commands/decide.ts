import { openStageOf } from '@outlay/domain/open-stage';
import type { CaseView } from '@outlay/domain/case-of';
import { documentId } from '@outlay/domain/identifiers';
import { judgeText, type ContentClearance } from '@outlay/domain/content-guard';
import { refuse } from '@outlay/domain/refusal';
import type { Verdict } from '@outlay/domain/submission';
import type { Done } from './app.ts';
import { newEnvelope, type DeedContext } from './context.ts';

/**
 * Approves, declines or asks about somebody else's submission; a reason is needed unless it is approved. The decision
 * names the content that was seen. Refuses `decision.own_submission`, `decision.reason_missing`,
 * `decision.not_waiting`.
 */
export async function decide(
	context: DeedContext,
	submissionId: string,
	verdict: Verdict,
	reason: string,
	clearances: ContentClearance[]
): Promise<Done> {
	const words = reason.trim();
	if (verdict !== 'approve' && words === '') return refuse('decision.reason_missing', 'reason');
	const { block } = judgeText(words, 'reason', clearances);
	if (block) return { ok: false, refusal: block };
	const submission = await context.documents.get('submission', submissionId);
	if (submission === null) return refuse('decision.not_found');
	if (submission.document.ownerId === context.me.userId) return refuse('decision.own_submission');
	const standing = await context.caseOf(submission.document.body.subjectId);
	const isOpen = standing?.state === 'waiting' || standing?.state === 'asked';
	if (!isOpen || standing.submissionId !== submissionId) return refuse('decision.not_waiting');

	const envelope = newEnvelope(context, 'decision');
	await context.documents.add({
		_id: documentId('decision', context.me.userId, context.identities.ulid()),
		type: 'decision',
		...envelope,
		body: {
			submissionId,
			submissionHash: submission.document.body.contentHash,
			verdict,
			reason: words,
			actedFor: actsFor(standing, context.me.userId),
			decidedAt: envelope.createdAt,
			clearances
		}
	});
	return { ok: true, value: undefined };
}

/** The approver a substitute decides for; null for the approver themselves. */
function actsFor(standing: CaseView, userId: string): string | null {
	const stage = openStageOf(standing)?.stage;
	return stage?.substituteIds.includes(userId) ? stage.approverId : null;
}
