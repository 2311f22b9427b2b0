import { describe, expect, test } from 'vitest';
import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import { AS_ADMINISTRATOR, startServer } from '../support/server.ts';
import { TestPerson } from '../support/test-person.ts';
import { arrival, caseSays, pictureIn } from './mail-arrival.ts';

describe('approvers one after the other', () => {
	test('the second gets the papers when the first has approved, a substitute decides for an approver', async () => {
		const own = await startServer();
		try {
			const worker = await TestPerson.signIn(own, 'jonas');
			const first = await TestPerson.signIn(own, 'mette');
			const second = await TestPerson.signIn(own, 'sofie');
			const fromDay = new Date().toISOString().slice(0, 10);
			const away = (approverId: string, substituteId: string) => ({
				approverId,
				substituteId,
				fromDay,
				toDay: '2999-12-31'
			});
			const at = new Date().toISOString();
			const _id = 'setting:approval:2023-01-01';
			const answer = await fetch(`${own.url}/${worker.view.databases.settings}/${_id}`, {
				method: 'PUT',
				headers: { 'content-type': 'application/json', ...AS_ADMINISTRATOR },
				body: JSON.stringify({
					_id,
					type: 'setting',
					schema: DOCUMENT_VERSIONS.setting,
					companyId: worker.view.companyId,
					ownerId: '',
					createdAt: at,
					updatedAt: at,
					body: {
						name: 'approval',
						whoAboveLimit: 'asked-first',
						secondFromMinor: 12_550,
						secondApproverId: second.userId,
						substitutions: [away(first.userId, second.userId), away(second.userId, first.userId)]
					}
				})
			});
			expect(answer.status).toBe(201);

			const sent = await worker.expenseWithPicture('two approvers');
			const subjectId = sent.transaction._id;
			await worker.putPicture(sent.bytes);
			for (const what of ['transaction', 'submission', 'receipt'] as const) {
				expect((await worker.put(sent[what])).status).toBe(201);
			}
			await caseSays(first, subjectId, { state: 'waiting', holderId: first.userId });
			expect(await second.ids()).not.toContain(sent.submission._id);

			expect((await first.put(first.decision(sent.submission, 'approve'))).status).toBe(201);
			await caseSays(worker, subjectId, { state: 'waiting', holderId: second.userId });
			await arrival(second, sent.submission._id);
			await arrival(second, sent.receipt._id);
			expect(`blob:${await pictureIn(second, sent.blobId, second.mailbox)}`).toBe(sent.blobId);

			// Two pairs of eyes are two people: the first does not stand in for the second.
			const acting = first.decision(sent.submission, 'approve');
			const forSecond = { ...acting, body: { ...acting.body, actedFor: second.userId } };
			expect((await first.put(forSecond)).body).toMatchObject({ error: 'forbidden' });
			expect((await second.put(second.decision(sent.submission, 'approve'))).status).toBe(201);
			await caseSays(worker, subjectId, { state: 'approved', holderId: null });
			await caseSays(second, subjectId, { state: 'approved' });

			const small = await worker.submission({
				amountMinor: 12_549,
				snapshot: worker.expense({ amountMinor: 12_549 })
			});
			expect((await worker.put(small)).status).toBe(201);
			await caseSays(second, small.body.subjectId, { state: 'waiting', holderId: first.userId });
			const inPlace = second.decision(small, 'approve');
			const forFirst = { ...inPlace, body: { ...inPlace.body, actedFor: first.userId } };
			const forNobody = { ...inPlace, body: { ...inPlace.body, actedFor: worker.userId } };
			expect((await second.put(forNobody)).body).toMatchObject({ error: 'forbidden' });
			expect((await second.put(forFirst)).status).toBe(201);
			const { body } = await caseSays(worker, small.body.subjectId, { state: 'approved' });
			expect(body.steps.at(-1)).toMatchObject({ actedFor: first.userId, counts: true });
		} finally {
			await own.stop();
		}
	});
});
