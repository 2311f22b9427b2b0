import type { Done } from './app.ts';
import { withBody, type DeedContext } from './context.ts';
import { editableTransaction } from './editable.ts';

/** Takes a receipt off an expense. A receipt that was submitted stays as a document; a draft's goes with its bytes. */
export async function removeReceipt(
	context: DeedContext,
	transactionId: string,
	receiptId: string
): Promise<Done> {
	const editable = await editableTransaction(context, transactionId, 'expense');
	if (!editable.ok) return editable;
	const receipt = await context.documents.get('receipt', receiptId);
	await context.documents.edit('transaction', transactionId, (document) =>
		document.body.kind === 'expense'
			? withBody(
					document,
					{
						...document.body,
						receiptIds: document.body.receiptIds.filter((id) => id !== receiptId)
					},
					context.clock
				)
			: document
	);
	const wasSubmitted = (await context.caseOf(transactionId)) !== null;
	if (receipt !== null && !wasSubmitted) {
		await context.documents.remove('receipt', receiptId);
		await context.vault.forget(receipt.document.body);
	}
	return { ok: true, value: undefined };
}
