import type { Done } from './app.ts';
import type { DeedContext } from './context.ts';
import { saveDraft, type BodyOf, type DraftChange, type DraftStart } from './save-draft.ts';

/** Saves a draft expense, creating it at the first call. */
export function saveExpense(
	context: DeedContext,
	transactionId: string,
	change: DraftChange<'expense'>
): Promise<Done> {
	return saveDraft(context, transactionId, 'expense', change, emptyExpense);
}

function emptyExpense({ today, country, currency }: DraftStart): BodyOf<'expense'> {
	return {
		kind: 'expense',
		merchant: '',
		amountMinor: null,
		amountText: '',
		currency,
		spentOn: today,
		country,
		costTypeId: null,
		purpose: '',
		paidWith: 'own-money',
		receiptIds: [],
		clearances: []
	};
}
