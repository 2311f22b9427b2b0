import type { Done } from './app.ts';
import type { DeedContext } from './context.ts';
import { saveDraft, type BodyOf, type DraftChange, type DraftStart } from './save-draft.ts';

/** Saves a draft mileage, creating it as a typed trip at the first call. */
export function saveMileage(
	context: DeedContext,
	transactionId: string,
	change: DraftChange<'mileage'>
): Promise<Done> {
	return saveDraft(context, transactionId, 'mileage', change, emptyMileage);
}

function emptyMileage({ today, country }: DraftStart): BodyOf<'mileage'> {
	return {
		kind: 'mileage',
		tripId: null,
		from: '',
		to: '',
		purpose: '',
		drivenOn: today,
		country,
		vehicle: 'own-car',
		licencePlate: '',
		distanceM: null,
		distanceText: '',
		distanceSource: 'typed',
		clearances: []
	};
}
