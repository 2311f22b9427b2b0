import type { Case } from '@outlay/domain/case';
import { caseOf } from '@outlay/domain/case-of';
import { standingOf } from '@outlay/domain/standing';
import { expect, test } from 'vitest';
import { aDecision, aSubmission, MANAGER } from '../../support/documents.ts';

const submission = aSubmission(1);
const decline = aDecision(2, submission._id, 'decline');

function serverCaseOf(documents: (typeof submission | typeof decline)[]): Case {
	const view = caseOf({
		submissions: [submission],
		recalls: [],
		decisions: documents.filter((document) => document.type === 'decision'),
		stamps: new Map(
			documents.map(({ _id }, order) => [_id, { order, receivedAt: '2026-11-20T12:00:00.000Z' }])
		),
		approverId: MANAGER
	});
	if (view === null) throw new Error('a submission gives a case');
	const { isUnsent: _, ...body } = view;
	return {
		...submission,
		_id: submission.body.subjectId.replace('transaction', 'case'),
		type: 'case',
		body
	};
}

test('what finance did holds on the device while something of its own is unsent', () => {
	const server = serverCaseOf([submission]);
	const [step] = server.body.steps;
	if (step === undefined) throw new Error('a submission is a step');
	const done = (deed: 'approved' | 'paid', order: number) => ({
		...step,
		documentId: `${deed}:1`,
		deed,
		byId: MANAGER,
		order
	});
	const approve = aDecision(3, submission._id, 'approve');
	const approved = { ...done('approved', 1), documentId: approve._id };
	const steps = [step, approved, done('paid', 2)];
	const paid = { ...server, body: { ...server.body, state: 'paid' as const, steps } };
	const view = standingOf([submission, approve, decline], paid, MANAGER);
	expect(view).toMatchObject({ state: 'paid' });
	expect(view?.steps.map(({ deed, counts }) => [deed, counts])).toEqual([
		['submitted', true],
		['approved', true],
		['paid', true],
		['declined', false]
	]);
});

test('nothing submitted: no standing', () => {
	expect(standingOf([], null, MANAGER)).toBeNull();
});

test('the server knows everything here: its case holds, decisions still on their way included', () => {
	const view = standingOf([submission], serverCaseOf([submission, decline]), MANAGER);
	expect(view).toMatchObject({ state: 'declined', isUnsent: false });
});

test('what has not reached the server shows at once, marked as not sent', () => {
	const view = standingOf([submission, decline], serverCaseOf([submission]), MANAGER);
	expect(view).toMatchObject({ state: 'declined', isUnsent: true });
	expect(standingOf([submission], null, MANAGER)).toMatchObject({
		state: 'waiting',
		isUnsent: true,
		holderId: MANAGER
	});
});

test('the stages the server wrote down hold for what is not sent yet; an unstamped step has no place among the stamped', () => {
	const server = serverCaseOf([submission]);
	const [step] = server.body.steps;
	if (step === undefined) throw new Error('a submission is a step');
	const stages = [
		{ approverId: MANAGER, substituteIds: [] },
		{ approverId: 'boss1', substituteIds: [] }
	];
	const staged = { ...server, body: { ...server.body, steps: [{ ...step, stages }] } };
	const approve = aDecision(3, submission._id, 'approve');
	expect(standingOf([submission, approve], staged, 'somebody1')).toMatchObject({
		state: 'waiting',
		holderId: 'boss1',
		isUnsent: true
	});
	const alone = { ...step, stages: stages.slice(1) };
	const ofBoss = { ...server, body: { ...server.body, steps: [alone] } };
	expect(standingOf([submission, approve], ofBoss, 'somebody1')).toMatchObject({
		state: 'waiting',
		holderId: 'boss1'
	});
	const unstamped = { ...step, order: null };
	const half = { ...server, body: { ...server.body, steps: [unstamped] } };
	expect(standingOf([submission], half, MANAGER)).toMatchObject({ isUnsent: true });
});
