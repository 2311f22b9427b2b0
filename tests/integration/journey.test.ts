import { commands } from 'vitest/browser';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { blobId } from '@outlay/domain/identifiers';
import { SCHEMA_VERSIONS } from '#lib/storage/collections.ts';
import { removeEverything } from '#lib/storage/open-database.ts';
import { bytesInVault } from '#lib/storage/vault.ts';
import type { SignedIn } from '#lib/commands/ports.ts';
import {
	aPicture,
	openDevice,
	signInHere,
	until,
	untilSent,
	type Device,
	type Fetch,
	type SignInCard
} from '../support/device.ts';
import { deleteUntold, everythingInIndexedDb, holds } from '../support/indexed-db.ts';

let jonas: SignInCard;
let me: SignedIn;
let manager: SignedIn;
let open: Device[] = [];

async function device(fetch?: Fetch): Promise<Device> {
	const opened = await openDevice(me, fetch ? { fetch } : {});
	open.push(opened);
	return opened;
}

/** As the administrator sees it; null while the server is away. */
async function serverDocument(
	database: string,
	id: string
): Promise<Record<string, unknown> | null> {
	const found = (await commands.askOutlay(`/${database}/${encodeURIComponent(id)}`)) as Record<
		string,
		unknown
	> | null;
	return found === null || 'error' in found ? null : found;
}

beforeAll(async () => {
	const cards = await commands.startOutlay();
	const [first] = cards;
	const last = cards.find(({ workEmail }) => workEmail.startsWith('mette.'));
	if (first === undefined || last === undefined) throw new Error('no sign-ins');
	jonas = first;
	manager = await signInHere(last);
	me = await signInHere(jonas);
});

afterEach(async () => {
	for (const opened of open) await opened.close();
	open = [];
	await removeEverything();
	await commands.standBehindPortal(null);
	await commands.startOutlay();
	await signInHere(jonas);
});

afterAll(async () => {
	await commands.removeOutlay();
});

