import { commands } from 'vitest/browser';
import { vi, describe, expect, it } from 'vitest';
import { aPicture, until, untilSent } from '../support/device.ts';
import {
	isPush,
	keptOf,
	receiptIdsOf,
	oneWorker,
	type ServerDocument
} from '../support/one-worker.ts';

const jonas = oneWorker();

describe('a network that fails', () => {
	it('is no conflict when the answer was lost after the server had committed', async () => {
		let losing = true;
		let lost = 0;
		const worker = await jonas.device(async (...asked) => {
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
		const receipt = await jonas.serverDocument(receiptId);
		expect(receipt?.['_rev']).toMatch(/^1-/);
		const before = await jonas.serverDocument(transactionId);

		// Committed, answer lost, and edited before the next try: still nobody else's version.
		losing = true;
		lost = 1;
		await worker.save(transactionId, { purpose: 'first' });
		await vi.waitUntil(() => lost === 2, { timeout: 60_000 });
		await worker.save(transactionId, { purpose: 'second' });
		await untilSent(worker);
		const after = await jonas.serverDocument(transactionId);
		expect(after?.['body']).toMatchObject({ purpose: 'second' });
		expect(generationOf(after)).toBe(generationOf(before) + 2);
		expect(await keptOf(worker)).toEqual([]);
	});

	it.each(['page', 'redirect'] as const)(
		'is told from the server when it asks to be signed in to first, by a %s',
		async (how) => {
			const worker = await jonas.readyDevice();
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
			expect(await jonas.serverDocument(transactionId)).not.toBeNull();
		}
	);

	it('pauses when the session has ended, and goes on after signing in', async () => {
		const worker = await jonas.readyDevice();
		await fetch('/_outlay/session', { method: 'DELETE' });
		const transactionId = await worker.draftExpense(await aPicture());
		await until(worker.sync.status, ({ state }) => state === 'sign-in-again');
		expect(await worker.sync.unsentCount()).toBe(1);
		await jonas.signInAgain();
		worker.sync.wake();
		await untilSent(worker);
		expect(await jonas.serverDocument(transactionId)).not.toBeNull();
	});

	it('halves what is too large for the server, or for a proxy', async () => {
		const PAGE = '<h1>413 Request Entity Too Large</h1>';
		const sizes: number[] = [];
		const worker = await jonas.device(async (...asked) => {
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
		await jonas.startServer();
		await untilSent(worker);
		expect(Math.max(...sizes)).toBeGreaterThan(2);
		for (const id of ids) {
			expect(await jonas.serverDocument(id)).not.toBeNull();
		}
	});
});

function generationOf(document: ServerDocument | null): number {
	return Number.parseInt(String(document?.['_rev']), 10);
}
