import { emptyMileage } from '@outlay/domain/transaction';
import type { Done } from './app.ts';
import type { DeedContext } from './context.ts';
import { saveDraft, type DraftChange } from './save-draft.ts';

/** Saves a draft mileage, creating it as a typed trip in the person's first vehicle at the first call. */
export async function saveMileage(
	context: DeedContext,
	transactionId: string,
	change: DraftChange<'mileage'>
): Promise<Done> {
	const profile = await context.documents.get('profile', `profile:${context.me.userId}`);
	const vehicle = profile?.document.body.vehicles[0] ?? null;
	return saveDraft(context, transactionId, 'mileage', change, ({ today, country }) =>
		emptyMileage({ day: today, country, vehicle })
	);
}
