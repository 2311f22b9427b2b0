import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import type { DocumentType } from '@outlay/domain/identifiers';
import type { Receipt } from '@outlay/domain/receipt';
import type { Setting } from '@outlay/domain/setting';
import type { Decision, Recall, Submission, Verdict } from '@outlay/domain/submission';
import {
	emptyMileage,
	type ExpenseBody,
	type MileageBody,
	type Transaction
} from '@outlay/domain/transaction';
import { UNTOUCHED_TRIP } from '@outlay/domain/untouched-trip';
import type { Trace, TripBody } from '@outlay/domain/trip';

/** Builders of documents for tests: valid ones, to be bent where a test needs it. */
export const COMPANY = 'nordlys1';
export const WORKER = 'worker1';
export const MANAGER = 'manager1';
export const HASH = 'a'.repeat(64);

export function ulidOf(n: number): string {
	return `01${String(n).padStart(24, '0')}`;
}

function envelope(type: DocumentType, ownerId: string, atMs: number) {
	const at = new Date(atMs).toISOString();
	return {
		schema: DOCUMENT_VERSIONS[type],
		companyId: COMPANY,
		ownerId,
		createdAt: at,
		updatedAt: at
	};
}

export function anExpense(change: Partial<ExpenseBody> = {}): ExpenseBody {
	return {
		kind: 'expense',
		merchant: 'Byggemarkedet',
		amountMinor: 12_550,
		amountText: '',
		currency: 'DKK',
		spentOn: '2026-11-20',
		country: 'DK',
		costTypeId: 'materials',
		purpose: 'Seals for pump 4',
		paidWith: 'own-money',
		receiptIds: [],
		clearances: [],
		...change
	};
}

export function aTransaction(n = 1, change: Partial<ExpenseBody> = {}): Transaction {
	return {
		_id: `transaction:${WORKER}:${ulidOf(n)}`,
		type: 'transaction',
		...envelope('transaction', WORKER, 1_700_000_000_000 + n),
		body: anExpense(change)
	};
}

export function aMileage(change: Partial<MileageBody> = {}): MileageBody {
	return {
		...emptyMileage({ day: '2026-11-20', country: 'DK' }),
		from: 'Odense',
		to: 'Kolding',
		purpose: 'Pump service',
		distanceM: 64_600,
		...change
	};
}

/** A stopped drive of 64.6 km in an hour. */
export function aTripBody(change: Partial<TripBody> = {}): TripBody {
	const startedAtMs = 1_700_000_000_000;
	return {
		...UNTOUCHED_TRIP,
		gapFills: [],
		state: 'stopped',
		startedAtMs,
		stoppedAtMs: startedAtMs + 3_600_000,
		distanceM: 64_600,
		distanceLowM: 64_300,
		distanceHighM: 65_700,
		distanceMethod: 'kalman-rts@1',
		gaps: [],
		fixCount: 3600,
		events: [{ deed: 'start', atMs: startedAtMs }],
		fixesSha256: HASH,
		...change
	};
}

/** A chunk of fixes, the nth of its trip. */
export function aTrace(tripId: string, n: number): Trace {
	return {
		...aTransaction(n),
		_id: tripId.replace('trip', 'trace') + `:${String(n)}`,
		type: 'trace',
		body: { tripId, n, isOpen: false, fixes: [[n, 55, 12, 5, null, null]] }
	};
}

export function aReceipt(n = 1, sha256 = HASH): Receipt {
	return {
		_id: `receipt:${WORKER}:${ulidOf(n)}`,
		type: 'receipt',
		...envelope('receipt', WORKER, 1_700_000_000_000 + n),
		body: {
			transactionId: `transaction:${WORKER}:${ulidOf(1)}`,
			sha256,
			mediaType: 'image/webp',
			byteLength: 1000,
			widthPx: 100,
			heightPx: 200,
			page: 1,
			addedAt: '2026-11-20T10:00:00.000Z',
			thumbnailSha256: null
		}
	};
}

export function aSubmission(
	n = 1,
	change: Partial<Submission['body']> = {},
	ownerId = WORKER
): Submission {
	const atMs = 1_700_000_000_000 + n * 1000;
	return {
		_id: `submission:${ownerId}:${ulidOf(n)}`,
		type: 'submission',
		...envelope('submission', ownerId, atMs),
		body: {
			subjectId: `transaction:${ownerId}:${ulidOf(1)}`,
			previousId: null,
			snapshot: anExpense(),
			amountMinor: 12_550,
			currency: 'DKK',
			derivation: [],
			receipts: [],
			tripId: null,
			routeId: null,
			fixesSha256: null,
			yearBeforeM: 0,
			settingsFrom: '2026-01-01',
			submittedAt: new Date(atMs).toISOString(),
			contentHash: HASH,
			...change
		}
	};
}

export function aRecall(n: number, submissionId: string): Recall {
	const atMs = 1_700_000_000_000 + n * 1000;
	return {
		_id: `recall:${WORKER}:${ulidOf(n)}`,
		type: 'recall',
		...envelope('recall', WORKER, atMs),
		body: { submissionId, recalledAt: new Date(atMs).toISOString() }
	};
}

export function aDecision(
	n: number,
	submissionId: string,
	verdict: Verdict,
	byId = MANAGER
): Decision {
	const atMs = 1_700_000_000_000 + n * 1000;
	return {
		_id: `decision:${byId}:${ulidOf(n)}`,
		type: 'decision',
		...envelope('decision', byId, atMs),
		body: {
			submissionId,
			submissionHash: HASH,
			verdict,
			reason: verdict === 'approve' ? '' : 'Guest name is missing',
			actedFor: null,
			decidedAt: new Date(atMs).toISOString(),
			clearances: []
		}
	};
}

/** A setting of the company in force from a day. */
export function aSetting(validFrom: string, body: Setting['body']): Setting {
	return {
		_id: `setting:${body.name}:${validFrom}`,
		type: 'setting',
		...envelope('setting', '', 1_700_000_000_000),
		body
	};
}

/** A Danish company that records no location and demands no passcode. */
export const COMPANY_SETTING: Extract<Setting['body'], { name: 'company' }> = {
	name: 'company',
	companyName: 'Nordlys Service',
	companyCode: 'nordlys',
	country: 'DK',
	homeCurrency: 'DKK',
	controllerContact: 'privacy@nordlys.example',
	locationPurpose: null,
	traceRetentionMonths: 3,
	deviceLock: null
};