describe('an expense made without signal', () => {
	it('reaches mailbox, ledger and manager when the server starts, with its photo', async () => {
		const worker = await device();
		await untilReady(worker);
		await commands.killOutlay();

		const picture = await aPicture();
		const transactionId = await worker.draftExpense(picture);
		const submissionId = await worker.submit(transactionId);
		await until(worker.sync.status, ({ state }) => state === 'unreachable');
		const states = await until(
			worker.sync.itemStates,
			(items) => items.get(transactionId) === 'on-this-device' && items.has(submissionId)
		);
		expect(states.get(submissionId)).toBe('on-this-device');
		expect(await worker.sync.unsentCount()).toBe(1);

		await commands.startOutlay();
		await untilSent(worker);
		expect(await worker.sync.unsentCount()).toBe(0);
		expect((await worker.documents.get('transaction', transactionId))?.unsentSinceMs).toBeNull();

		const stored = await serverDocument(me.databases.mailbox, transactionId);
		expect(stored?.['body']).toEqual(
			(await worker.documents.get('transaction', transactionId))?.document.body
		);
		const submission = (await worker.documents.get('submission', submissionId))?.document;
		const [receipt] = submission?.body.receipts ?? [];
		const ledger = `ledger-${me.companyId}`;
		for (const database of [ledger, manager.databases.mailbox]) {
			const photo = await vi.waitUntil(
				() => serverDocument(database, blobId(receipt?.sha256 ?? '')),
				{ timeout: 60_000, interval: 100 }
			);
			expect(photo['_attachments']).toMatchObject({ data: { length: receipt?.byteLength } });
			// It went ahead of the photo, in the mailbox and from there.
			const small = await serverDocument(database, blobId(receipt?.thumbnailSha256 ?? ''));
			expect(small?.['_attachments']).toMatchObject({ data: { content_type: 'image/webp' } });
			expect((await serverDocument(database, submissionId))?.['body']).toEqual(submission?.body);
			expect(await serverDocument(database, transactionId)).toBeNull();
		}
		// The case comes back to the worker by the bell, without a tap.
		const caseId = transactionId.replace('transaction', 'case');
		const standing = await until(worker.documents.watch('case', caseId), (found) => found !== null);
		expect(standing?.document.body.state).toBe('waiting');
	});

	it('is all there after the tab was closed and opened again offline, the picture too', async () => {
		const before = await device();
		await untilReady(before);
		await commands.killOutlay();
		const otherId = await before.draftExpense(await aPicture(500));
		const transactionId = await before.draftExpense(await aPicture());
		const receiptIds = await receiptIdsOf(before, transactionId);
		const [receiptId = ''] = receiptIds;
		const sha256 = (await before.documents.get('receipt', receiptId))?.document.body.sha256 ?? '';
		const bytes = await (await before.vault.get(sha256))?.arrayBuffer();
		await before.close();

		const after = await device();
		const found = await after.documents.get('transaction', transactionId);
		expect(found?.unsentSinceMs).not.toBeNull();
		expect(await receiptIdsOf(after, transactionId)).toEqual(receiptIds);
		expect(await (await after.vault.get(sha256))?.arrayBuffer()).toEqual(bytes);
		expect(await after.sync.unsentCount()).toBe(2);

		await commands.startOutlay();
		await untilSent(after);
		expect(await serverDocument(me.databases.mailbox, blobId(sha256))).not.toBeNull();
		// Both small pictures arrived before any of the large ones.
		const hashes = [];
		for (const id of [...receiptIds, ...(await receiptIdsOf(after, otherId))]) {
			const stored = await after.documents.get('receipt', id);
			if (stored !== null) hashes.push(stored.document.body);
		}
		const small = hashes.map(({ thumbnailSha256 }) => blobId(thumbnailSha256 ?? ''));
		const large = hashes.map((body) => blobId(body.sha256));
		expect(new Set([...small, ...large]).size).toBe(4);
		const arrived = await idsAsTheyArrived(me.databases.mailbox);
		expect(arrived.filter((id) => small.includes(id) || large.includes(id)).slice(0, 2)).toEqual(
			expect.arrayContaining(small)
		);
	});

	it('keeps full photos for Wi-Fi on a metered connection, the small ones go, and a tap sends all', async () => {
		const worker = await device();
		await untilReady(worker);
		worker.isMetered.set(true);
		const transactionId = await worker.draftExpense(await aPicture());
		const status = await until(worker.sync.status, ({ state }) => state === 'photos-wait');
		expect(status).toMatchObject({ unsentCount: 1 });
		const [receiptId = ''] = await receiptIdsOf(worker, transactionId);
		const receipt = (await worker.documents.get('receipt', receiptId))?.document.body;
		const there = (sha256 = '') => serverDocument(me.databases.mailbox, blobId(sha256));
		await vi.waitUntil(() => there(receipt?.thumbnailSha256 ?? ''), { timeout: 60_000 });
		expect(await there(receipt?.sha256)).toBeNull();
		worker.sync.sendPhotosNow();
		await untilSent(worker);
		expect(await there(receipt?.sha256)).not.toBeNull();
	});

	it('survives a server killed in the middle of the upload', async () => {
		const worker = await device();
		await untilReady(worker);
		await commands.killOutlayAfterBytes(60_000);
		const transactionId = await worker.draftExpense(await aPicture(900));
		await until(worker.sync.status, ({ state }) => state === 'unreachable');
		expect(await commands.isOutlayRunning()).toBe(false);
		expect((await until(worker.sync.itemStates, (items) => items.has(transactionId))).size).toBe(2);
		// Between two attempts it waits; while one is under way it says so.
		const [photo] = await until(
			worker.sync.queue,
			([item, ...others]) => item?.state === 'waiting' && others.length === 0
		);
		expect(photo).toMatchObject({ part: 'photo', subjectId: transactionId });

		await commands.startOutlay();
		await untilSent(worker);
		const [receiptId = ''] = await receiptIdsOf(worker, transactionId);
		const receipt = (await worker.documents.get('receipt', receiptId))?.document.body;
		const photoThere = await serverDocument(me.databases.mailbox, blobId(receipt?.sha256 ?? ''));
		expect(photoThere?.['_attachments']).toMatchObject({ data: { length: receipt?.byteLength } });
		expect(photoThere?.['_rev']).toMatch(/^1-/);
	});

	it('leaves nothing readable on the disk', async () => {
		const worker = await device();
		await worker.draftExpense(await aPicture(), 'Very secret merchant');
		await untilSent(worker);
		const stored = await everythingInIndexedDb();
		expect(stored.length).toBeGreaterThan(10);
		for (const text of ['secret merchant', 'Seals for pump', 'Jonas', 'Nordlys']) {
			expect(holds(stored, text)).toBe(false);
		}
	});
});

