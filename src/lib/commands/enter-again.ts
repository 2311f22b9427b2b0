import { checkDocument } from '@outlay/domain/document-schemas';
import { documentId, parseDocumentId } from '@outlay/domain/identifiers';
import { refuse } from '@outlay/domain/refusal';
import type { Transaction, TransactionBody } from '@outlay/domain/transaction';
import type { Done } from './app.ts';
import { newEnvelope, type DeedContext } from './context.ts';

/**
 * Makes a new draft of what was kept of an entry the company removed, with the receipts that are still here; done twice
 * it is one draft. The value is its id. Refuses `transaction.not_found` when nothing is kept, and with the place
 * (`document.shape`) what is no entry.
 */
export async function enterAgain(context: DeedContext, keptId: string): Promise<Done<string>> {
	const { documents, me } = context;
	const kept = await documents.get('kept', keptId);
	const name = parseDocumentId(keptId)?.rest;
	if (kept === null || name === undefined) return refuse('transaction.not_found');
	const transactionId = documentId('transaction', me.userId, name);
	const lost = kept.document.body.lost as unknown as TransactionBody;
	const draft: Transaction = {
		_id: transactionId,
		type: 'transaction',
		...newEnvelope(context, 'transaction'),
		body: await withoutWhatIsGone(context, lost)
	};
	const checked = checkDocument({ ...draft });
	if (!checked.ok) return checked;
	if ((await documents.get('transaction', transactionId)) === null) {
		const receiptIds =
			lost.kind === 'expense' ? await receiptsAgain(context, lost.receiptIds, transactionId) : [];
		await documents.add(
			draft.body.kind === 'expense' ? { ...draft, body: { ...draft.body, receiptIds } } : draft
		);
	}
	await documents.remove('kept', keptId);
	return { ok: true, value: transactionId };
}

/** A drive whose recording is gone too is one that was typed. */
async function withoutWhatIsGone(
	{ documents }: DeedContext,
	body: TransactionBody
): Promise<TransactionBody> {
	if (body.kind === 'expense') return { ...body, receiptIds: [] };
	if (body.kind !== 'mileage' || body.tripId === null) return body;
	if ((await documents.get('trip', body.tripId)) !== null) return body;
	const distanceSource = body.distanceSource === 'recorded' ? 'typed' : body.distanceSource;
	return { ...body, tripId: null, distanceSource };
}

/** Receipts belong to one entry: the new one gets its own, of the same pictures. */
async function receiptsAgain(
	context: DeedContext,
	receiptIds: readonly string[],
	transactionId: string
): Promise<string[]> {
	const made: string[] = [];
	for (const receiptId of receiptIds) {
		const receipt = (await context.documents.get('receipt', receiptId))?.document;
		if (receipt === undefined) continue;
		const again = documentId('receipt', context.me.userId, context.identities.ulid());
		const page = made.length + 1;
		await context.documents.add({
			...receipt,
			_id: again,
			...newEnvelope(context, 'receipt'),
			body: { ...receipt.body, transactionId, page }
		});
		made.push(again);
	}
	return made;
}
