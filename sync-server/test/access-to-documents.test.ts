/** Which documents and bytes people may write into what is theirs. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../../tests/support/server.ts';
import { pictureBytes, sha256Of, TestPerson } from '../../tests/support/test-person.ts';

let server: TestServer;
let jonas: TestPerson;
let freja: TestPerson;

beforeAll(async () => {
	server = await startServer({ limits: { signInsPerAddress: 10_000 } });
	jonas = await TestPerson.signIn(server, 'jonas');
	freja = await TestPerson.signIn(server, 'freja');
});
afterAll(() => server.stop());

describe('documents', () => {
	const reasonOf = (answer: { status: number; body: Record<string, unknown> }) => [
		answer.status,
		String(answer.body['reason']).split(':')[0]
	];

	test('of one\u2019s own are written and read', async () => {
		const { transaction } = await jonas.expenseWithPicture('own');
		expect((await jonas.put(transaction)).status).toBe(201);
		expect(await jonas.read(transaction._id)).toMatchObject(transaction);
	});

	test('of others, and what only the server writes, are refused with a code', async () => {
		const hers = freja.document('transaction', freja.newId('transaction'), freja.expense());
		expect(reasonOf(await jonas.put(hers))).toEqual([403, 'document.not_yours']);
		const lying = { ...hers, _id: jonas.newId('transaction') };
		expect(reasonOf(await jonas.put(lying))).toEqual([403, 'document.id_mismatch']);
		const person = await jonas.read(`person:${jonas.userId}`);
		const promoted = { ...person, _id: `person:${jonas.userId}`, body: { roles: ['finance'] } };
		expect(reasonOf(await jonas.put(promoted))).toEqual([403, 'document.not_writable']);
		for (const type of ['case', 'setting']) {
			const _id =
				type === 'case' ? `case:${jonas.userId}:${'0'.repeat(26)}` : 'setting:company:2020-01-01';
			expect(reasonOf(await jonas.put({ ...hers, _id, type } as typeof hers))).toEqual([
				403,
				'document.not_writable'
			]);
		}
		const elsewhere = {
			...jonas.document('transaction', jonas.newId('transaction'), jonas.expense()),
			companyId: 'other'
		};
		expect(reasonOf(await jonas.put(elsewhere))).toEqual([403, 'document.other_company']);
	});

	test('that were sent are never changed or deleted', async () => {
		const submission = await jonas.submission();
		const { body } = await jonas.put(submission);
		const rev = String(body['rev']);
		const edited = { ...submission, _rev: rev, updatedAt: '2026-01-01T00:00:00.000Z' };
		expect(reasonOf(await jonas.put(edited))).toEqual([403, 'document.immutable']);
		const path = `/${jonas.mailbox}/${submission._id}?rev=${rev}`;
		expect(reasonOf(await jonas.request('DELETE', path))).toEqual([403, 'document.not_deletable']);
		expect((await jonas.put({ ...submission, _rev: rev } as typeof submission)).status).toBe(201);
	});

	test('can\u2019t be overtaken by a longer history of somebody\u2019s making', async () => {
		const submission = await jonas.submission();
		await jonas.put(submission);
		const ids = ['f', 'e', 'd'].map((digit) => digit.repeat(32));
		const forged = {
			...submission,
			_rev: `3-${ids[0]}`,
			_revisions: { start: 3, ids },
			body: { ...submission.body, amountMinor: 1 }
		};
		const { body } = await jonas.request('POST', `/${jonas.mailbox}/_bulk_docs`, {
			new_edits: false,
			docs: [forged]
		});
		expect(body).toMatchObject([{ id: submission._id, error: 'forbidden' }]);
		expect(await jonas.read(submission._id)).toMatchObject({ body: { amountMinor: 12_550 } });
	});

	test('that were sent are not changed by writes that come at the same time', async () => {
		const withHistory = (document: object, ids: string[]) => ({
			...document,
			_rev: `${ids.length}-${ids[0]}`,
			_revisions: { start: ids.length, ids }
		});
		const send = (docs: object[]) =>
			jonas.request('POST', `/${jonas.mailbox}/_bulk_docs`, { new_edits: false, docs });
		const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
		const pair = async () => {
			const sent = await jonas.submission();
			const changed = { ...sent, updatedAt: '2026-01-01T00:00:00.000Z' };
			return {
				sent,
				before: withHistory(sent, [first]),
				after: withHistory(changed, [second, first])
			};
		};

		const rows = await pair();
		const { body } = await send([rows.before, rows.after]);
		expect(body).toMatchObject([{ id: rows.sent._id, error: 'forbidden' }]);
		expect(JSON.stringify(body)).toContain('document.immutable');
		expect(await jonas.read(rows.sent._id)).toMatchObject({ updatedAt: rows.sent.updatedAt });

		for (let round = 0; round < 20; round++) {
			const { sent, before, after } = await pair();
			await Promise.all([send([before]), send([after])]);
			// Whichever came first stands alone: nothing was put on top of it.
			const { body: leaf } = await jonas.request(
				'GET',
				`/${jonas.mailbox}/${sent._id}?revs_info=true`
			);
			const known = (leaf['_revs_info'] as { status: string }[]).filter(
				({ status }) => status === 'available'
			);
			expect(known).toHaveLength(1);
		}

		// Working copies may: each row is judged on what the row before left.
		const draft = jonas.document('transaction', jonas.newId('transaction'), jonas.expense());
		const edited = { ...draft, updatedAt: '2026-01-01T00:00:00.000Z' };
		const both = [withHistory(draft, [first]), withHistory(edited, [second, first])];
		expect((await send(both)).body).toEqual([]);
		expect(await jonas.read(draft._id)).toMatchObject({ updatedAt: edited.updatedAt });
	});

	test('that break a rule of business are refused as submissions, not as drafts', async () => {
		const snapshot = jonas.mileage({ distanceM: 0 });
		const draft = jonas.document('transaction', jonas.newId('transaction'), snapshot);
		expect((await jonas.put(draft)).status).toBe(201);
		const refusals = [
			[{ subjectId: draft._id, snapshot, amountMinor: 0 }, 'mileage.zero_distance'],
			[{ amountMinor: 99_999 }, 'submission.amount_differs'],
			[{ snapshot: jonas.expense({ spentOn: '2099-01-01' }) }, 'expense.date_future'],
			[
				{ snapshot: jonas.expense({ receiptIds: [jonas.newId('receipt')] }) },
				'submission.receipts_differ'
			],
			[{ subjectId: freja.newId('transaction') }, 'submission.not_yours'],
			[{ contentHash: sha256Of('other') }, 'submission.content_hash']
		] as const;
		for (const [change, code] of refusals) {
			const submission = await jonas.submission(change);
			expect(reasonOf(await jonas.put(submission))).toEqual([403, code]);
		}
	});

	test('of drives count the kilometres of the year before them, whichever request brought them', async () => {
		// 2025 in Denmark: 3.81 up to 20,000 km, 2.23 above.
		const drive = (km: number, yearBeforeKm: number, amountMinor: number, subjectId?: string) =>
			freja.submission({
				...(subjectId === undefined ? {} : { subjectId }),
				snapshot: freja.mileage({ distanceM: km * 1000 }),
				yearBeforeM: yearBeforeKm * 1000,
				amountMinor
			});
		const send = (docs: object[]) =>
			freja.request('POST', `/${freja.mailbox}/_bulk_docs`, { docs });
		const codes = async (docs: object[]) =>
			((await send(docs)).body as unknown as { reason?: string }[]).map(
				({ reason }) => reason?.split(':')[0] ?? null
			);
		const TOO_FEW = 'submission.year_kilometres';
		const most = await drive(9_995, 0, 3_808_095);
		const half = await drive(9_000, 9_995, 3_429_000);
		const hidden = await drive(9_000, 0, 3_429_000);
		expect(await codes([most, half, hidden])).toEqual([null, null, TOO_FEW]);
		expect(await codes([await drive(1_010, 18_995, 1005 * 381 + 5 * 223)])).toEqual([null]);
		// More is the person's own statement; a stranger's drives are no matter.
		expect(await codes([await drive(10, 20_000, 2230)])).toEqual([null]);
		expect(reasonOf(await freja.put(await drive(10, 0, 3810)))).toEqual([403, TOO_FEW]);
		const ofJonas = await jonas.submission({ snapshot: jonas.mileage(), amountMinor: 3810 });
		expect((await jonas.put(ofJonas)).status).toBe(201);

		// One that is taken back leaves its kilometres to the next; itself it is not counted again.
		const recall = freja.document('recall', freja.newId('recall'), {
			submissionId: half._id,
			recalledAt: new Date().toISOString()
		});
		expect((await freja.put(recall)).status).toBe(201);
		const caseId = half.body.subjectId.replace('transaction', 'case');
		await vi.waitFor(
			async () => expect(await freja.read(caseId)).toMatchObject({ body: { state: 'recalled' } }),
			{ timeout: 20_000 }
		);
		const again = await drive(9_000, 11_000, 3_429_000, half.body.subjectId);
		expect(await codes([again])).toEqual([null]);
		expect(await codes([await drive(10, 11_000, 3810)])).toEqual([TOO_FEW]);
	});

	test('drafts may be deleted, raw fixes only when closed', async () => {
		const { trace, trip } = await jonas.drivenTrip();
		const open = { ...trace, body: { ...trace.body, isOpen: true } };
		expect(reasonOf(await jonas.put(open))).toEqual([403, 'trace.open']);
		for (const document of [trace, trip]) {
			const { body } = await jonas.put(document);
			const path = `/${jonas.mailbox}/${document._id}?rev=${String(body['rev'])}`;
			expect((await jonas.request('DELETE', path)).status).toBe(200);
		}
	});

	test('with an identity number in them are not stored', async () => {
		const draft = jonas.document(
			'transaction',
			jonas.newId('transaction'),
			jonas.expense({ purpose: 'For 010190-1234' })
		);
		expect(reasonOf(await jonas.put(draft))).toEqual([403, 'content.identity_number']);
	});
});

describe('bytes', () => {
	test('are what their id names, and of a kind that can\u2019t run here', async () => {
		const bytes = pictureBytes('kinds');
		const id = `blob:${sha256Of(bytes)}`;
		const code = async (answer: Promise<{ status: number; body: Record<string, unknown> }>) => {
			const { status, body } = await answer;
			return [status, String(body['reason']).split(':')[0]];
		};
		expect(await code(jonas.putPicture(bytes, 'text/html'))).toEqual([403, 'blob.media_type']);
		expect(await code(jonas.putPicture(bytes, 'image/svg+xml'))).toEqual([403, 'blob.media_type']);
		expect(await code(jonas.putPicture(Buffer.from('<script>'), 'image/jpeg', id))).toEqual([
			403,
			'blob.other_content'
		]);
		expect((await jonas.putPicture(bytes)).status).toBe(201);

		const other = pictureBytes('by attachment address');
		const put = (type: string) =>
			fetch(`${server.url}/${jonas.mailbox}/blob:${sha256Of(other)}/data`, {
				method: 'PUT',
				headers: { cookie: jonas.cookie, 'content-type': type },
				body: new Uint8Array(other)
			});
		expect((await put('text/html')).status).toBe(403);
		expect((await put('image/jpeg')).status).toBe(201);

		const shown = await fetch(`${server.url}/${jonas.mailbox}/${id}/data`, {
			headers: { cookie: jonas.cookie }
		});
		expect(Buffer.from(await shown.arrayBuffer())).toEqual(bytes);
		expect(shown.headers.get('content-security-policy')).toContain('sandbox');
		expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
	});

	test('beyond 8 MB are refused', async () => {
		const answer = await fetch(`${server.url}/${jonas.mailbox}/blob:${'0'.repeat(64)}/data`, {
			method: 'PUT',
			headers: { cookie: jonas.cookie, 'content-type': 'image/jpeg' },
			body: new Uint8Array(8 * 1024 * 1024 + 1)
		});
		expect(answer.status).toBe(413);
	});
});
