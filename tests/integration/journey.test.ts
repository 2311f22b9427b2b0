import { commands } from 'vitest/browser';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { blobId } from '@outlay/domain/identifiers';
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
import { everythingInIndexedDb, holds } from '../support/indexed-db.ts';

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
		expect(await worker.sync.unsentCount()).toBe(4);

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
		expect(await after.sync.unsentCount()).toBe(3);

		await commands.startOutlay();
		await untilSent(after);
		expect(await serverDocument(me.databases.mailbox, blobId(sha256))).not.toBeNull();
	});

	it('survives a server killed in the middle of the upload', async () => {
		const worker = await device();
		await untilReady(worker);
		await commands.killOutlayAfterBytes(60_000);
		const transactionId = await worker.draftExpense(await aPicture(900));
		await until(worker.sync.status, ({ state }) => state === 'unreachable');
		expect(await commands.isOutlayRunning()).toBe(false);
		expect((await until(worker.sync.itemStates, (items) => items.has(transactionId))).size).toBe(2);
		const [photo] = await until(worker.sync.queue, (queue) => queue.length === 1);
		expect(photo).toMatchObject({ part: 'photo', subjectId: transactionId, state: 'waiting' });

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

	it('is not mistaken for the server when it answers with a page', async () => {
		let captive = true;
		const worker = await device((...asked) =>
			captive
				? Promise.resolve(
						new Response('<p>Welcome</p>', { headers: { 'content-type': 'text/html' } })
					)
				: fetch(...asked)
		);
		const transactionId = await worker.draftExpense(await aPicture());
		const status = await until(worker.sync.status, ({ state }) => state === 'unreachable');
		expect(status).toMatchObject({ state: 'unreachable' });
		captive = false;
		worker.sync.wake();
		await untilSent(worker);
		expect(await serverDocument(me.databases.mailbox, transactionId)).not.toBeNull();
	});

	it('pauses when the session has ended, and goes on after signing in', async () => {
		const worker = await device();
		await untilReady(worker);
		await fetch('/_outlay/session', { method: 'DELETE' });
		const transactionId = await worker.draftExpense(await aPicture());
		await until(worker.sync.status, ({ state }) => state === 'sign-in-again');
		expect(await worker.sync.unsentCount()).toBe(3);
		await signInHere(jonas);
		worker.sync.wake();
		await untilSent(worker);
		expect(await serverDocument(me.databases.mailbox, transactionId)).not.toBeNull();
	});

	it('halves what is too large for the server', async () => {
		const sizes: number[] = [];
		const worker = await device(async (...asked) => {
			if (!isPush(asked[0])) return fetch(...asked);
			const { docs } = JSON.parse(asked[1]?.body as string) as { docs: unknown[] };
			sizes.push(docs.length);
			if (docs.length <= 2) return fetch(...asked);
			return Response.json({ error: 'too_large', reason: 'limit' }, { status: 413 });
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
	return typeof address === 'string' && address.includes('_bulk_docs');
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
