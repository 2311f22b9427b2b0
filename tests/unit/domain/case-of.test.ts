import { isApproved } from '@outlay/domain/case';
import { caseOf } from '@outlay/domain/case-of';
import type { CaseFacts, Handling, Stamp } from '@outlay/domain/case-steps';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aDecision, aRecall, aSubmission, MANAGER, WORKER } from '../../support/documents.ts';

type Step = ReturnType<typeof aSubmission | typeof aRecall | typeof aDecision>;

function factsOf(documents: readonly Step[], stamped: readonly string[] = []): CaseFacts {
	return {
		submissions: documents.filter((document) => document.type === 'submission'),
		recalls: documents.filter((document) => document.type === 'recall'),
		decisions: documents.filter((document) => document.type === 'decision'),
		stamps: new Map(
			stamped.map((id, order): [string, Stamp] => [
				id,
				{ order, receivedAt: '2026-11-20T12:00:00.000Z' }
			])
		),
		approverId: MANAGER
	};
}

const first = aSubmission(1);
const second = aSubmission(5, { previousId: first._id });

describe('caseOf', () => {
	test('is null before anything was submitted', () => {
		expect(caseOf(factsOf([]))).toBeNull();
	});

	test('a fresh submission waits for the approver, and says it has not reached the company', () => {
		expect(caseOf(factsOf([first]))).toMatchObject({
			state: 'waiting',
			holderId: MANAGER,
			submissionId: first._id,
			isUnsent: true
		});
		expect(caseOf(factsOf([first], [first._id]))).toMatchObject({ isUnsent: false });
	});

	test('an offline decision shows its effect at once, marked as not yet sent', () => {
		const decline = aDecision(2, first._id, 'decline');
		expect(caseOf(factsOf([first, decline], [first._id]))).toMatchObject({
			state: 'declined',
			isUnsent: true,
			holderId: null
		});
	});

	test('a corrected submission takes the place of the declined one and waits again', () => {
		const decline = aDecision(2, first._id, 'decline');
		const stamps = [first._id, decline._id, second._id];
		const view = caseOf(factsOf([first, decline, second], stamps));
		expect(view).toMatchObject({ state: 'waiting', submissionId: second._id });
		expect(view?.steps.map(({ deed }) => deed)).toEqual(['submitted', 'declined', 'submitted']);
	});

	test('an approval of what was recalled meanwhile is kept, and does not count', () => {
		const recall = aRecall(2, first._id);
		const approve = aDecision(3, first._id, 'approve');
		const view = caseOf(factsOf([first, recall, approve], [first._id, recall._id, approve._id]));
		expect(view?.state).toBe('recalled');
		expect(view?.steps.at(-1)).toMatchObject({ deed: 'approved', counts: false });
	});

	test('the order of arrival decides between a recall and an approval', () => {
		const recall = aRecall(2, first._id);
		const approve = aDecision(3, first._id, 'approve');
		const view = caseOf(factsOf([first, recall, approve], [first._id, approve._id, recall._id]));
		expect(view?.state).toBe('approved');
	});

	test('of two decisions the first to arrive counts', () => {
		const approve = aDecision(3, first._id, 'approve');
		const decline = aDecision(2, first._id, 'decline', 'manager2');
		const view = caseOf(factsOf([first, approve, decline], [first._id, approve._id, decline._id]));
		expect(view?.state).toBe('approved');
	});

	test('a question is answered by an approval or a new submission', () => {
		const ask = aDecision(2, first._id, 'ask');
		expect(caseOf(factsOf([first, ask]))).toMatchObject({ state: 'asked', holderId: MANAGER });
		expect(caseOf(factsOf([first, ask, aDecision(3, first._id, 'approve')]))?.state).toBe(
			'approved'
		);
		expect(caseOf(factsOf([first, ask, second]))).toMatchObject({
			state: 'waiting',
			submissionId: second._id
		});
	});

	test('nobody decides about their own submission, nor recalls that of another', () => {
		const own = aDecision(2, first._id, 'approve', WORKER);
		expect(caseOf(factsOf([first, own]))?.state).toBe('waiting');
		const foreign = { ...aRecall(2, first._id), ownerId: MANAGER };
		expect(caseOf(factsOf([first, foreign]))?.state).toBe('waiting');
	});

	test('a submission that replaces a waiting one takes it back, even when it arrived first', () => {
		const approve = aDecision(6, first._id, 'approve');
		const stamps = [second._id, first._id, approve._id];
		const view = caseOf(factsOf([first, second, approve], stamps));
		expect(view).toMatchObject({ state: 'waiting', submissionId: second._id });
		expect(view?.steps.at(-1)).toMatchObject({ deed: 'approved', counts: false });
	});

	describe('stages', () => {
		const BOSS = 'boss1';
		const SUBSTITUTE = 'substitute1';
		const stages = new Map([
			[
				first._id,
				[
					{ approverId: MANAGER, substituteIds: [SUBSTITUTE] },
					{ approverId: BOSS, substituteIds: [] }
				]
			]
		]);
		const staged = (...documents: Step[]) =>
			caseOf({
				...factsOf(
					documents,
					documents.map(({ _id }) => _id)
				),
				stages
			});
		const approve = aDecision(2, first._id, 'approve');
		const bossApproves = aDecision(3, first._id, 'approve', BOSS);
		const actingFor = (approverId: string | null) => {
			const decision = aDecision(2, first._id, 'approve', SUBSTITUTE);
			return { ...decision, body: { ...decision.body, actedFor: approverId } };
		};

		test('each has to approve, in order', () => {
			expect(staged(first)).toMatchObject({ state: 'waiting', holderId: MANAGER });
			expect(staged(first, approve)).toMatchObject({ state: 'waiting', holderId: BOSS });
			expect(staged(first, approve, bossApproves)).toMatchObject({
				state: 'approved',
				holderId: null
			});
			expect(staged(first, bossApproves)).toMatchObject({ state: 'waiting', holderId: MANAGER });
			const twice = { ...approve, _id: `${approve._id.slice(0, -1)}9` };
			expect(staged(first, approve, twice)).toMatchObject({ state: 'waiting', holderId: BOSS });
		});

		test('whoever has the turn may decline or ask', () => {
			expect(staged(first, approve, aDecision(3, first._id, 'decline', BOSS))?.state).toBe(
				'declined'
			);
			const asked = staged(first, approve, aDecision(3, first._id, 'ask', BOSS));
			expect(asked).toMatchObject({ state: 'asked', holderId: BOSS });
			expect(staged(first, aDecision(3, first._id, 'decline', BOSS))?.state).toBe('waiting');
		});

		test('a substitute stands in for their approver only', () => {
			expect(staged(first, actingFor(MANAGER))).toMatchObject({ holderId: BOSS });
			expect(staged(first, actingFor(null))).toMatchObject({ holderId: MANAGER });
			expect(staged(first, approve, actingFor(BOSS))).toMatchObject({ state: 'waiting' });
		});
	});

	describe('finance', () => {
		const approve = aDecision(2, first._id, 'approve');
		let n = 10;
		const handling = (deed: Handling['deed']): Handling => ({
			_id: `handling:${WORKER}:${String((n += 1))}`,
			submissionId: first._id,
			deed,
			byId: 'finance1',
			at: '2026-11-21T10:00:00.000Z',
			reason: ''
		});
		const handled = (deeds: Handling['deed'][], more: Step[] = []) => {
			const handlings = deeds.map(handling);
			const documents = [first, approve];
			const order = [...documents, ...handlings, ...more].map(({ _id }) => _id);
			return caseOf({ ...factsOf([...documents, ...more], order), handlings });
		};

		test('checks, exports and pays what is approved, each once', () => {
			expect(handled(['checked'])?.state).toBe('checked');
			expect(handled(['checked', 'exported', 'paid'])?.state).toBe('paid');
			expect(handled(['paid', 'exported'])).toMatchObject({ state: 'paid' });
			expect(handled(['paid', 'exported'])?.steps.every(({ counts }) => counts)).toBe(true);
			expect(handled(['exported', 'exported'])?.steps.at(-1)?.counts).toBe(false);
			const tooEarly = caseOf({ ...factsOf([first]), handlings: [handling('paid')] });
			expect(tooEarly?.state).toBe('waiting');
		});

		test('reopens what is not exported, for the owner to correct', () => {
			expect(handled(['checked', 'reopened'])).toMatchObject({ state: 'reopened', holderId: null });
			const late = handled(['exported', 'reopened']);
			expect(late?.state).toBe('exported');
			expect(late?.steps.at(-1)).toMatchObject({ deed: 'reopened', counts: false });
			expect(handled(['reopened'], [second])).toMatchObject({
				state: 'waiting',
				submissionId: second._id
			});
		});

		test('what was exported or paid can’t be replaced', () => {
			const view = handled(['exported'], [second, aDecision(9, second._id, 'approve')]);
			expect(view).toMatchObject({ state: 'exported', submissionId: first._id });
			expect(view?.steps.slice(-2).map(({ counts }) => counts)).toEqual([false, false]);
		});
	});

	const history = fc
		.record({
			deeds: fc.array(
				fc.record({
					deed: fc.constantFrom(
						'submit' as const,
						'recall' as const,
						'approve' as const,
						'decline' as const,
						'ask' as const,
						'checked' as const,
						'exported' as const,
						'paid' as const,
						'reopened' as const
					),
					about: fc.nat(4)
				}),
				{ maxLength: 12 }
			),
			stampedCount: fc.nat(13),
			seed: fc.infiniteStream(fc.nat())
		})
		.map(({ deeds, stampedCount, seed }) => {
			const submissions = [first];
			const documents: Step[] = [first];
			const handlings: Handling[] = [];
			deeds.forEach(({ deed, about }, index) => {
				const n = index + 2;
				const target = submissions[about % submissions.length] ?? first;
				switch (deed) {
					case 'submit': {
						const submission = aSubmission(n, { previousId: target._id });
						submissions.push(submission);
						documents.push(submission);
						break;
					}
					case 'recall':
						documents.push(aRecall(n, target._id));
						break;
					case 'approve':
					case 'decline':
					case 'ask':
						documents.push(aDecision(n, target._id, deed));
						break;
					case 'checked':
					case 'exported':
					case 'paid':
					case 'reopened':
						handlings.push({
							_id: `handling:${WORKER}:${String(n)}`,
							submissionId: target._id,
							deed,
							byId: 'finance1',
							at: new Date(1_700_000_000_000 + n * 1000).toISOString(),
							reason: ''
						});
				}
			});
			const order = shuffled([...documents, ...handlings], seed);
			const stamped = order.slice(0, stampedCount).map(({ _id }) => _id);
			return { documents, handlings, stamped, seed };
		});

	test('the order of the lists never matters', () => {
		fc.assert(
			fc.property(history, ({ documents, handlings, stamped, seed }) => {
				const expected = caseOf({ ...factsOf(documents, stamped), handlings });
				const facts = factsOf(shuffled(documents, seed), stamped);
				expect(caseOf({ ...facts, handlings: shuffled(handlings, seed) })).toEqual(expected);
			})
		);
	});

	test('whatever happens, each document is one step, and an approved case stays approved', () => {
		fc.assert(
			fc.property(history, ({ documents, handlings, stamped }) => {
				const view = caseOf({ ...factsOf(documents, stamped), handlings });
				expect(view?.steps.map(({ documentId }) => documentId).sort()).toEqual(
					[...documents, ...handlings].map(({ _id }) => _id).sort()
				);
				if (view === null || !isApproved(view.state)) return;
				const late = aDecision(99, view.submissionId, 'decline');
				const after = caseOf({ ...factsOf([...documents, late], stamped), handlings });
				expect(after?.state).toBe(view.state);
			})
		);
	});

	test('what was exported or paid stays so, whatever is submitted, recalled or decided later', () => {
		fc.assert(
			fc.property(history, ({ documents, handlings, stamped }) => {
				const all = [...documents, ...handlings].map(({ _id }) => _id);
				const order = [...stamped, ...all.filter((id) => !stamped.includes(id))];
				const facts = { ...factsOf(documents, order), handlings };
				const view = caseOf(facts);
				if (view?.state !== 'exported' && view?.state !== 'paid') return;
				const later = [
					aSubmission(97, { previousId: view.submissionId }),
					aRecall(98, view.submissionId),
					aDecision(99, view.submissionId, 'decline')
				];
				const laterOrder = [...order, ...later.map(({ _id }) => _id)];
				const after = caseOf({ ...factsOf([...documents, ...later], laterOrder), handlings });
				expect(after).toMatchObject({ state: view.state, submissionId: view.submissionId });
			})
		);
	});
});

function shuffled<T>(items: readonly T[], seed: fc.Stream<number>): T[] {
	const keys = [...seed.take(items.length)];
	return items
		.map((item, index) => ({ item, key: keys[index] ?? 0, index }))
		.sort((a, b) => a.key - b.key || b.index - a.index)
		.map(({ item }) => item);
}