describe('a network that fails', () => {
	it('is no conflict when the answer was lost after the server had committed', async () => {
		let losing = true;
		let lost = 0;
		const worker = await device(async (...asked) => {
			const response = await fetch(...asked);
			if (losing && isPush(asked[0])) {
				lost += 1;
				losing = lost < 2;
				throw new TypeError('connection lost');
			}
			return response;
		});
		const transactionId = await worker.draftExpense(await aPicture());
		await untilSent(worker);
		expect(lost).toBe(2);
		const [receiptId = ''] = await receiptIdsOf(worker, transactionId);
		const receipt = await serverDocument(me.databases.mailbox, receiptId);
		expect(receipt?.['_rev']).toMatch(/^1-/);
		const before = await serverDocument(me.databases.mailbox, transactionId);

		// Committed, answer lost, and edited before the next try: still nobody else's version.
		losing = true;
		lost = 1;
		await worker.save(transactionId, { purpose: 'first' });
		await vi.waitUntil(() => lost === 2, { timeout: 60_000 });
		await worker.save(transactionId, { purpose: 'second' });
		await untilSent(worker);
		const after = await serverDocument(me.databases.mailbox, transactionId);
		expect(after?.['body']).toMatchObject({ purpose: 'second' });
		expect(generationOf(after)).toBe(generationOf(before) + 2);
		expect(await keptOf(worker)).toEqual([]);
	});

	it.each(['page', 'redirect'] as const)(
		'is told from the server when it asks to be signed in to first, by a %s',
		async (how) => {
			const worker = await device();
			await untilReady(worker);
			await commands.standBehindPortal(how);
			const transactionId = await worker.draftExpense(await aPicture(200));
			const status = await until(
				worker.sync.status,
				(now) => now.state === 'portal' && now.unsentCount === 1
			);
			expect(status.state).toBe('portal');
			await commands.standBehindPortal(null);
			worker.sync.wake();
			await untilSent(worker);
			expect(await serverDocument(me.databases.mailbox, transactionId)).not.toBeNull();
		}
	);

	it('pauses when the session has ended, and goes on after signing in', async () => {
		const worker = await device();
		await untilReady(worker);
		await fetch('/_outlay/session', { method: 'DELETE' });
		const transactionId = await worker.draftExpense(await aPicture());
		await until(worker.sync.status, ({ state }) => state === 'sign-in-again');
		expect(await worker.sync.unsentCount()).toBe(1);
		await signInHere(jonas);
		worker.sync.wake();
		await untilSent(worker);
		expect(await serverDocument(me.databases.mailbox, transactionId)).not.toBeNull();
	});

	it('halves what is too large for the server, or for a proxy', async () => {
		const PAGE = '<h1>413 Request Entity Too Large</h1>';
		const sizes: number[] = [];
		const worker = await device(async (...asked) => {
			if (!isPush(asked[0])) return fetch(...asked);
			const { docs } = JSON.parse(asked[1]?.body as string) as { docs: unknown[] };
			sizes.push(docs.length);
			if (docs.length <= 2) return fetch(...asked);
			// The server says so in JSON, a proxy before it in a page of its own.
			return sizes.length % 2 === 0
				? Response.json({ error: 'too_large', reason: 'limit' }, { status: 413 })
				: new Response(PAGE, { status: 413, headers: { 'content-type': 'text/html' } });
		});
		await commands.killOutlay();
		const ids: string[] = [];
		for (let n = 0; n < 3; n++) ids.push(await worker.draftExpense(await aPicture(50 + n)));
		await commands.startOutlay();
		await untilSent(worker);
		expect(Math.max(...sizes)).toBeGreaterThan(2);
		for (const id of ids) {
			expect(await serverDocument(me.databases.mailbox, id)).not.toBeNull();
		}
	});
});

