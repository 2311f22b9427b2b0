import { refuse } from '@outlay/domain/refusal';
import type { Done } from './app.ts';
import { receiptsOf } from './attach-receipt.ts';
import type { DeedContext } from './context.ts';
import { removeTrip } from './remove-trip.ts';

/** Removes what was never submitted, with its receipts and trip; `transaction.was_submitted` otherwise. */
export async function removeDraft(context: DeedContext, transactionId: string): Promise<Done> {
	const stored = await context.documents.get('transaction', transactionId);
	if (stored === null) return { ok: true, value: undefined };
	if ((await context.caseOf(transactionId)) !== null) return refuse('transaction.was_submitted');
	const receipts = await receiptsOf(context, transactionId);
	const { body } = stored.document;
	await context.documents.remove('transaction', transactionId);
	for (const receipt of receipts) {
		await context.documents.remove('receipt', receipt.receiptId);
		await context.vault.forget(receipt);
	}
	if (body.kind === 'mileage' && body.tripId !== null) await removeTrip(context, body.tripId);
	return { ok: true, value: undefined };
}
