import {
	COMPANY,
	HASH,
	WORKER,
	aDecision,
	aReceipt,
	anExpense,
	aSubmission,
	aTransaction,
	ulidOf
} from './documents.ts';

/** A document as an earlier app stored it: its version and its body are of that time. */
export interface OldDocument {
	_id: string;
	type:
		| 'transaction'
		| 'receipt'
		| 'submission'
		| 'decision'
		| 'case'
		| 'trip'
		| 'route'
		| 'profile'
		| 'kept'
		| 'setting';
	schema: number;
	companyId: string;
	ownerId: string;
	createdAt: string;
	updatedAt: string;
	body: Record<string, unknown>;
}

const AT = '2026-03-02T08:00:00.000Z';
const { clearances: _, ...EXPENSE_1 } = anExpense({ merchant: 'Stark' });
const MILEAGE_2 = {
	kind: 'mileage',
	tripId: null,
	from: 'Workshop',
	to: 'Pump 4',
	purpose: 'Repair',
	drivenOn: '2026-03-02',
	country: 'DK',
	vehicle: 'company-car',
	licencePlate: 'AB 12 345',
	distanceM: 10_000,
	distanceText: '',
	distanceSource: 'typed',
	clearances: []
};

const MILEAGE_3 = {
	...MILEAGE_2,
	fromPoint: null,
	toPoint: null,
	vias: [],
	isReturn: false,
	vehicle: 'car',
	vehicleOwner: 'own',
	vehicleId: null,
	distanceLowM: null,
	distanceHighM: null,
	distanceMethod: '',
	legs: [],
	wayMark: '',
	isEstimateConfirmed: false,
	odometerStartKm: null,
	odometerEndKm: null
};

function old(
	type: OldDocument['type'],
	schema: number,
	id: string,
	body: Record<string, unknown>,
	ownerId = WORKER
): OldDocument {
	return {
		_id: `${type}:${id}`,
		type,
		schema,
		companyId: COMPANY,
		ownerId,
		createdAt: AT,
		updatedAt: AT,
		body
	};
}

/** Bodies without what later versions added. */
function without(body: object, ...fields: string[]): Record<string, unknown> {
	return Object.fromEntries(Object.entries(body).filter(([name]) => !fields.includes(name)));
}

/** One document at least of every earlier version of every type. They are written once and never changed. */
export const OLD_DOCUMENTS: readonly OldDocument[] = [
	old('transaction', 1, `${WORKER}:${ulidOf(1)}`, EXPENSE_1),
	old('submission', 1, `${WORKER}:${ulidOf(2)}`, {
		...without(aSubmission(2).body, 'yearBeforeM'),
		snapshot: EXPENSE_1
	}),
	old('transaction', 2, `${WORKER}:${ulidOf(5)}`, MILEAGE_2),
	old('submission', 2, `${WORKER}:${ulidOf(6)}`, {
		...without(aSubmission(6).body, 'yearBeforeM'),
		snapshot: MILEAGE_2
	}),
	old('receipt', 1, `${WORKER}:${ulidOf(9)}`, without(aReceipt(9).body, 'thumbnailSha256')),
	old('submission', 3, `${WORKER}:${ulidOf(10)}`, {
		...without(aSubmission(10).body, 'yearBeforeM'),
		receipts: [
			{ receiptId: aReceipt(9)._id, sha256: HASH, mediaType: 'image/webp', byteLength: 1000 }
		]
	}),
	old('submission', 4, `${WORKER}:${ulidOf(11)}`, {
		...without(aSubmission(11).body, 'yearBeforeM'),
		snapshot: MILEAGE_3,
		amountMinor: 24_613
	}),
	old('kept', 1, `${WORKER}:${ulidOf(8)}`, {
		documentId: aTransaction(1)._id,
		fields: ['purpose'],
		lost: anExpense({ purpose: 'Seals' }),
		keptAt: AT
	}),
	old('profile', 1, WORKER, { language: 'da', theme: 'dark' }),
	old('profile', 2, WORKER, {
		language: 'en',
		theme: 'system',
		places: [
			{
				id: 'home-1',
				name: 'Home',
				address: '',
				latitude: 55.4,
				longitude: 10.4,
				home: true
			}
		],
		vehicles: [],
		favouriteTrips: [],
		clearances: []
	}),
	old(
		'decision',
		1,
		`manager1:${ulidOf(3)}`,
		without(aDecision(3, aSubmission(2)._id, 'ask').body, 'clearances'),
		'manager1'
	),
	old('trip', 1, `${WORKER}:${ulidOf(4)}`, {
		state: 'stopped',
		startedAtMs: 1_772_438_400_000,
		stoppedAtMs: 1_772_442_000_000,
		distanceM: 4120,
		distanceMethod: 'wgs84-sum@1',
		gaps: [],
		fixCount: 3300,
		events: [{ deed: 'start', atMs: 1_772_438_400_000 }],
		fixesSha256: HASH
	}),
	old('trip', 2, `${WORKER}:${ulidOf(7)}`, {
		state: 'stopped',
		startedAtMs: 1_772_438_400_000,
		stoppedAtMs: 1_772_442_000_000,
		distanceM: 4120,
		distanceLowM: 4010,
		distanceHighM: 4300,
		distanceMethod: 'kalman-rts@1',
		gaps: [{ fromMs: 1_772_439_000_000, toMs: 1_772_439_060_000, straightM: 310.5 }],
		fixCount: 3300,
		events: [{ deed: 'start', atMs: 1_772_438_400_000 }],
		fixesSha256: HASH
	}),
	old('route', 1, `${WORKER}:${ulidOf(7)}`, {
		tripId: `trip:${WORKER}:${ulidOf(7)}`,
		stretches: [[[55.4, 10.4]], [[55.5, 10.5]]],
		gaps: [{ fromMs: 1_772_439_000_000, toMs: 1_772_439_060_000, straightM: 310.5 }],
		startedAtMs: 1_772_438_400_000,
		stoppedAtMs: 1_772_442_000_000,
		distanceM: 4120
	}),
	old('case', 1, `${WORKER}:${ulidOf(1)}`, {
		subjectId: aTransaction(1)._id,
		state: 'waiting',
		submissionId: aSubmission(2)._id,
		holderId: 'manager1',
		steps: [
			{
				documentId: aSubmission(2)._id,
				deed: 'submitted',
				byId: WORKER,
				at: AT,
				receivedAt: null,
				order: null,
				counts: true,
				reason: ''
			}
		]
	}),
	old(
		'setting',
		1,
		'mileage-rates:2023-01-01',
		{
			name: 'mileage-rates',
			rates: [
				{
					country: 'DK',
					vehicle: 'own-car',
					currency: 'DKK',
					perKmMinor: 381,
					upToKm: 20_000,
					validFrom: '2025-01-01',
					validTo: '2025-12-31',
					source: 'tekniq.dk',
					verified: false
				}
			]
		},
		''
	),
	old('setting', 2, 'cost-types:2023-01-01', { name: 'cost-types', costTypes: [] }, ''),
	old('setting', 3, 'cost-types:2024-01-01', { name: 'cost-types', costTypes: [] }, ''),
	old(
		'setting',
		4,
		'company:2023-01-01',
		{
			name: 'company',
			companyName: 'Nordlys Service',
			companyCode: 'nordlys',
			country: 'DK',
			homeCurrency: 'DKK',
			controllerContact: 'privacy@nordlys.example',
			locationPurpose: null,
			traceRetentionMonths: 3
		},
		''
	)
];