describe('a document the server refuses', () => {
	it('is parked with its reason, keeps nothing behind it waiting, and goes again when edited', async () => {
		const worker = await device();
		await untilReady(worker);
		await commands.killOutlay();
		const refusedId = await worker.draftExpense(await aPicture(40));
		// The form refuses prohibited content; an older app might not have.
		await worker.documents.edit('transaction', refusedId, (document) => ({
			...document,
			body: { ...document.body, purpose: 'card 4111 1111 1111 1111' }
		}));
		const behindId = await worker.draftExpense(await aPicture(41));
		await commands.startOutlay();
		const states = await until(
			worker.sync.itemStates,
			(items) => items.get(refusedId) === 'needs-attention' && !items.has(behindId)
		);
		expect(states.get(behindId)).toBeUndefined();
		await until(worker.sync.status, ({ state }) => state === 'up-to-date');
		const [entry] = await until(worker.sync.queue, (queue) => queue.length === 1);
		expect(entry).toMatchObject({ documentId: refusedId, state: 'refused' });
		expect(entry?.refusal?.code).toMatch(/^[a-z_]+\.[a-z_]+$/);
		expect(await serverDocument(me.databases.mailbox, behindId)).not.toBeNull();
		expect(await serverDocument(me.databases.mailbox, refusedId)).toBeNull();
		expect(await worker.sync.unsentCount()).toBe(1);

		await worker.documents.edit('transaction', refusedId, (document) => ({
			...document,
			body: { ...document.body, purpose: 'pump' }
		}));
		await until(worker.sync.itemStates, (items) => !items.has(refusedId));
		expect(await serverDocument(me.databases.mailbox, refusedId)).not.toBeNull();
	});
});

describe('a refused document another tab freed', () => {
	it('is sent when it is tried again, though that tab was killed before it told', async () => {
		let isProxyLow = true;
		const worker = await device(async (...asked) =>
			isProxyLow && isPush(asked[0])
				? Response.json({ error: 'too_large', reason: 'limit' }, { status: 413 })
				: fetch(...asked)
		);
		await untilReady(worker);
		const id = await worker.draftExpense(await aPicture(40));
		const refused = await until(
			worker.sync.queue,
			(queue) => queue.filter(({ state }) => state === 'refused').length === 2
		);
		isProxyLow = false;
		for (const { documentId, refusal, state } of refused) {
			if (state !== 'refused') continue;
			expect(refusal?.code).toBe('document.too_large');
			await deleteUntold('refused', SCHEMA_VERSIONS.refused, documentId);
			await worker.sync.retry(documentId);
		}
		await untilSent(worker);
		expect(await serverDocument(me.databases.mailbox, id)).not.toBeNull();
	});
});

