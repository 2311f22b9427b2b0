import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import { documentId } from '@outlay/domain/identifiers';
import type { SessionView } from '@outlay/domain/session-view';
import type { Transaction } from '@outlay/domain/transaction';

const FIRST_MS = Date.UTC(2024, 0, 3, 7);
/** About thirty entries a working day. */
const APART_MS = 16 * 60_000;
const MERCHANTS = ['Byggemarkedet', 'Hotel Nordlys', 'OK Kolding', 'Café Havnen', 'Stark Esbjerg'];

/** Complete expenses of a person as drafts, oldest first, each different; the id tells the time it was made. */
export function transactionsOf(me: SessionView, count: number, from = 0): Transaction[] {
	return Array.from({ length: count }, (_, at) => {
		const n = from + at;
		const createdAt = new Date(FIRST_MS + n * APART_MS).toISOString();
		return {
			_id: documentId('transaction', me.userId, ulidAt(FIRST_MS + n * APART_MS, n)),
			type: 'transaction',
			schema: DOCUMENT_VERSIONS.transaction,
			companyId: me.companyId,
			ownerId: me.userId,
			createdAt,
			updatedAt: createdAt,
			body: {
				kind: 'expense',
				merchant: MERCHANTS[n % MERCHANTS.length] ?? '',
				amountMinor: 1250 + ((n * 977) % 90_000),
				amountText: '',
				currency: 'DKK',
				spentOn: createdAt.slice(0, 10),
				country: 'DK',
				costTypeId: null,
				purpose: `Parts and materials for job ${String(n)}`,
				paidWith: 'own-money',
				receiptIds: [],
				clearances: []
			}
		};
	});
}

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';

/** As the app makes them, but the same each time. */
function ulidAt(ms: number, n: number): string {
	let time = '';
	for (let rest = ms, digit = 0; digit < 10; digit++, rest = Math.floor(rest / 32)) {
		time = (BASE32[rest % 32] ?? '0') + time;
	}
	return (
		time +
		n
			.toString(32)
			.replace(/[ilou]/g, 'z')
			.padStart(16, '0')
	);
}
