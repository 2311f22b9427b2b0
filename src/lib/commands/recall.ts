import { documentId } from '@outlay/domain/identifiers';
import { refuse } from '@outlay/domain/refusal';
import type { Done } from './app.ts';
import { newEnvelope, type DeedContext } from './context.ts';

/** Takes a waiting submission back, so that its transaction can be edited again; `recall.nothing_waits` otherwise. */
export async function recall(context: DeedContext, transactionId: string): Promise<Done> {
	const standing = await context.caseOf(transactionId);
	if (standing === null || !['waiting', 'asked'].includes(standing.state)) {
		return refuse('recall.nothing_waits');
	}
	const envelope = newEnvelope(context, 'recall');
	await context.documents.add({
		_id: documentId('recall', context.me.userId, context.identities.ulid()),
		type: 'recall',
		...envelope,
		body: { submissionId: standing.submissionId, recalledAt: envelope.createdAt }
	});
	return { ok: true, value: undefined };
}
