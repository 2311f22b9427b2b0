import { checkDocument, DOCUMENT_SCHEMAS } from '@outlay/domain/document-schemas';
import { DOCUMENT_VERSIONS, upcast } from '@outlay/domain/documents';
import { mileageAmount } from '@outlay/domain/mileage/mileage-amount';
import { emptyProfile } from '@outlay/domain/person';
import { UNTOUCHED_TRIP } from '@outlay/domain/untouched-trip';
import type { Setting } from '@outlay/domain/setting';
import { emptyMileage } from '@outlay/domain/transaction';
import { describe, expect, test } from 'vitest';
import {
	COMPANY,
	aDecision,
	anExpense,
	aSubmission,
	aTransaction,
	ulidOf,
	WORKER
} from '../../support/documents.ts';
import { OLD_DOCUMENTS } from '../../support/old-documents.ts';

describe('upcast', () => {
	test('a trip measured before there were intervals has none', () => {
		const old = {
			_id: 'trip:worker:01j00000000000000000000001',
			type: 'trip' as const,
			schema: 1,
			companyId: 'nordlys',
			ownerId: 'worker',
			createdAt: '2026-03-02T08:00:00.000Z',
			updatedAt: '2026-03-02T09:00:00.000Z',
			body: {
				state: 'stopped',
				startedAtMs: 1_772_438_400_000,
				stoppedAtMs: 1_772_442_000_000,
				distanceM: 4120,
				distanceMethod: 'wgs84-sum@1',
				gaps: [{ fromMs: 1_772_439_000_000, toMs: 1_772_439_060_000, straightM: 310.5 }],
				fixCount: 3300,
				events: [{ deed: 'start', atMs: 1_772_438_400_000 }],
				fixesSha256: null
			}
		};
		const lifted = upcast(old);
		expect(lifted.isNewer).toBe(false);
		expect(lifted.document).toEqual({
			...old,
			schema: DOCUMENT_VERSIONS.trip,
			body: { ...old.body, distanceLowM: null, distanceHighM: null, ...UNTOUCHED_TRIP }
		});
		// An app that was not updated yet may still send it.
		expect(checkDocument({ ...old })).toMatchObject({ ok: true });
		expect(checkDocument({ ...lifted.document })).toMatchObject({ ok: true });
		expect(checkDocument({ ...lifted.document, schema: 1 })).toMatchObject({ ok: true });
	});

	test('a route of before gaps could be filled counts them straight', () => {
		const straight = { fromMs: 1_772_439_000_000, toMs: 1_772_439_060_000, straightM: 310.5 };
		const old = {
			_id: 'route:worker:01j00000000000000000000001',
			type: 'route' as const,
			schema: 1,
			companyId: 'nordlys',
			ownerId: 'worker',
			createdAt: '2026-03-02T08:00:00.000Z',
			updatedAt: '2026-03-02T09:00:00.000Z',
			body: {
				tripId: 'trip:worker:01j00000000000000000000001',
				stretches: [[[55.4, 10.4]], [[55.5, 10.5]]],
				gaps: [straight],
				startedAtMs: 1_772_438_400_000,
				stoppedAtMs: 1_772_442_000_000,
				distanceM: 4120
			}
		};
		expect(checkDocument({ ...old })).toMatchObject({ ok: true });
		const { document } = upcast(old);
		expect(checkDocument({ ...document })).toMatchObject({ ok: true });
		expect(document.body).toMatchObject({
			distanceM: 4120,
			trackM: 4120,
			lowM: null,
			gaps: [{ ...straight, by: 'unanswered', distanceM: 310.5, line: [] }]
		});
	});

	test('leaves a present document as it is, and marks a newer one', () => {
		const present = aTransaction();
		const asStored = present as unknown as Parameters<typeof upcast>[0];
		expect(upcast(asStored)).toEqual({ document: present, isNewer: false });
		expect(upcast({ ...asStored, schema: 99 })).toMatchObject({ isNewer: true });
	});

	test('what was written before anybody could clear a number', () => {
		const { clearances: _, ...oldBody } = anExpense();
		const old = (document: object, body: object) =>
			({ ...document, schema: 1, body }) as unknown as Parameters<typeof upcast>[0];
		expect(upcast(old(aTransaction(), oldBody)).document).toEqual(aTransaction());
		const submission = aSubmission();
		const oldSubmission = old(submission, { ...submission.body, snapshot: oldBody });
		expect(upcast(oldSubmission).document).toEqual(submission);
		expect(checkDocument({ ...oldSubmission })).toMatchObject({ ok: true });
		const decision = aDecision(2, submission._id, 'ask');
		const { clearances: __, ...oldDecision } = decision.body;
		expect(upcast(old(decision, oldDecision)).document).toEqual(decision);
	});

	test('settings of version 1 pay the same drive the same, threshold and all', () => {
		const rate = (perKmMinor: number, upToKm: number | null, year = 2025) => ({
			country: 'DK',
			vehicle: 'own-car',
			currency: 'DKK',
			perKmMinor,
			upToKm,
			validFrom: `${year}-01-01`,
			validTo: `${year}-12-31`,
			source: 'tekniq.dk',
			verified: false
		});
		const stored = {
			_id: 'setting:mileage-rates:2023-01-01',
			type: 'setting' as const,
			schema: 1,
			companyId: COMPANY,
			ownerId: '',
			createdAt: '2025-01-01T00:00:00.000Z',
			updatedAt: '2025-01-01T00:00:00.000Z',
			body: {
				name: 'mileage-rates',
				rates: [rate(381, 20_000), rate(223, null), rate(25, null, 2024)]
			}
		};
		const { document } = upcast(stored);
		expect(checkDocument({ ...stored })).toMatchObject({ ok: true });
		expect(document).toMatchObject({
			schema: DOCUMENT_VERSIONS.setting,
			body: {
				state: [
					{ kind: 'mileage.tax-free.own-car', amount: '3.81', unit: 'km', currency: 'DKK' },
					{ kind: 'mileage.tax-free.own-car.above', amount: '2.23', source: 'tekniq.dk' },
					{ kind: 'mileage.tax-free.own-car', amount: '0.25', validTo: '2024-12-31' },
					{ kind: 'mileage.threshold', amount: '20000', currency: null }
				],
				company: [],
				excessIsSalary: false
			}
		});
		const drive = {
			distanceM: 64_600,
			drivenOn: '2025-11-20',
			country: 'DK',
			vehicle: 'car',
			vehicleOwner: 'own'
		} as const;
		expect(mileageAmount(drive, [document as Setting], 0)).toMatchObject({
			value: { amountMinor: 24_613, derivation: [{ values: { upToKm: 20_000 } }] }
		});
		const names = { ...stored, body: { name: 'cost-types', costTypes: [] } };
		expect(upcast(names).document.body).toEqual(names.body);
	});

	test('a case of one approver', () => {
		const step = {
			documentId: 'submission:w:1',
			deed: 'submitted',
			byId: 'w',
			at: '2026-11-20T10:00:00.000Z',
			receivedAt: null,
			order: null,
			counts: true,
			reason: ''
		};
		const old = {
			...aTransaction(),
			_id: `case:${WORKER}:${ulidOf(1)}`,
			type: 'case',
			schema: 1,
			body: {
				subjectId: aTransaction()._id,
				state: 'declined',
				submissionId: 'submission:w:1',
				holderId: null,
				steps: [step, { ...step, documentId: 'decision:m:1', deed: 'declined' }]
			}
		};
		expect(checkDocument(old)).toMatchObject({ ok: true });
		const { document } = upcast(old as unknown as Parameters<typeof upcast>[0]);
		expect(document.body).toMatchObject({
			steps: [1, 2].map(() => ({ submissionId: 'submission:w:1', actedFor: null, stages: [] }))
		});
	});

	test('settings of before there were rules of approval', () => {
		const setting = {
			...aTransaction(),
			_id: 'setting:cost-types:2023-01-01',
			type: 'setting',
			schema: 1,
			ownerId: '',
			body: { name: 'cost-types', costTypes: [] }
		};
		expect(checkDocument(setting)).toMatchObject({ ok: true });
		expect(upcast(setting as unknown as Parameters<typeof upcast>[0]).document).toEqual({
			...setting,
			schema: DOCUMENT_VERSIONS.setting
		});
	});

	test('there is a stored document of every earlier version, and each is a valid one of today', () => {
		const earlier = Object.entries(DOCUMENT_SCHEMAS).flatMap(([type, { version }]) =>
			Array.from({ length: version - 1 }, (_, n) => `${type}@${n + 1}`)
		);
		const stored = OLD_DOCUMENTS.map(({ type, schema }) => `${type}@${schema}`);
		// A new version gets one in tests/support/old-documents.ts, as the version before wrote it.
		expect([...new Set(stored)].sort()).toEqual(earlier.sort());
		for (const document of OLD_DOCUMENTS) {
			expect(checkDocument({ ...document })).toMatchObject({ ok: true });
			expect(checkDocument({ ...upcast({ ...document }).document })).toMatchObject({ ok: true });
		}
	});

	test('a drive of before there were ways, places and vehicles', () => {
		const oldBody = {
			kind: 'mileage',
			tripId: null,
			from: 'Workshop',
			to: 'Pump 4',
			purpose: 'Repair',
			drivenOn: '2026-11-20',
			country: 'DK',
			vehicle: 'company-car',
			licencePlate: 'AB 12 345',
			distanceM: 10_000,
			distanceText: '',
			distanceSource: 'typed',
			clearances: []
		};
		const lifted = {
			...emptyMileage({ day: '2026-11-20', country: 'DK' }),
			...oldBody,
			vehicle: 'car',
			vehicleOwner: 'company'
		};
		const old = (document: object, body: object) =>
			({ ...document, schema: 2, body }) as unknown as Parameters<typeof upcast>[0];
		const drive = old(aTransaction(), oldBody);
		expect(checkDocument({ ...drive })).toMatchObject({ ok: true });
		expect(upcast(drive).document.body).toEqual(lifted);
		const own = old(aTransaction(), { ...oldBody, vehicle: 'own-car' });
		expect(upcast(own).document.body).toMatchObject({ vehicle: 'car', vehicleOwner: 'own' });
		expect(upcast(old(aTransaction(), anExpense())).document.body).toEqual(anExpense());
		const submission = aSubmission();
		const submitted = old(submission, { ...submission.body, snapshot: oldBody });
		expect(checkDocument({ ...submitted })).toMatchObject({ ok: true });
		expect(upcast(submitted).document.body).toMatchObject({ snapshot: lifted });
	});

	test('a profile of before there were places and vehicles has none', () => {
		const profile = {
			...aTransaction(),
			_id: `profile:${WORKER}`,
			type: 'profile',
			schema: 1,
			body: { language: 'da', theme: 'dark' }
		};
		expect(checkDocument(profile)).toMatchObject({ ok: true });
		expect(upcast(profile as unknown as Parameters<typeof upcast>[0]).document.body).toEqual({
			...emptyProfile(),
			language: 'da',
			theme: 'dark'
		});
	});

	test('a company that was set up before devices could be locked demands no lock', () => {
		const old = OLD_DOCUMENTS.find(({ type, schema }) => type === 'setting' && schema === 4);
		if (old === undefined) throw new Error('there is such a document');
		expect(upcast({ ...old }).document.body).toEqual({ ...old.body, deviceLock: null });
	});

	test('a version without a way up is our bug', () => {
		const ancient = { ...aTransaction(), schema: 0 } as unknown as Parameters<typeof upcast>[0];
		expect(() => upcast(ancient)).toThrow(TypeError);
	});
});
