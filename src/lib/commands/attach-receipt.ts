import { documentId } from '@outlay/domain/identifiers';
import { refuse } from '@outlay/domain/refusal';
import type { SubmissionBody } from '@outlay/domain/submission';
import type { Done } from './app.ts';
import { newEnvelope, withBody, type DeedContext } from './context.ts';
import { editableTransaction } from './editable.ts';
import { saveExpense } from './save-expense.ts';

/**
 * Prepares a picture or PDF, stores its bytes, and adds it to an expense as the next page. Bytes come first, then the
 * receipt, then the expense: a kill in between leaves bytes without a receipt, never a receipt without bytes.
 * The same photo twice on one expense is refused with `photo.twice`.
 */
export async function attachReceipt(
	context: DeedContext,
	transactionId: string,
	file: Blob
): Promise<Done<string>> {
	const editable = await editableTransaction(context, transactionId, 'expense');
	if (!editable.ok) return editable;
	const prepared = await context.photos.prepare(file);
	if (!prepared.ok) return prepared;
	const photo = prepared.value;
	const { sha256, byteLength } = await context.vault.put(photo.bytes, photo.mediaType);
	const thumbnail =
		photo.thumbnail && (await context.vault.put(photo.thumbnail.bytes, photo.thumbnail.mediaType));

	if (editable.value === null) {
		const created = await saveExpense(context, transactionId, {});
		if (!created.ok) return created;
	}
	const present = await receiptsOf(context, transactionId);
	if (present.some((receipt) => receipt.sha256 === sha256)) {
		return refuse('photo.twice', 'receiptIds');
	}
	const receiptId = documentId('receipt', context.me.userId, context.identities.ulid());
	const envelope = newEnvelope(context, 'receipt');
	await context.documents.add({
		_id: receiptId,
		type: 'receipt',
		...envelope,
		body: {
			transactionId,
			sha256,
			mediaType: photo.mediaType,
			byteLength,
			widthPx: photo.widthPx,
			heightPx: photo.heightPx,
			page: present.length + 1,
			addedAt: envelope.createdAt,
			thumbnailSha256: thumbnail?.sha256 ?? null
		}
	});
	await context.documents.edit('transaction', transactionId, (document) =>
		document.body.kind === 'expense' && !document.body.receiptIds.includes(receiptId)
			? withBody(
					document,
					{ ...document.body, receiptIds: [...document.body.receiptIds, receiptId] },
					context.clock
				)
			: document
	);
	return { ok: true, value: receiptId };
}

/** The receipts an expense names, in page order; those not on this device yet are left out. */
export async function receiptsOf(
	context: DeedContext,
	transactionId: string
): Promise<SubmissionBody['receipts']> {
	const transaction = await context.documents.get('transaction', transactionId);
	const body = transaction?.document.body;
	const receiptIds = body?.kind === 'expense' ? body.receiptIds : [];
	const receipts = await Promise.all(
		receiptIds.map((receiptId) => context.documents.get('receipt', receiptId))
	);
	return receipts.flatMap((receipt) =>
		receipt === null
			? []
			: [
					{
						receiptId: receipt.document._id,
						sha256: receipt.document.body.sha256,
						mediaType: receipt.document.body.mediaType,
						byteLength: receipt.document.body.byteLength,
						thumbnailSha256: receipt.document.body.thumbnailSha256
					}
				]
	);
}
