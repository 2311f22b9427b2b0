import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import { emptyProfile } from '@outlay/domain/person';
import { emptyMileage, type MileageBody } from '@outlay/domain/transaction';
import type { FixRow, Trip } from '@outlay/domain/trip';
import { afterEach, expect, it } from 'vitest';
import type { Account } from '#lib/commands/app.ts';
import type { Documents } from '#lib/commands/ports.ts';
import { documentsIn } from '#lib/storage/documents.ts';
import { openDatabase } from '#lib/storage/open-database.ts';
import { COMPANY, WORKER, aTripBody, ulidOf } from '../support/documents.ts';
import type { KilledTabOrder } from '../support/killed-tab.worker.ts';
import { StartedApp } from '../support/started-app.ts';

/* A trip and its draft are two writes: what the app makes of a trip when it was killed between them. */

const tripId = `trip:${WORKER}:${ulidOf(1)}`;
const transactionId = `transaction:${WORKER}:${ulidOf(1)}`;
const startedAtMs = Date.parse('2026-03-02T13:00:00.000Z');
const envelope = {
	companyId: COMPANY,
	ownerId: WORKER,
	createdAt: '2026-03-02T13:00:00.000Z',
	updatedAt: '2026-03-02T13:20:00.000Z'
};
const moped = {
	...({ id: '01mopedmopedmopedmopedmope', vehicle: 'moped', vehicleOwner: 'own' } as const),
	licencePlate: 'AB 123',
	name: 'Moped'
};
const started = new StartedApp();

afterEach(() => started.signOut());

function aTrip(distanceM: number | null): Trip {
	return {
		_id: tripId,
		type: 'trip',
		schema: DOCUMENT_VERSIONS.trip,
		...envelope,
		body: aTripBody({ startedAtMs, stoppedAtMs: startedAtMs + 400_000, fixCount: 401, distanceM })
	};
}

/** A stopped drive east at 20 m/s, 400 s long, as it lies on the device. */
async function drive(documents: Documents, distanceM: number | null): Promise<void> {
	await documents.add(aTrip(distanceM));
	await documents.add({
		_id: `trace:${WORKER}:${ulidOf(1)}:0`,
		type: 'trace',
		schema: DOCUMENT_VERSIONS.trace,
		...envelope,
		body: {
			tripId,
			n: 0,
			isOpen: false,
			fixes: Array.from({ length: 401 }, (_, s): FixRow => {
				return [startedAtMs + s * 1000, 55.4, 10 + s * 3.16e-4, 5, 20, null];
			})
		}
	});
}

async function draft(documents: Documents, change: Partial<MileageBody>): Promise<void> {
	await documents.add({
		_id: (change.tripId ?? tripId).replace('trip:', 'transaction:'),
		type: 'transaction',
		schema: DOCUMENT_VERSIONS.transaction,
		...envelope,
		body: {
			...emptyMileage({ day: '2026-03-02', country: 'DK' }),
			...{ tripId, distanceM: 8_000, distanceSource: 'recorded', purpose: 'Pump service' },
			...change
		}
	});
}

/** What lies on the device before anything opens it. */
async function onTheDevice(fill: (documents: Documents) => Promise<void>): Promise<void> {
	const database = await openDatabase({ companyId: COMPANY, userId: WORKER });
	await fill(documentsIn(database, { nowMs: () => Date.now() }));
	await database.close();
}

/** Lets another tab begin, and kills it between the trip and its draft. */
async function killBetween(order: KilledTabOrder): Promise<void> {
	const tab = new Worker(new URL('../support/killed-tab.worker.ts', import.meta.url), {
		type: 'module'
	});
	const word = new Promise<unknown>((resolve, reject) => {
		tab.addEventListener('error', ({ message }) => {
			reject(new Error(message));
		});
		tab.addEventListener('message', ({ data }) => {
			resolve(data);
		});
	});
	tab.postMessage(order);
	expect(await word).toBe('between');
	tab.terminate();
}

async function mileage(account: Account): Promise<MileageBody | null> {
	const body = (await account.documents.get('transaction', transactionId))?.document.body;
	return body?.kind === 'mileage' ? body : null;
}

it('lets the draft follow a trip that was trimmed', async () => {
	await onTheDevice(async (documents) => {
		await drive(documents, 8_000);
		await draft(documents, {});
		// The newer one is looked at first; its distance was typed.
		await documents.add({
			...aTrip(8_000),
			_id: `trip:${WORKER}:${ulidOf(2)}`,
			createdAt: '2026-03-02T15:00:00.000Z'
		});
		await draft(documents, {
			tripId: `trip:${WORKER}:${ulidOf(2)}`,
			...{ distanceM: 5_500, distanceSource: 'typed' }
		});
	});
	await killBetween({ tripId, span: { fromMs: startedAtMs, toMs: startedAtMs + 200_000 } });

	const account = await started.openAccount();
	await expect.poll(async () => (await mileage(account))?.distanceM).toBeLessThan(5_000);
	const trip = (await account.documents.get('trip', tripId))!.document.body;
	expect(await mileage(account)).toMatchObject({
		distanceM: trip.distanceM,
		distanceLowM: trip.distanceLowM,
		distanceHighM: trip.distanceHighM,
		distanceMethod: trip.distanceMethod,
		distanceSource: 'recorded',
		purpose: 'Pump service'
	});
	const typed = await account.documents.get('transaction', `transaction:${WORKER}:${ulidOf(2)}`);
	expect(typed?.document.body).toMatchObject({ distanceM: 5_500, distanceSource: 'typed' });
});

it('makes the draft of a trip that was measured, with the vehicle the person drives', async () => {
	await onTheDevice(async (documents) => {
		await drive(documents, null);
		await documents.add({
			_id: `profile:${WORKER}`,
			type: 'profile',
			schema: DOCUMENT_VERSIONS.profile,
			...envelope,
			body: { ...emptyProfile(), vehicles: [moped] }
		});
	});
	await killBetween({ tripId, span: null });

	const account = await started.openAccount();
	await expect.poll(() => mileage(account)).not.toBeNull();
	const trip = (await account.documents.get('trip', tripId))!.document.body;
	expect(trip.distanceM).toBeGreaterThan(7_900);
	expect(await mileage(account)).toMatchObject({
		tripId,
		distanceM: trip.distanceM,
		distanceSource: 'recorded',
		drivenOn: '2026-03-02',
		vehicle: 'moped',
		vehicleId: moped.id,
		licencePlate: 'AB 123'
	});
});
