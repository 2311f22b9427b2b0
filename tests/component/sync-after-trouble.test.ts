import { afterEach, expect, it } from 'vitest';
import { removeEverything } from '#lib/storage/open-database.ts';
import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import { COMPANY, WORKER, aTripBody, ulidOf } from '../support/documents.ts';
import { openDevice, until } from '../support/device.ts';
import { aSession } from '../support/session.ts';

const mends: (() => void)[] = [];

afterEach(async () => {
	for (const mend of mends.splice(0)) mend();
	await removeEverything();
});

/** From now on the browser fails every walk through an index, as while it recovers a broken store. */
function breakTheStore(): { attempts: () => number; mend: () => void } {
	// eslint-disable-next-line @typescript-eslint/unbound-method -- put back below as it was
	const { openCursor } = IDBIndex.prototype;
	let attempts = 0;
	IDBIndex.prototype.openCursor = function () {
		attempts += 1;
		throw new DOMException('broken', 'UnknownError');
	};
	const mend = () => {
		IDBIndex.prototype.openCursor = openCursor;
	};
	mends.push(mend);
	return { attempts: () => attempts, mend };
}

it('tells how sync stands once the store can be read again, unasked', async () => {
	const device = await openDevice(aSession(), {
		fetch: () => Promise.reject(new TypeError('nobody answers'))
	});
	await until(device.sync.status, ({ state }) => state === 'unreachable');
	const broken = new Promise<ReturnType<typeof breakTheStore>>((resolve) => {
		// As soon as it is stored, before whose trip it is was looked up.
		const following = device.database.documents.eventBulks$.subscribe(() => {
			following.unsubscribe();
			resolve(breakTheStore());
		});
	});
	const at = '2026-11-20T10:00:00.000Z';
	await device.documents.add({
		_id: `trip:${WORKER}:${ulidOf(1)}`,
		type: 'trip',
		schema: DOCUMENT_VERSIONS.trip,
		companyId: COMPANY,
		ownerId: WORKER,
		createdAt: at,
		updatedAt: at,
		body: aTripBody()
	});
	const store = await broken;
	await expect.poll(store.attempts).toBeGreaterThan(0);
	store.mend();
	await until(
		device.sync.status,
		(status) => status.state === 'unreachable' && status.unsentCount === 1
	);
	await device.close();
});