describe('a document the company removed', () => {
	it('leaves what was entered into it meanwhile on this device, to be entered again', async () => {
		let removed: () => void = () => undefined;
		let refused: () => void = () => undefined;
		let removal = Promise.resolve();
		let refusal = Promise.resolve();
		// The edit meets the removal before the removal is read.
		const worker = await device(async (...asked) => {
			if (isPush(asked[0])) await removal;
			else if (addressOf(asked[0]).includes('_changes')) await refusal;
			return fetch(...asked);
		});
		await untilReady(worker);
		const transactionId = await worker.draftExpense(await aPicture(200), 'Harbour shop');
		await untilSent(worker);
		removal = new Promise((resolve) => (removed = resolve));
		refusal = new Promise((resolve) => (refused = resolve));
		await worker.save(transactionId, { purpose: 'still needed' });
		await removeForGood(transactionId);
		removed();

		const [found] = await until(
			worker.documents.watchNewest('kept', 100),
			({ length }) => length > 0
		);
		refused();
		expect(found?.document.body).toMatchObject({
			documentId: transactionId,
			fields: ['purpose'],
			lost: { purpose: 'still needed', merchant: 'Harbour shop' },
			removal: 'erased'
		});
		await vi.waitUntil(
			async () => (await worker.documents.get('transaction', transactionId)) === null,
			{ timeout: 60_000 }
		);
		await until(worker.sync.status, ({ state }) => state === 'up-to-date');
		const keptId = found?.document._id ?? '';
		expect(await serverDocument(me.databases.mailbox, keptId)).toBeNull();
		// Signing out would lose it: it counts, and goes into a file of unsent work.
		expect(await worker.sync.unsentCount()).toBe(1);
		expect(await worker.documents.unsent()).toMatchObject([{ document: { _id: keptId } }]);

		const newId = await worker.enterAgain(keptId);
		await untilSent(worker);
		const again = await serverDocument(me.databases.mailbox, newId);
		expect(again?.['body']).toMatchObject({ purpose: 'still needed', merchant: 'Harbour shop' });
		const [receiptId = ''] = await receiptIdsOf(worker, newId);
		const receipt = await serverDocument(me.databases.mailbox, receiptId);
		expect(receipt?.['body']).toMatchObject({ transactionId: newId, page: 1 });
		expect(await keptOf(worker)).toEqual([]);
	});
});

describe('two devices of one person', () => {
	it('merge what both edited, and keep what lost', async () => {
		const worker = await device();
		await untilReady(worker);
		const transactionId = await worker.draftExpense(await aPicture());
		await untilSent(worker);
		await commands.killOutlay();
		await worker.save(transactionId, { purpose: 'from the phone', merchant: 'Phone' });
		await until(worker.sync.status, ({ state }) => state === 'unreachable');
		await commands.startOutlay();
		await editElsewhere(transactionId, { purpose: 'from the desk', country: 'SE' });

		await until(
			worker.documents.watch('transaction', transactionId),
			(found) => found?.unsentSinceMs === null && found.document.body.country === 'SE'
		);
		await untilSent(worker);
		const merged = (await serverDocument(me.databases.mailbox, transactionId))?.['body'];
		expect(merged).toMatchObject({ purpose: 'from the phone', merchant: 'Phone', country: 'SE' });
		const [kept] = await keptOf(worker);
		expect(kept?.body).toMatchObject({
			documentId: transactionId,
			fields: ['purpose'],
			lost: { purpose: 'from the desk', country: 'SE' }
		});
		expect(await serverDocument(me.databases.mailbox, kept?._id ?? '')).not.toBeNull();
	});

	it('never lose an edit to a deletion made elsewhere', async () => {
		const worker = await device();
		await untilReady(worker);
		const transactionId = await worker.draftExpense(await aPicture());
		await untilSent(worker);
		await commands.killOutlay();
		await worker.save(transactionId, { purpose: 'still needed' });
		await commands.startOutlay();
		await removeElsewhere(transactionId);
		await untilSent(worker);
		await vi.waitUntil(() => serverDocument(me.databases.mailbox, transactionId), {
			timeout: 60_000
		});
		expect((await serverDocument(me.databases.mailbox, transactionId))?.['body']).toMatchObject({
			purpose: 'still needed'
		});
	});

	it('see what was deleted here', async () => {
		const worker = await device();
		await untilReady(worker);
		const transactionId = await worker.draftExpense(await aPicture());
		await untilSent(worker);
		await worker.documents.remove('transaction', transactionId);
		await vi.waitUntil(
			async () => (await serverDocument(me.databases.mailbox, transactionId)) === null,
			{ timeout: 60_000 }
		);
		await untilSent(worker);
		expect(await worker.sync.unsentCount()).toBe(0);
	});

	it('give a fresh device everything, pictures on demand', async () => {
		const worker = await device();
		await untilReady(worker);
		const transactionId = await worker.draftExpense(await aPicture());
		await untilSent(worker);
		const [receiptId = ''] = await receiptIdsOf(worker, transactionId);
		const sha256 = (await worker.documents.get('receipt', receiptId))?.document.body.sha256 ?? '';
		const bytes = await (await worker.vault.get(sha256))?.arrayBuffer();
		await worker.close();
		await removeEverything();

		const fresh = await device();
		const found = await until(
			fresh.documents.watch('transaction', transactionId),
			(stored) => stored !== null
		);
		expect(found?.unsentSinceMs).toBeNull();
		expect(await bytesInVault(fresh.database, sha256)).toBeNull();
		expect(await (await fresh.vault.get(sha256))?.arrayBuffer()).toEqual(bytes);
		expect(await bytesInVault(fresh.database, sha256)).not.toBeNull();
	});
});

