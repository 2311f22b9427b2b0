import { refuse } from '@outlay/domain/refusal';
import type { Done } from './app.ts';
import type { DeedContext } from './context.ts';
import { mileageIdOf } from './mileage-id.ts';
import { removeDraft } from './remove-draft.ts';
import { removeTrip } from './remove-trip.ts';

/**
 * Removes a stopped trip with its route, its raw fixes and the draft mileage it may have become; refuses with
 * `trip.still_recording` and `transaction.was_submitted`.
 */
export async function discardTrip(context: DeedContext, tripId: string): Promise<Done> {
	const trip = await context.documents.get('trip', tripId);
	if (trip !== null && trip.document.body.state !== 'stopped') {
		return refuse('trip.still_recording');
	}
	const transactionId = mileageIdOf(tripId);
	// Asked here too: what was submitted may have arrived before its transaction.
	if ((await context.caseOf(transactionId)) !== null) return refuse('transaction.was_submitted');
	const removed = await removeDraft(context, transactionId);
	if (!removed.ok) return removed;
	await removeTrip(context, tripId);
	return removed;
}
