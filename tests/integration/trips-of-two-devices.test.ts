import { expect, it } from 'vitest';
import { DOCUMENT_VERSIONS, type DocumentOf } from '@outlay/domain/documents';
import type { FixRow } from '@outlay/domain/trip';
import { catchUpTrips } from '#lib/commands/catch-up-trips.ts';
import { trimTrip } from '#lib/commands/cut-trip.ts';
import { until } from '../support/device.ts';
import { aTripBody, ulidOf } from '../support/documents.ts';
import { oneWorker } from '../support/one-worker.ts';

/* A trip recorded on one phone and opened on another, where its fixes arrive after it, a chunk at a time. */

const startedAtMs = Date.parse('2026-03-02T13:00:00.000Z');
const jonas = oneWorker();

/** As the other device sends it. */
async function arrives<T extends 'trip' | 'trace'>(
	type: T,
	id: string,
	body: DocumentOf<T>['body']
): Promise<void> {
	const at = '2026-03-02T13:10:00.000Z';
	const document = {
		type,
		schema: DOCUMENT_VERSIONS[type],
		...{ companyId: jonas.me.companyId, ownerId: jonas.me.userId, createdAt: at, updatedAt: at },
		body
	};
	const answer = await fetch(`/${jonas.me.databases.mailbox}/${encodeURIComponent(id)}`, {
		method: 'PUT',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(document)
	});
	expect(answer.status).toBe(201);
}

/** East at 20 m/s. */
function chunk(n: number): FixRow[] {
	return Array.from({ length: 200 }, (_, s): FixRow => {
		const second = n * 200 + s;
		return [startedAtMs + second * 1000, 55.4, 10 + second * 3.16e-4, 5, 20, null];
	});
}

it('is measured once all its fixes are here, never by the part that came first', async () => {
	const ulid = ulidOf(7);
	const tripId = `trip:${jonas.me.userId}:${ulid}`;
	const traceOf = (n: number) => ({ tripId, n, isOpen: false, fixes: chunk(n) });
	await arrives('trace', `trace:${jonas.me.userId}:${ulid}:0`, traceOf(0));
	await arrives(
		'trip',
		tripId,
		aTripBody({
			startedAtMs,
			stoppedAtMs: startedAtMs + 400_000,
			fixCount: 400,
			fixesSha256: null,
			...{ distanceM: null, distanceLowM: null, distanceHighM: null, distanceMethod: null }
		})
	);

	const here = await jonas.device();
	const { documents, context, sync } = here;
	await until(
		documents.watch('trace', `trace:${jonas.me.userId}:${ulid}:0`),
		(found) => found !== null
	);
	await until(documents.watch('trip', tripId), (found) => found !== null);

	expect(await catchUpTrips(context)).toBe(1);
	const half = { fromMs: startedAtMs, toMs: startedAtMs + 100_000 };
	expect(await trimTrip(context, tripId, half)).toMatchObject({
		refusal: { code: 'trip.fixes_missing' }
	});
	const transactionId = tripId.replace('trip', 'transaction');
	expect(await documents.get('transaction', transactionId)).toBeNull();
	expect((await documents.get('trip', tripId))?.document.body.distanceM).toBeNull();

	const stop = await here.followTrips();
	await arrives('trace', `trace:${jonas.me.userId}:${ulid}:1`, traceOf(1));
	sync.wake();
	const trip = await until(
		documents.watch('trip', tripId),
		(found) => found !== null && found.document.body.distanceM !== null
	);
	expect(trip?.document.body).toMatchObject({ fixCount: 400 });
	expect(trip?.document.body.distanceM).toBeGreaterThan(7_900);
	const draft = await until(
		documents.watch('transaction', transactionId),
		(found) => found !== null
	);
	expect(draft?.document.body).toMatchObject({ distanceM: trip?.document.body.distanceM });
	stop();
	expect(await catchUpTrips(context)).toBe(0);
});