function isPush(address: Parameters<Fetch>[0]): boolean {
	return addressOf(address).includes('_bulk_docs');
}

function addressOf(asked: Parameters<Fetch>[0]): string {
	return asked instanceof Request ? asked.url : String(asked);
}

/** Settings are here, so that a draft can be made without signal. */
async function untilReady(worker: Device): Promise<void> {
	await until(worker.documents.watchNewest('setting', 10), (settings) => settings.length > 0);
	await until(worker.sync.status, ({ state }) => state === 'up-to-date');
}

function generationOf(document: Record<string, unknown> | null): number {
	return Number.parseInt(String(document?.['_rev']), 10);
}

async function receiptIdsOf(worker: Device, transactionId: string): Promise<string[]> {
	const body = (await worker.documents.get('transaction', transactionId))?.document.body;
	return body?.kind === 'expense' ? body.receiptIds : [];
}

async function keptOf(worker: Device) {
	const kept = await until(worker.documents.watchNewest('kept', 100), () => true);
	return kept.map(({ document }) => document);
}

/** What another device of the same person does, past this page's store. */
async function editElsewhere(id: string, change: Record<string, unknown>): Promise<void> {
	const address = `/${me.databases.mailbox}/${encodeURIComponent(id)}`;
	const document = (await (await fetch(address)).json()) as { body: Record<string, unknown> };
	const response = await fetch(address, {
		method: 'PUT',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ ...document, body: { ...document.body, ...change } })
	});
	expect(response.status).toBe(201);
}

async function removeElsewhere(id: string): Promise<void> {
	const address = `/${me.databases.mailbox}/${encodeURIComponent(id)}`;
	const { _rev } = (await (await fetch(address)).json()) as { _rev: string };
	const response = await fetch(`${address}?rev=${_rev}`, { method: 'DELETE' });
	expect(response.status).toBe(200);
}

/** As the company does: for good, and nobody's write brings it back. */
async function removeForGood(id: string): Promise<void> {
	const address = `/${me.databases.mailbox}/${encodeURIComponent(id)}`;
	const { _rev } = (await commands.askOutlay(address)) as { _rev: string };
	const tombstone = { _id: id, _rev, _deleted: true, removal: 'erased' };
	const answer = await commands.askOutlay(address, {
		method: 'PUT',
		body: JSON.stringify(tombstone)
	});
	expect(answer).toMatchObject({ ok: true });
}

/** Of a database, as its changes list them. */
async function idsAsTheyArrived(database: string): Promise<string[]> {
	const { results } = (await commands.askOutlay(`/${database}/_changes`)) as {
		results: { id: string }[];
	};
	return results.map(({ id }) => id);
}
