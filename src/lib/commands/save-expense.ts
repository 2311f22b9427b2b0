import { findProhibitedIn } from '@outlay/domain/prohibited-content';
import { refuse } from '@outlay/domain/refusal';
import { settingOn } from '@outlay/domain/setting';
import type { ExpenseBody } from '@outlay/domain/transaction';
import type { Done } from './app.ts';
import { localDay, newEnvelope, withBody, type DeedContext } from './context.ts';
import { editableTransaction } from './editable.ts';

export type ExpenseChange = Partial<Omit<ExpenseBody, 'kind'>>;

/** Saves a draft expense, creating it at the first call. */
export async function saveExpense(
	context: DeedContext,
	transactionId: string,
	change: ExpenseChange
): Promise<Done> {
	const prohibited = findProhibitedIn(change);
	if (prohibited) return { ok: false, refusal: prohibited };
	const found = await editableTransaction(context, transactionId, 'expense');
	if (!found.ok) return found;
	if (found.value === null) {
		await context.documents.add({
			_id: transactionId,
			type: 'transaction',
			...newEnvelope(context),
			body: { ...(await emptyExpense(context)), ...change }
		});
		return { ok: true, value: undefined };
	}
	let isExpense = true;
	await context.documents.edit('transaction', transactionId, (document) => {
		isExpense = document.body.kind === 'expense';
		if (document.body.kind !== 'expense') return document;
		return withBody(document, { ...document.body, ...change }, context.clock);
	});
	return isExpense ? { ok: true, value: undefined } : refuse('transaction.other_kind');
}

async function emptyExpense(context: DeedContext): Promise<ExpenseBody> {
	const today = localDay(context.clock);
	const company = settingOn(await context.settings(), 'company', today)?.body;
	return {
		kind: 'expense',
		merchant: '',
		amountMinor: null,
		amountText: '',
		currency: company?.homeCurrency ?? 'DKK',
		spentOn: today,
		country: company?.country ?? 'DK',
		costTypeId: null,
		purpose: '',
		paidWith: 'own-money',
		receiptIds: []
	};
}
