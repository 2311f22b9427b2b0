import { judgesSoFar, openStageOf } from '@outlay/domain/open-stage';
import { caseOf } from '@outlay/domain/case-of';
import { describe, expect, test } from 'vitest';
import { decisionBy, factsOf, type Step } from '../../support/case-facts.ts';
import { aDecision, aSubmission, MANAGER } from '../../support/documents.ts';

const first = aSubmission(1);
const second = aSubmission(5, { previousId: first._id });

describe('caseOf', () => {
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
		const actingFor = (approverId: string | null) =>
			decisionBy(aDecision(2, first._id, 'approve', SUBSTITUTE), approverId);

		test('each has to approve, in order', () => {
			expect(staged(first)).toMatchObject({ state: 'waiting', holderId: MANAGER });
			expect(staged(first, approve)).toMatchObject({ state: 'waiting', holderId: BOSS });
			expect(staged(first, approve, bossApproves)).toMatchObject({
				state: 'approved',
				holderId: null
			});
			expect(staged(first, bossApproves)).toMatchObject({ state: 'waiting', holderId: MANAGER });
			const twice = { ...approve, _id: `${approve._id.slice(0, -1)}9` };
			const again = staged(first, approve, twice);
			expect(again).toMatchObject({ state: 'waiting', holderId: BOSS });
			expect(again?.steps.map(({ counts }) => counts)).toEqual([true, true, false]);
		});

		test('say whose turn it is while it is open, and who had it so far', () => {
			const turns = (...documents: Step[]) => {
				const view = staged(...documents);
				if (view === null) throw new Error('a submission gives a case');
				const turn = openStageOf(view);
				return [turn && [turn.stage.approverId, turn.approvals], judgesSoFar(view)];
			};
			const asked = aDecision(3, first._id, 'ask', BOSS);
			const all = [MANAGER, SUBSTITUTE, BOSS];
			expect(turns(first)).toEqual([
				[MANAGER, 0],
				[MANAGER, SUBSTITUTE]
			]);
			expect(turns(first, bossApproves)).toEqual([
				[MANAGER, 0],
				[MANAGER, SUBSTITUTE]
			]);
			expect(turns(first, approve)).toEqual([[BOSS, 1], all]);
			expect(turns(first, approve, asked)).toEqual([[BOSS, 1], all]);
			expect(turns(first, approve, bossApproves)).toEqual([null, all]);
			// Of the correction, which has no stages, nobody in particular holds the turn.
			expect(turns(first, approve, second)).toEqual([null, all]);
		});

		test('of a correction its own approvals count, not those of the one before', () => {
			const both = new Map([...stages, [second._id, stages.get(first._id) ?? []]]);
			const documents: Step[] = [first, approve, second];
			const order = documents.map(({ _id }) => _id);
			const view = caseOf({ ...factsOf(documents, order), stages: both });
			expect(view).toMatchObject({ state: 'waiting', holderId: MANAGER });
			expect(view && openStageOf(view)).toMatchObject({ approvals: 0 });
			const declined = aDecision(6, second._id, 'decline');
			const ended = caseOf({
				...factsOf([...documents, declined], [...order, declined._id]),
				stages: new Map([[second._id, stages.get(first._id) ?? []]])
			});
			expect(ended && judgesSoFar(ended)).toEqual([MANAGER, SUBSTITUTE]);
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
});
