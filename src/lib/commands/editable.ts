import { isApproved } from '@outlay/domain/case-states';
import { refuse } from '@outlay/domain/refusal';
import type { Transaction, TransactionKind } from '@outlay/domain/transaction';
import type { Done } from './app.ts';
import type { DeedContext } from './context.ts';

/**
 * The transaction as it may be edited now, null when there is none yet. Refuses what waits
 * (`transaction.waiting`), is approved (`transaction.approved`), is of another kind, or was written by a newer
 * app (`transaction.newer_app`).
 */
export async function editableTransaction(
	context: DeedContext,
	transactionId: string,
	kind: TransactionKind | null
): Promise<Done<Transaction | null>> {
	const stored = await context.documents.get('transaction', transactionId);
	if (stored === null) return { ok: true, value: null };
	if (kind !== null && stored.document.body.kind !== kind) return refuse('transaction.other_kind');
	if (stored.isReadOnly) return refuse('transaction.newer_app');
	const standing = await context.caseOf(transactionId);
	if (standing?.state === 'waiting' || standing?.state === 'asked') {
		return refuse('transaction.waiting');
	}
	if (standing && isApproved(standing.state)) return refuse('transaction.approved');
	return { ok: true, value: stored.document };
}
