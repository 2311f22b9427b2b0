import { commands } from 'vitest/browser';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { SignedIn, SyncStatus } from '#lib/commands/ports.ts';
import { removeEverything } from '#lib/storage/open-database.ts';
import { findRows } from '#lib/storage/row-store.ts';
import { transactionsOf } from '../support/many-transactions.ts';
import {
	openDevice,
	signInHere,
	until,
	untilSent,
	type Device,
	type Fetch
} from '../support/device.ts';

const COUNT = 1200;
let me: SignedIn;
let ids: string[];
let open: Device[] = [];

async function device(fetch: Fetch): Promise<Device> {
	const opened = await openDevice(me, { fetch });
	open.push(opened);
	return opened;
}

beforeAll(async () => {
	const [card] = await commands.startOutlay();
	if (card === undefined) throw new Error('no sign-ins');
	me = await signInHere(card);
	const made = transactionsOf(me, COUNT);
	ids = made.map(({ _id }) => _id);
	await post(made);
});

afterEach(async () => {
	for (const opened of open) await opened.close();
	open = [];
	await removeEverything();
});

afterAll(async () => {
	await commands.removeOutlay();
});

it('shows the newest before the rest was read, and tells how far it is', async () => {
	const gate = gateBeforePages();
	const worker = await device(gate.fetch);
	const shown = await until(
		worker.documents.watchNewest('transaction', 20),
		(found) => found.length === 20
	);
	expect(shown.map(({ document }) => document._id)).toEqual(ids.toReversed().slice(0, 20));
	expect(gate.passed).toEqual([]);
	expect(await until(worker.sync.status, ({ state }) => state === 'fetching')).toEqual({
		state: 'fetching',
		doneCount: 0,
		totalCount: null
	});

	const told: SyncStatus[] = [];
	const stop = worker.sync.status.subscribe((status) => told.push(status));
	const sealing = countSealing();
	gate.open();
	await untilRead(worker);
	stop();
	sealing.end();
	// Each document once, and none is opened again for those who follow the store; some are settings and checkpoints.
	expect(sealing.sealedCount).toBeGreaterThan(COUNT * 0.9);
	expect(sealing.sealedCount).toBeLessThan(COUNT * 1.2);
	expect(sealing.openedCount).toBeLessThan(COUNT * 0.5);
	const counts = told.flatMap((status) => (status.state === 'fetching' ? [status.totalCount] : []));
	expect(counts.some((total) => total !== null && total >= COUNT)).toBe(true);
	expect(await idsHere(worker)).toEqual(ids);
});

it('loses nothing and brings nothing back when entries change while it reads', async () => {
	const gate = gateBeforePages();
	const worker = await device(gate.fetch);
	const newest = ids.toReversed();
	const [deleted = '', changed = '', mine = '', both = ''] = newest;
	await until(worker.documents.watchNewest('transaction', 20), (found) => found.length === 20);

	await removeElsewhere(deleted);
	await editElsewhere(changed, { purpose: 'changed elsewhere' });
	await editElsewhere(both, { merchant: 'changed elsewhere' });
	await worker.save(mine, { purpose: 'changed here' });
	await worker.save(both, { purpose: 'changed here' });
	const [added] = transactionsOf(me, 1, COUNT + 5);
	await post([added]);
	gate.open();
	await untilRead(worker);
	await untilSent(worker);

	const bodyOf = async (id: string) =>
		(await worker.documents.get('transaction', id))?.document.body;
	expect(await worker.documents.get('transaction', deleted)).toBeNull();
	expect(await bodyOf(changed)).toMatchObject({ purpose: 'changed elsewhere' });
	expect(await bodyOf(mine)).toMatchObject({ purpose: 'changed here' });
	expect(await bodyOf(both)).toMatchObject({
		merchant: 'changed elsewhere',
		purpose: 'changed here'
	});
	ids = [...ids.filter((id) => id !== deleted), String(added?._id)];
	expect(await idsHere(worker)).toEqual(ids);
	for (const id of [mine, both]) expect(await bodyOf(id)).toEqual((await atServer(id))['body']);
});

it('goes on where it was when the app was closed half-way', async () => {
	const gate = gateBeforePages(2);
	const before = await device(gate.fetch);
	await vi.waitUntil(async () => (await idsHere(before)).length > 100, { timeout: 60_000 });
	await vi.waitUntil(() => gate.isWaiting, { timeout: 60_000 });
	await vi.waitUntil(() => hasCheckpoint(before), { timeout: 60_000 });
	await before.close();

	const again = gateBeforePages(0);
	const after = await device(again.fetch);
	const status = await until(after.sync.status, ({ state }) => state === 'fetching');
	expect(status).toMatchObject({ totalCount: null });
	expect(status.state === 'fetching' && status.doneCount).toBeGreaterThan(0);
	await vi.waitUntil(() => again.isWaiting, { timeout: 60_000 });
	again.open();
	await untilRead(after);
	expect(again.passed[0]).not.toContain('since=0');
	expect(again.newestAsked).toBe(0);
	expect(await idsHere(after)).toEqual(ids);
});

