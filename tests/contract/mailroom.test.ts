import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Case } from '@outlay/domain/case';
import { caseIdOf } from '@outlay/domain/identifiers';
import {
	remove,
	startServer,
	startServerProcess,
	temporaryDirectory,
	type TestServer
} from '../support/server.ts';
import { sha256Of, TestPerson } from '../support/test-person.ts';
import { arrival, caseSays, pictureIn } from './mail-arrival.ts';

let server: TestServer;
let jonas: TestPerson;
let mette: TestPerson;
let sofie: TestPerson;
let ledger: string;

beforeAll(async () => {
	server = await startServer();
	jonas = await TestPerson.signIn(server, 'jonas');
	mette = await TestPerson.signIn(server, 'mette');
	sofie = await TestPerson.signIn(server, 'sofie');
	ledger = sofie.view.databases.ledger ?? '';
});
afterAll(() => server.stop());

describe('the mailroom delivers', () => {
	const orders = {
		'bytes first': ['blob', 'receipt', 'transaction', 'submission'],
		'bytes last': ['transaction', 'submission', 'receipt', 'blob'],
		'receipt last': ['blob', 'submission', 'transaction', 'receipt']
	} as const;
	test.each(Object.entries(orders))(
		'an expense with its picture to manager and ledger: %s',
		async (name, order) => {
			const sent = await jonas.expenseWithPicture(name);
			for (const what of order) {
				const answer = await (what === 'blob'
					? jonas.putPicture(sent.bytes)
					: jonas.put(sent[what]));
				expect(answer.status).toBe(201);
			}
			for (const [person, database] of [
				[mette, mette.mailbox],
				[sofie, ledger]
			] as const) {
				const submission = await arrival(person, sent.submission._id, database);
				expect(submission).toMatchObject(sent.submission);
				expect(await arrival(person, sent.receipt._id, database)).toMatchObject(sent.receipt);
				await arrival(person, sent.blobId, database);
				expect(`blob:${await pictureIn(person, sent.blobId, database)}`).toBe(sent.blobId);
				expect(await person.read(sent.transaction._id, database)).toBeNull();
			}
			const subjectId = sent.transaction._id;
			const waiting = { state: 'waiting', holderId: mette.userId } as const;
			for (const [person, database] of [
				[jonas, jonas.mailbox],
				[mette, mette.mailbox],
				[sofie, ledger]
			] as const) {
				const found = await caseSays(person, subjectId, waiting, database);
				expect(found.body.steps).toMatchObject([{ deed: 'submitted', byId: jonas.userId }]);
				expect(found.body.steps[0]?.order).toBeGreaterThan(0);
				expect(found.body.steps[0]?.receivedAt).not.toBeNull();
			}
		}
	);

	test('a trip with its route, never the raw fixes, the trip or the working copy', async () => {
		const { transaction, trip, trace, route, submission } = await jonas.drivenTrip();
		for (const document of [transaction, trip, trace, submission, route]) {
			expect((await jonas.put(document)).status).toBe(201);
		}
		await arrival(mette, route._id);
		await arrival(sofie, route._id, ledger);
		await caseSays(mette, transaction._id, { state: 'waiting' });
		for (const ids of [await mette.ids(), await sofie.ids(ledger)]) {
			expect(ids).toContain(submission._id);
			expect(ids.filter((id) => /^(transaction|trip|trace|kept|profile):/.test(id))).toEqual([]);
		}
	});

	test('a decision back, a correction forth, and the ledger keeps all of it', async () => {
		const subjectId = jonas.newId('transaction');
		const first = await jonas.submission({ subjectId });
		await jonas.put(first);
		await arrival(mette, first._id);
		const declined = mette.decision(first, 'decline');
		expect((await mette.put(declined)).status).toBe(201);
		await caseSays(jonas, subjectId, { state: 'declined', holderId: null });
		expect(await arrival(jonas, declined._id)).toMatchObject({ body: declined.body });

		const second = await jonas.submission({ subjectId, previousId: first._id });
		await jonas.put(second);
		await arrival(mette, second._id);
		await caseSays(jonas, subjectId, { state: 'waiting', submissionId: second._id });
		const approved = mette.decision(second, 'approve');
		await mette.put(approved);
		const found = await caseSays(jonas, subjectId, { state: 'approved' });
		expect(found.body.steps.map(({ deed }) => deed)).toEqual([
			'submitted',
			'declined',
			'submitted',
			'approved'
		]);
		const orders = found.body.steps.map(({ order }) => order ?? 0);
		expect(orders).toEqual([...orders].sort((a, b) => a - b));
		expect(new Set(orders).size).toBe(4);
		for (const document of [first, declined, second, approved]) {
			await arrival(sofie, document._id, ledger);
		}
	});

	test('a recall, and a decision that came too late changes nothing', async () => {
		const submission = await jonas.submission();
		const { subjectId } = submission.body;
		await jonas.put(submission);
		await arrival(mette, submission._id);
		const recall = jonas.recall(submission._id);
		await jonas.put(recall);
		await caseSays(mette, subjectId, { state: 'recalled', holderId: null });
		await mette.put(mette.decision(submission, 'approve'));
		const found = await vi.waitFor(
			async () => {
				const late = (await jonas.read(caseIdOf(subjectId))) as Case | null;
				expect(late?.body.steps).toHaveLength(3);
				return late;
			},
			{ timeout: 60_000, interval: 20 }
		);
		expect(found?.body.state).toBe('recalled');
		expect(found?.body.steps[2]).toMatchObject({ deed: 'approved', counts: false });
	});

	test('what was deleted at the approver, when it is sent again in another submission', async () => {
		const sent = await jonas.expenseWithPicture('again');
		await jonas.putPicture(sent.bytes);
		await jonas.put(sent.receipt);
		await jonas.put(sent.submission);
		const blob = await arrival(mette, sent.blobId);
		const path = `/${mette.mailbox}/${sent.blobId}?rev=${String(blob['_rev'])}`;
		expect((await mette.request('DELETE', path)).status).toBe(200);
		const { contentHash: _, ...content } = sent.submission.body;
		await jonas.put(await jonas.submission({ ...content, previousId: sent.submission._id }));
		await arrival(mette, sent.blobId);
		expect(`blob:${await pictureIn(mette, sent.blobId, mette.mailbox)}`).toBe(sent.blobId);
	});

	test('nobody\u2019s papers with somebody else\u2019s submission', async () => {
		const sent = await jonas.expenseWithPicture('borrowed');
		await jonas.putPicture(sent.bytes);
		await jonas.put(sent.receipt);
		await jonas.put(sent.submission);
		await arrival(mette, sent.receipt._id);
		// The manager submits an expense of her own that names the worker's receipt.
		const { receiptId, ...rest } = sent.submission.body.receipts[0] ?? { receiptId: '' };
		const borrowing = await mette.submission({
			snapshot: mette.expense({ receiptIds: [receiptId] }),
			receipts: [{ receiptId, ...rest } as never]
		});
		expect((await mette.put(borrowing)).body).toMatchObject({ error: 'forbidden' });
	});
});

