import { CASE_STATES, isApproved } from '@outlay/domain/case-states';
import { caseOf } from '@outlay/domain/case-of';
import type { Handling } from '@outlay/domain/case-steps';
import { describe, expect, test } from 'vitest';
import { factsOf, type Step } from '../../support/case-facts.ts';
import { aDecision, aRecall, aSubmission, MANAGER, WORKER } from '../../support/documents.ts';

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
		expect(caseOf(factsOf([first], ['another', first._id]))).toMatchObject({ isUnsent: false });
	});

	test('an unsent answer that changes nothing leaves what is known to the company as it is', () => {
		const approve = aDecision(2, first._id, 'approve');
		const late = aDecision(3, first._id, 'decline');
		const view = caseOf(factsOf([first, approve, late], [first._id, approve._id]));
		expect(view).toMatchObject({ state: 'approved', isUnsent: false });
		expect(view?.steps.at(-1)).toMatchObject({ deed: 'declined', counts: false, order: null });
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
		const foreign = { ...aRecall(2, first._id), ownerId: MANAGER };
		for (const step of [own, foreign]) {
			const view = caseOf(factsOf([first, step]));
			expect(view).toMatchObject({ state: 'waiting', holderId: MANAGER });
			expect(view?.steps.map(({ counts }) => counts)).toEqual([true, false]);
		}
	});

	test('an answer to what is not there is kept, and does not count', () => {
		const lost = aDecision(2, `${first._id}9`, 'approve');
		const view = caseOf(factsOf([first, lost], [first._id, lost._id]));
		expect(view?.state).toBe('waiting');
		expect(view?.steps.at(-1)).toMatchObject({ deed: 'approved', counts: false });
	});

	test('a submission that replaces a waiting one takes it back, even when it arrived first', () => {
		const approve = aDecision(6, first._id, 'approve');
		const stamps = [second._id, first._id, approve._id];
		const view = caseOf(factsOf([first, second, approve], stamps));
		expect(view).toMatchObject({ state: 'waiting', submissionId: second._id });
		expect(view?.steps.at(-1)).toMatchObject({ deed: 'approved', counts: false });
	});

	test('what a newer submission replaced can’t be approved any more', () => {
		const approve = aDecision(6, first._id, 'approve');
		const view = caseOf(
			factsOf([first, second, approve], [first._id, second._id, approve._id, 'later'])
		);
		expect(view).toMatchObject({ state: 'waiting', submissionId: second._id });
		expect(view?.steps.at(-1)).toMatchObject({ deed: 'approved', counts: false });
	});

	test('of two corrections of the same submission the last to arrive counts', () => {
		const other = aSubmission(6, { previousId: first._id });
		const at = (...order: Step[]) =>
			caseOf(
				factsOf(
					[first, second, other],
					order.map(({ _id }) => _id)
				)
			)?.submissionId;
		expect(at(first, second, other)).toBe(other._id);
		expect(at(other, first, second)).toBe(second._id);
	});

	test('of two submissions that name each other, which only a forger writes, the later stands', () => {
		const forged = aSubmission(1, { previousId: second._id });
		for (const order of [
			[forged, second],
			[second, forged]
		]) {
			const view = caseOf(
				factsOf(
					[forged, second],
					order.map(({ _id }) => _id)
				)
			);
			expect(view).toMatchObject({ state: 'waiting', submissionId: order[1]?._id });
		}
	});

	test('an answer stamped before the submission it names counts for that one, by its stages', () => {
		const stages = new Map([
			[first._id, [{ approverId: 'boss1', substituteIds: [] }]],
			[second._id, [{ approverId: MANAGER, substituteIds: [] }]]
		]);
		const approve = aDecision(6, second._id, 'approve');
		const recall = aRecall(7, second._id);
		const after = (answer: Step) =>
			caseOf({
				...factsOf([first, second, answer], [first._id, answer._id, second._id]),
				stages
			});
		expect(after(approve)).toMatchObject({ state: 'approved', submissionId: second._id });
		expect(after(recall)).toMatchObject({ state: 'recalled', submissionId: second._id });
		expect(after(aDecision(6, second._id, 'approve', 'boss1'))?.state).toBe('waiting');
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

		test('approved is what finance may or did take on', () => {
			expect(CASE_STATES.filter(isApproved)).toEqual(['approved', 'checked', 'exported', 'paid']);
		});

		test('does nothing with what a correction replaced, nor with the other of two corrections', () => {
			for (const deed of ['checked', 'exported', 'paid', 'reopened'] as const) {
				const late = handling(deed);
				const documents = [first, approve, second];
				const order = [...documents, late].map(({ _id }) => _id);
				const view = caseOf({ ...factsOf(documents, order), handlings: [late] });
				expect(view).toMatchObject({ state: 'waiting', submissionId: second._id });
				expect(view?.steps.at(-1)).toMatchObject({ deed, counts: false });
			}
			const other = aSubmission(6, { previousId: first._id });
			const approveOther = aDecision(7, other._id, 'approve');
			const approveSecond = aDecision(8, second._id, 'approve');
			const documents = [first, other, approveOther, second, approveSecond];
			const handlings = [other, second].map(({ _id }) => ({
				...handling('paid'),
				submissionId: _id
			}));
			const order = [...documents, ...handlings].map(({ _id }) => _id);
			const view = caseOf({ ...factsOf(documents, order), handlings });
			expect(view).toMatchObject({ state: 'paid', submissionId: second._id });
			expect(view?.steps.slice(-2).map(({ counts }) => counts)).toEqual([false, true]);
		});

		test('what was exported or paid can’t be replaced', () => {
			const view = handled(['exported'], [second, aDecision(9, second._id, 'approve')]);
			expect(view).toMatchObject({ state: 'exported', submissionId: first._id });
			expect(view?.steps.slice(-2).map(({ counts }) => counts)).toEqual([false, false]);
			const unrelated = handled(['paid'], [aSubmission(6)]);
			expect(unrelated).toMatchObject({ state: 'paid', submissionId: first._id });
			expect(unrelated?.steps.at(-1)).toMatchObject({ deed: 'submitted', counts: false });
		});
	});
});