/** Lets so many pages of the mailbox through; the others wait until it is opened. */
function gateBeforePages(free = 0) {
	let isOpen = false;
	let left = free;
	const waiting: (() => void)[] = [];
	const gate = {
		/** Addresses of pages that were let through. */
		passed: [] as string[],
		newestAsked: 0,
		isWaiting: false,
		open() {
			isOpen = true;
			for (const go of waiting) go();
		},
		fetch: (async (input, init) => {
			const address = typeof input === 'string' ? input : '';
			if (address.includes('_all_docs?')) gate.newestAsked += 1;
			if (address.startsWith(`/${me.databases.mailbox}/_changes?include_docs`)) {
				if (left > 0) left -= 1;
				else if (!isOpen) {
					gate.isWaiting = true;
					await new Promise<void>((resolve) => {
						waiting.push(resolve);
						init?.signal?.addEventListener('abort', () => {
							resolve();
						});
					});
				}
				gate.passed.push(address);
			}
			return fetch(input, init);
		}) as Fetch
	};
	return gate;
}

/** How often anything is sealed or opened from now on. */
function countSealing() {
	const { subtle } = crypto;
	const encrypt = subtle.encrypt.bind(subtle);
	const decrypt = subtle.decrypt.bind(subtle);
	const counted = {
		sealedCount: 0,
		openedCount: 0,
		end: () => {
			Object.assign(subtle, { encrypt, decrypt });
		}
	};
	Object.assign(subtle, {
		encrypt: (...asked: Parameters<SubtleCrypto['encrypt']>) => {
			counted.sealedCount += 1;
			return encrypt(...asked);
		},
		decrypt: (...asked: Parameters<SubtleCrypto['decrypt']>) => {
			counted.openedCount += 1;
			return decrypt(...asked);
		}
	});
	return counted;
}

async function untilRead({ sync }: Device): Promise<void> {
	await until(sync.status, ({ state }) => state === 'up-to-date' || state === 'sending');
	await until(sync.status, ({ state }) => state === 'up-to-date');
}

async function idsHere({ database }: Device): Promise<string[]> {
	const rows = await findRows(database.documents, {
		selector: { _deleted: { $eq: false }, type: { $eq: 'transaction' } },
		sort: [{ type: 'asc' }, { sortKey: 'asc' }]
	});
	return rows.map(({ id }) => id).sort();
}

/** RxDB writes where the reader stands a moment after the rows. */
async function hasCheckpoint({ database }: Device): Promise<boolean> {
	const names = (await indexedDB.databases()).map(({ name = '' }) => name);
	const meta = names.find(
		(name) => name.includes(database.name) && name.includes('rx-replication')
	);
	if (meta === undefined) return false;
	return new Promise((resolve, reject) => {
		const opening = indexedDB.open(meta);
		opening.onerror = () => {
			reject(opening.error ?? new Error('not opened'));
		};
		opening.onsuccess = () => {
			const db = opening.result;
			const counting = db.transaction('docs').objectStore('docs').count();
			counting.onsuccess = () => {
				db.close();
				resolve(counting.result > 0);
			};
		};
	});
}

async function post(docs: unknown[]): Promise<void> {
	const response = await fetch(`/${me.databases.mailbox}/_bulk_docs`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ docs })
	});
	const rows = (await response.json()) as { error?: string; reason?: string }[];
	const refused = rows.find(({ error }) => error !== undefined);
	if (refused !== undefined) throw new Error(refused.reason);
}

async function atServer(id: string): Promise<Record<string, unknown>> {
	const response = await fetch(`/${me.databases.mailbox}/${encodeURIComponent(id)}`, {
		headers: { accept: 'application/json' }
	});
	return (await response.json()) as Record<string, unknown>;
}

async function editElsewhere(id: string, change: Record<string, unknown>): Promise<void> {
	const document = await atServer(id);
	await post([{ ...document, body: { ...(document['body'] as object), ...change } }]);
}

async function removeElsewhere(id: string): Promise<void> {
	const { _rev } = await atServer(id);
	await post([{ _id: id, _rev, _deleted: true }]);
}
