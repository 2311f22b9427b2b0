import { emptyMileage } from '@outlay/domain/transaction';
import type { Done } from './app.ts';
import type { DeedContext } from './context.ts';
import { saveDraft, type DraftChange } from './save-draft.ts';

/** Saves a draft mileage, creating it as a typed trip at the first call. */
export function saveMileage(
	context: DeedContext,
	transactionId: string,
	change: DraftChange<'mileage'>
): Promise<Done> {
	return saveDraft(context, transactionId, 'mileage', change, ({ today, country }) =>
		emptyMileage({ day: today, country })
	);
}