describe('decisions', () => {
	test('are refused on one\u2019s own, on the unknown, on other content and without a reason', async () => {
		const code = async (document: { _id: string }, person = mette) => {
			const { status, body } = await person.put(document);
			return [status, String(body['reason']).split(':')[0]];
		};
		const hers = await mette.submission();
		expect((await mette.put(hers)).status).toBe(201);
		expect(await code(mette.decision(hers, 'approve'))).toEqual([403, 'decision.own_submission']);

		const his = await jonas.submission();
		expect(await code(mette.decision(his, 'approve'))).toEqual([
			403,
			'decision.unknown_submission'
		]);
		await jonas.put(his);
		await arrival(mette, his._id);
		const other = { ...his, body: { ...his.body, contentHash: sha256Of('other') } };
		expect(await code(mette.decision(other, 'approve'))).toEqual([403, 'decision.other_content']);
		expect(await code(mette.decision(his, 'decline', ' '))).toEqual([
			403,
			'decision.reason_missing'
		]);
		expect(await code(jonas.decision(hers, 'approve'), jonas)).toEqual([
			403,
			'decision.not_approver'
		]);
		await caseSays(jonas, his.body.subjectId, { state: 'waiting' });
	});
});

describe('a server that was killed', () => {
	test('catches up, loses nothing and delivers nothing twice', async () => {
		const dataDir = await temporaryDirectory();
		let running = await startServerProcess({ dataDir });
		try {
			let worker = await TestPerson.signIn(running, 'jonas');
			let manager = await TestPerson.signIn(running, 'mette');
			let finance = await TestPerson.signIn(running, 'sofie');
			const itsLedger = finance.view.databases.ledger ?? '';
			const all: Awaited<ReturnType<TestPerson['expenseWithPicture']>>[] = [];
			for (let round = 0; round < 3; round++) {
				const batch = await Promise.all(
					Array.from({ length: 8 }, (_, i) => worker.expenseWithPicture(`${round} ${i}`))
				);
				all.push(...batch);
				// Every write is acknowledged; then the server dies while the mailroom is at work.
				await worker.request('POST', `/${worker.mailbox}/_bulk_docs`, {
					docs: batch.flatMap(({ submission, receipt, transaction }) => [
						transaction,
						submission,
						receipt
					])
				});
				for (const { bytes } of batch) await worker.putPicture(bytes);
				await running.kill();
				running = await startServerProcess({ dataDir });
				expect(running.signIns).toEqual([]);
				[worker, manager, finance] = [worker.at(running), manager.at(running), finance.at(running)];
			}
			for (const { submission, receipt, blobId, transaction } of all) {
				for (const [person, database] of [
					[manager, manager.mailbox],
					[finance, itsLedger]
				] as const) {
					for (const id of [submission._id, receipt._id, blobId]) {
						const found = await arrival(person, id, database);
						expect(found['_rev']).toMatch(/^1-/);
					}
				}
				const { body } = await caseSays(worker, transaction._id, { state: 'waiting' });
				expect(body.steps).toHaveLength(1);
			}
			const orders = new Set<number>();
			for (const { transaction } of all) {
				const found = await caseSays(finance, transaction._id, {}, itsLedger);
				orders.add(found.body.steps[0]?.order ?? 0);
			}
			expect(orders.size).toBe(all.length);
		} finally {
			await running.stop();
			await remove(dataDir);
		}
	});
});
