import { guardDraft } from '@outlay/domain/content-guard';
import { refuse } from '@outlay/domain/refusal';
import { settingOn } from '@outlay/domain/setting-on';
import {
	TransactionBody,
	type Transaction,
	type TransactionKind
} from '@outlay/domain/transaction';
import type { Done } from './app.ts';
import { localDay, newEnvelope, withBody, type DeedContext } from './context.ts';
import { editableTransaction } from './editable.ts';

export type BodyOf<K extends TransactionKind> = Extract<TransactionBody, { kind: K }>;
export type DraftChange<K extends TransactionKind> = Partial<Omit<BodyOf<K>, 'kind'>>;

/** What a new draft begins with: today, in the company's country and currency. */
export interface DraftStart {
	today: string;
	country: string;
	currency: string;
}

/**
 * Saves a draft of one kind, creating it at the first call from what `begin` gives. Numbers that have no place in a
 * text are stored unreadable, unless the person said that they are none (`change.clearances`). Refuses what may not be
 * edited now (see `editableTransaction`).
 */
export async function saveDraft<K extends TransactionKind>(
	context: DeedContext,
	transactionId: string,
	kind: K,
	change: DraftChange<K>,
	begin: (start: DraftStart) => BodyOf<K>
): Promise<Done> {
	const found = await editableTransaction(context, transactionId, kind);
	if (!found.ok) return found;
	if (found.value === null) {
		const document: Transaction = {
			_id: transactionId,
			type: 'transaction',
			...newEnvelope(context, 'transaction'),
			body: guardDraft(TransactionBody, null, { ...begin(await draftStart(context)), ...change })
		};
		try {
			await context.documents.add(document);
			return { ok: true, value: undefined };
		} catch (error) {
			// It arrived from another device a moment ago: then this is an edit of it.
			if ((error as { code?: unknown }).code !== 'storage.exists') throw error;
		}
	}
	let isSameKind = true;
	await context.documents.edit('transaction', transactionId, (document) => {
		isSameKind = document.body.kind === kind;
		if (!isSameKind) return document;
		const edited = guardDraft(TransactionBody, document.body, { ...document.body, ...change });
		return withBody(document, edited, context.clock);
	});
	return isSameKind ? { ok: true, value: undefined } : refuse('transaction.other_kind');
}

async function draftStart(context: DeedContext): Promise<DraftStart> {
	const today = localDay(context.clock);
	const company = settingOn(await context.settings(), 'company', today)?.body;
	return {
		today,
		country: company?.country ?? 'DK',
		currency: company?.homeCurrency ?? 'DKK'
	};
}
