import { parseDocumentId, type DocumentType } from '@outlay/domain/identifiers';
import { formatAmount } from '@outlay/domain/money';
import type { Kept } from '@outlay/domain/person';
import type { Transaction } from '@outlay/domain/transaction';
import type { Account, Done } from '#lib/commands/app.ts';
import type { QueueEntry } from '#lib/commands/ports.ts';
import { m } from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';
import { formatDayLong, formatKilometres } from './formats.ts';
import { partWords } from './queue-words.ts';

const NAMES: Readonly<Record<string, () => string>> = {
	merchant: m.field_merchant,
	amountMinor: m.field_amount,
	amountText: m.field_amount,
	currency: m.field_currency,
	spentOn: m.field_date,
	drivenOn: m.field_date,
	country: m.field_country,
	costTypeId: m.field_cost_type,
	purpose: m.field_purpose,
	paidWith: m.field_paid_with,
	receiptIds: m.field_receipts,
	from: m.field_from,
	to: m.field_to,
	vias: m.field_vias,
	isReturn: m.mileage_return,
	vehicle: m.field_vehicle,
	homeRadiusM: m.place_home_radius,
	licencePlate: m.field_licence_plate,
	distanceM: m.field_distance,
	distanceText: m.field_distance
};

/** What says where a distance comes from: it means nothing without the rest. */
const DISTANCE_FIELDS = [
	'distanceText',
	'distanceSource',
	'distanceLowM',
	'distanceHighM',
	'distanceMethod',
	'legs',
	'wayMark',
	'isEstimateConfirmed',
	'odometerStartKm',
	'odometerEndKm'
];
const BELONGING: readonly (readonly [string, readonly string[]])[] = [
	['from', ['fromPoint']],
	['to', ['toPoint']],
	['vehicle', ['vehicleOwner', 'vehicleId', 'licencePlate']]
];

/** What a field of the body is called on the forms. */
export function keptName(field: string): string {
	return NAMES[field]?.() ?? field;
}

export interface KeptField {
	name: string;
	shown: string;
	kept: string;
}

/** The fields two devices changed, both values in words. Fields that were merged by element are left out. */
export function keptFields(kept: Kept, shown: Transaction | null): KeptField[] {
	return kept.body.fields
		.filter((field) => field in NAMES && field !== 'receiptIds')
		.map((field) => ({
			name: keptName(field),
			shown: valueWords(field, { ...shown?.body }),
			kept: valueWords(field, kept.body.lost)
		}));
}

/** What is kept of something removed, in words: the fields that say something. */
export function removedFacts(kept: Kept): { label: string; value: string }[] {
	const { lost } = kept.body;
	return Object.keys(NAMES)
		.filter((field) => field in lost && field !== 'receiptIds' && field !== 'currency')
		.map((field) => ({ label: keptName(field), value: valueWords(field, lost) }))
		.filter(({ value }) => value !== '');
}

/** What something removed was called. */
export function removedTitle({ body: { lost, documentId } }: Kept): string {
	const { merchant, from, to, kind } = lost;
	if (kind === 'mileage') return [from, to].filter(Boolean).join(' → ') || m.kind_mileage();
	if (kind === 'expense')
		return typeof merchant === 'string' && merchant ? merchant : m.kind_expense();
	const type = parseDocumentId(documentId)?.type;
	return partWords([(type && PART_OF_REMOVED[type]) ?? 'other']);
}

const PART_OF_REMOVED: Readonly<Partial<Record<DocumentType, QueueEntry['part']>>> = {
	receipt: 'photo',
	trip: 'trip',
	submission: 'submission',
	recall: 'submission',
	decision: 'decision'
};

function valueWords(field: string, body: Readonly<Record<string, unknown>>): string {
	const value = body[field];
	if (field === 'amountMinor' && typeof value === 'number') {
		const currency = typeof body['currency'] === 'string' ? body['currency'] : 'XXX';
		const { whole, decimals } = formatAmount(value, currency, getLocale());
		return `${whole}${decimals} ${currency}`;
	}
	if (field === 'distanceM' && typeof value === 'number') return `${formatKilometres(value)} km`;
	if ((field === 'spentOn' || field === 'drivenOn') && typeof value === 'string') {
		return formatDayLong(value);
	}
	if (value === 'own-money') return m.paid_own_money();
	if (value === 'company-card') return m.paid_company_card();
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/**
 * Puts the kept values back, as one more change of the person, and lets the kept version go. Refuses like saving
 * does, such as `transaction.waiting`; the kept version then stays.
 */
export async function restoreKept(account: Account, kept: Kept): Promise<Done> {
	const { documentId, fields, lost } = kept.body;
	const wanted = new Set(fields);
	// A kept field counts with what belongs to it: an amount means nothing without its currency.
	if (wanted.has('amountMinor')) ['currency', 'amountText'].forEach((field) => wanted.add(field));
	if (wanted.has('distanceM')) DISTANCE_FIELDS.forEach((field) => wanted.add(field));
	for (const [field, others] of BELONGING) {
		if (wanted.has(field)) others.forEach((other) => wanted.add(other));
	}
	const change = Object.fromEntries(Object.entries(lost).filter(([field]) => wanted.has(field)));
	const done = await changed(account, documentId, lost, change);
	if (done.ok) await account.documents.remove('kept', kept._id);
	return done;
}

async function changed(
	{ deeds, documents }: Account,
	documentId: string,
	lost: Readonly<Record<string, unknown>>,
	change: Record<string, unknown>
): Promise<Done> {
	const type = parseDocumentId(documentId)?.type;
	if (type === 'profile') return deeds.saveProfile(change);
	if (type === 'trip') {
		await documents.edit('trip', documentId, (trip) => ({
			...trip,
			body: { ...trip.body, ...change }
		}));
		return { ok: true, value: undefined };
	}
	return lost['kind'] === 'mileage'
		? deeds.saveMileage(documentId, change)
		: deeds.saveExpense(documentId, change);
}
