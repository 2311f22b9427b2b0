import { caseOf, type CaseFacts, type Stamp } from '@outlay/domain/case-of';
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

	const history = fc
		.record({
			deeds: fc.array(
				fc.record({
					deed: fc.constantFrom('submit', 'recall', 'approve', 'decline', 'ask'),
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
			deeds.forEach(({ deed, about }, index) => {
				const n = index + 2;
				const target = submissions[about % submissions.length] ?? first;
				if (deed === 'submit') {
					const submission = aSubmission(n, { previousId: target._id });
					submissions.push(submission);
					documents.push(submission);
				} else if (deed === 'recall') documents.push(aRecall(n, target._id));
				else documents.push(aDecision(n, target._id, deed));
			});
			const order = shuffled(documents, seed);
			return { documents, stamped: order.slice(0, stampedCount).map(({ _id }) => _id), seed };
		});

	test('the order of the lists never matters', () => {
		fc.assert(
			fc.property(history, ({ documents, stamped, seed }) => {
				const expected = caseOf(factsOf(documents, stamped));
				expect(caseOf(factsOf(shuffled(documents, seed), stamped))).toEqual(expected);
			})
		);
	});

	test('whatever happens, each document is one step, and an approved case stays approved', () => {
		fc.assert(
			fc.property(history, ({ documents, stamped }) => {
				const view = caseOf(factsOf(documents, stamped));
				expect(view?.steps.map(({ documentId }) => documentId).sort()).toEqual(
					documents.map(({ _id }) => _id).sort()
				);
				if (view?.state !== 'approved') return;
				const late = aDecision(99, view.submissionId, 'decline');
				expect(caseOf(factsOf([...documents, late], stamped))?.state).toBe('approved');
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
