import { findProhibitedIn } from '@outlay/domain/prohibited-content';
import { refuse } from '@outlay/domain/refusal';
import { settingOn } from '@outlay/domain/setting';
import type { MileageBody } from '@outlay/domain/transaction';
import type { Done } from './app.ts';
import { localDay, newEnvelope, withBody, type DeedContext } from './context.ts';
import { editableTransaction } from './editable.ts';

export type MileageChange = Partial<Omit<MileageBody, 'kind'>>;

/** Saves a draft mileage, creating it as a typed trip at the first call. */
export async function saveMileage(
	context: DeedContext,
	transactionId: string,
	change: MileageChange
): Promise<Done> {
	const prohibited = findProhibitedIn(change);
	if (prohibited) return { ok: false, refusal: prohibited };
	const found = await editableTransaction(context, transactionId, 'mileage');
	if (!found.ok) return found;
	if (found.value === null) {
		await context.documents.add({
			_id: transactionId,
			type: 'transaction',
			...newEnvelope(context),
			body: { ...(await emptyMileage(context)), ...change }
		});
		return { ok: true, value: undefined };
	}
	let isMileage = true;
	await context.documents.edit('transaction', transactionId, (document) => {
		isMileage = document.body.kind === 'mileage';
		if (document.body.kind !== 'mileage') return document;
		return withBody(document, { ...document.body, ...change }, context.clock);
	});
	return isMileage ? { ok: true, value: undefined } : refuse('transaction.other_kind');
}

async function emptyMileage(context: DeedContext): Promise<MileageBody> {
	const today = localDay(context.clock);
	const company = settingOn(await context.settings(), 'company', today)?.body;
	return {
		kind: 'mileage',
		tripId: null,
		from: '',
		to: '',
		purpose: '',
		drivenOn: today,
		country: company?.country ?? 'DK',
		vehicle: 'own-car',
		licencePlate: '',
		distanceM: null,
		distanceText: '',
		distanceSource: 'typed'
	};
}
