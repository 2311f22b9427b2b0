import { isApproved } from '@outlay/domain/case-states';
import { caseOf } from '@outlay/domain/case-of';
import type { Handling } from '@outlay/domain/case-steps';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decisionBy, factsOf, type Decider, type Step } from '../../support/case-facts.ts';
import { aDecision, aRecall, aSubmission, MANAGER, WORKER } from '../../support/documents.ts';

const first = aSubmission(1);

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
				about: fc.nat(4),
				by: fc.constantFrom<Decider>(
					[MANAGER, null],
					[MANAGER, null],
					['substitute1', MANAGER],
					['boss1', null],
					[WORKER, null]
				)
			}),
			{ maxLength: 12 }
		),
		stagesCount: fc.nat(2),
		stampedCount: fc.nat(13),
		seed: fc.infiniteStream(fc.nat())
	})
	.map(({ deeds, stagesCount, stampedCount, seed }) => {
		const submissions = [first];
		const documents: Step[] = [first];
		const handlings: Handling[] = [];
		deeds.forEach(({ deed, about, by: [byId, actedFor] }, index) => {
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
					documents.push(decisionBy(aDecision(n, target._id, deed, byId), actedFor));
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
		const line = [
			{ approverId: MANAGER, substituteIds: ['substitute1'] },
			{ approverId: 'boss1', substituteIds: [] }
		].slice(0, stagesCount);
		const stages = new Map(submissions.map(({ _id }) => [_id, line]));
		return { documents, handlings, stamped, stages, seed };
	});

test('the order of the lists never matters', () => {
	fc.assert(
		fc.property(history, ({ documents, handlings, stamped, stages, seed }) => {
			const expected = caseOf({ ...factsOf(documents, stamped), handlings, stages });
			const facts = { ...factsOf(shuffled(documents, seed), stamped), stages };
			expect(caseOf({ ...facts, handlings: shuffled(handlings, seed) })).toEqual(expected);
		})
	);
});

test('the order of the stamps does: the first answer to arrive is the one that counts', () => {
	const answers = fc
		.array(fc.constantFrom('recall' as const, 'approve' as const, 'decline' as const), {
			minLength: 1,
			maxLength: 6
		})
		.map((deeds) =>
			deeds.map((deed, n) =>
				deed === 'recall' ? aRecall(n + 2, first._id) : aDecision(n + 2, first._id, deed)
			)
		);
	const stateAfter = (answer: Step | undefined) => {
		if (answer?.type === 'recall') return 'recalled';
		return answer?.type === 'decision' && answer.body.verdict === 'approve'
			? 'approved'
			: 'declined';
	};
	fc.assert(
		fc.property(answers, fc.infiniteStream(fc.nat()), (steps, seed) => {
			const order = shuffled(steps, seed);
			const stamped = [first, ...order].map(({ _id }) => _id);
			const view = caseOf(factsOf([first, ...steps], stamped));
			expect(view?.state).toBe(stateAfter(order[0]));
			expect(view?.steps.map(({ counts }) => counts)).toEqual(stamped.map((_, at) => at < 2));
		})
	);
});

test('whatever happens, what is approved has an approval of each stage, by whoever had the turn', () => {
	fc.assert(
		fc.property(history, ({ documents, handlings, stamped, stages }) => {
			const view = caseOf({ ...factsOf(documents, stamped), handlings, stages });
			if (view === null || !isApproved(view.state)) return;
			const line = stages.get(view.submissionId) ?? [];
			const approvals = view.steps.filter(
				({ submissionId, deed, counts }) =>
					submissionId === view.submissionId && deed === 'approved' && counts
			);
			expect(approvals).toHaveLength(Math.max(1, line.length));
			expect(approvals.every(({ byId }) => byId !== WORKER)).toBe(true);
			line.forEach((stage, at) => {
				const { byId = '', actedFor = null } = approvals[at] ?? {};
				expect(actedFor ?? byId).toBe(stage.approverId);
				expect([stage.approverId, ...stage.substituteIds]).toContain(byId);
			});
		})
	);
});

test('whatever happens, a transaction is exported once and paid once', () => {
	fc.assert(
		fc.property(history, ({ documents, handlings, stamped, stages }) => {
			const view = caseOf({ ...factsOf(documents, stamped), handlings, stages });
			const booked = (view?.steps ?? []).filter(
				({ deed, counts }) => counts && (deed === 'exported' || deed === 'paid')
			);
			expect(new Set(booked.map(({ submissionId }) => submissionId)).size).toBeLessThan(2);
			expect(new Set(booked.map(({ deed }) => deed)).size).toBe(booked.length);
		})
	);
});

test('whatever happens, each document is one step, and an approved case stays approved', () => {
	fc.assert(
		fc.property(history, ({ documents, handlings, stamped, stages }) => {
			const view = caseOf({ ...factsOf(documents, stamped), handlings, stages });
			expect(view?.steps.map(({ documentId }) => documentId).sort()).toEqual(
				[...documents, ...handlings].map(({ _id }) => _id).sort()
			);
			if (view === null || !isApproved(view.state)) return;
			const late = aDecision(99, view.submissionId, 'decline');
			const after = caseOf({ ...factsOf([...documents, late], stamped), handlings, stages });
			expect(after?.state).toBe(view.state);
		})
	);
});

test('what was exported or paid stays so, whatever is submitted, recalled or decided later', () => {
	fc.assert(
		fc.property(history, fc.boolean(), ({ documents, handlings, stamped }, isNamed) => {
			const all = [...documents, ...handlings].map(({ _id }) => _id);
			const order = [...stamped, ...all.filter((id) => !stamped.includes(id))];
			const facts = { ...factsOf(documents, order), handlings };
			const view = caseOf(facts);
			if (view?.state !== 'exported' && view?.state !== 'paid') return;
			const later = [
				aSubmission(97, { previousId: isNamed ? view.submissionId : null }),
				aRecall(98, view.submissionId),
				aDecision(99, view.submissionId, 'decline')
			];
			const laterOrder = [...order, ...later.map(({ _id }) => _id)];
			const after = caseOf({ ...factsOf([...documents, ...later], laterOrder), handlings });
			expect(after).toMatchObject({ state: view.state, submissionId: view.submissionId });
		})
	);
});

function shuffled<T>(items: readonly T[], seed: fc.Stream<number>): T[] {
	const keys = [...seed.take(items.length)];
	return items
		.map((item, index) => ({ item, key: keys[index] ?? 0, index }))
		.sort((a, b) => a.key - b.key || b.index - a.index)
		.map(({ item }) => item);
}
