import { describe, expect, test } from 'vitest';
import { contentHashOf } from '@outlay/domain/canonical-json';
import type { SubmissionBody } from '@outlay/domain/submission';
import {
	aDecision,
	aMileage,
	anExpense,
	aRecall,
	aSubmission,
	HASH,
	MANAGER,
	ulidOf,
	WORKER
} from '../../support/documents.ts';
import { worker, manager, hashText, hashed, codeOf } from '../../support/judged-writes.ts';

describe('submissions', () => {
	test('that are whole pass', async () => {
		expect(await codeOf(await hashed())).toBeNull();
	});

	const mine = (type: string) => `${type}:${WORKER}:${ulidOf(7)}`;
	const hers = (type: string) => `${type}:${MANAGER}:${ulidOf(7)}`;
	const enclosed = {
		receiptId: mine('receipt'),
		sha256: HASH,
		mediaType: 'image/webp',
		byteLength: 9,
		thumbnailSha256: null
	} as const;

	const ofATrip = {
		tripId: mine('trip'),
		snapshot: { ...aMileage(), tripId: mine('trip') }
	} as const;

	test.each<[string, Partial<SubmissionBody>]>([
		['submission.content_hash', { contentHash: HASH }],
		['submission.not_yours', { subjectId: hers('transaction') }],
		['submission.not_yours', { subjectId: mine('receipt') }],
		['submission.not_yours', { previousId: hers('submission') }],
		['submission.trip_differs', { tripId: mine('trip') }],
		['submission.trip_differs', { routeId: mine('route') }],
		['submission.not_yours', { ...ofATrip, routeId: hers('route') }],
		['submission.not_yours', { ...ofATrip, routeId: mine('trip') }],
		['submission.receipts_differ', { receipts: [enclosed] }],
		['submission.receipts_differ', { snapshot: anExpense({ receiptIds: [mine('receipt')] }) }],
		[
			'submission.receipts_differ',
			{
				snapshot: anExpense({ receiptIds: [hers('receipt')] }),
				receipts: [{ ...enclosed, receiptId: hers('receipt') }]
			}
		],
		[
			'submission.receipts_differ',
			{
				snapshot: anExpense({ receiptIds: [mine('receipt')] }),
				receipts: [{ ...enclosed, mediaType: 'text/html' as 'image/webp' }]
			}
		],
		['submission.amount_differs', { amountMinor: 1 }],
		['submission.amount_differs', { currency: 'EUR' }],
		['expense.date_future', { snapshot: anExpense({ spentOn: '2026-11-24' }) }],
		['amount.zero', { snapshot: anExpense({ amountMinor: 0 }), amountMinor: 0 }]
	])('are refused with %s', async (code, change) => {
		expect(await codeOf(await hashed(change))).toBe(code);
	});

	test('hold no number that has no place there, and no trace of one', async () => {
		const snapshot = anExpense({ purpose: 'For 010190-1234' });
		expect(await codeOf(await hashed({ snapshot }))).toBe('content.identity_number');
		const masked = anExpense({ purpose: 'For ••••••-••••' });
		expect(await codeOf(await hashed({ snapshot: masked }))).toBe('content.masked');
	});

	test('of an older app are judged as their own time wrote them', async () => {
		const document = aSubmission();
		const { clearances: _, ...snapshot } = document.body.snapshot;
		const body = { ...document.body, snapshot };
		const contentHash = await contentHashOf(body, hashText);
		const old = { ...document, schema: 1, body: { ...body, contentHash } };
		expect(await codeOf(old)).toBeNull();
	});

	test('may be dated tomorrow, where the day has begun already', async () => {
		const snapshot = anExpense({ spentOn: '2026-11-23' });
		expect(await codeOf(await hashed({ snapshot }))).toBeNull();
	});

	test('need somebody to judge them', async () => {
		const alone = { ...worker, approverId: null };
		expect(await codeOf(await hashed(), alone)).toBe('submission.no_approver');
	});
});

describe('recalls and decisions', () => {
	test('a recall is the submitter\u2019s', async () => {
		expect(await codeOf(aRecall(1, aSubmission()._id))).toBeNull();
		const hers = aSubmission(1, {}, MANAGER);
		expect(await codeOf(aRecall(1, hers._id))).toBe('recall.not_yours');
	});

	test('a decision names what was seen, and is nobody\u2019s own', async () => {
		const submission = aSubmission();
		const known = { submissionWith: () => Promise.resolve(submission) };
		const decision = aDecision(1, submission._id, 'decline');
		const bent = (body: Partial<typeof decision.body>) => ({
			...decision,
			body: { ...decision.body, ...body }
		});
		expect(await codeOf(decision, manager, known)).toBeNull();
		expect(await codeOf(decision, { ...manager, roles: ['worker'] }, known)).toBe(
			'decision.not_approver'
		);
		expect(await codeOf(decision, manager)).toBe('decision.unknown_submission');
		const other = bent({ submissionHash: 'b'.repeat(64) });
		expect(await codeOf(other, manager, known)).toBe('decision.other_content');
		expect(await codeOf(bent({ reason: '  ' }), manager, known)).toBe('decision.reason_missing');
		expect(await codeOf(bent({ reason: '', verdict: 'approve' }), manager, known)).toBeNull();
		expect(await codeOf(bent({ actedFor: 'director1' }), manager, known)).toBe(
			'decision.not_deputy'
		);
		expect(await codeOf(bent({ reason: 'Ask 010190-1234' }), manager, known)).toBe(
			'content.identity_number'
		);
		const own = aDecision(1, aSubmission(1, {}, MANAGER)._id, 'approve');
		expect(await codeOf(own, manager, known)).toBe('decision.own_submission');
	});
});

test('with stages, a decision is its approver’s or a substitute’s in their name', async () => {
	const submission = aSubmission();
	const known = (approverId: string, substituteIds: string[] = []) => ({
		submissionWith: () => Promise.resolve(submission),
		stagesOf: () => Promise.resolve([{ approverId, substituteIds }])
	});
	const decision = aDecision(1, submission._id, 'approve');
	const forBoss = { ...decision, body: { ...decision.body, actedFor: 'boss1' } };
	expect(await codeOf(decision, manager, known(MANAGER))).toBeNull();
	expect(await codeOf(decision, manager, known('boss1'))).toBe('decision.not_yours');
	expect(await codeOf(decision, manager, known('boss1', [MANAGER]))).toBe('decision.not_yours');
	expect(await codeOf(forBoss, manager, known('boss1', [MANAGER]))).toBeNull();
	expect(await codeOf(forBoss, manager, known('boss1'))).toBe('decision.not_deputy');
	expect(await codeOf(forBoss, manager, known(MANAGER))).toBe('decision.not_deputy');
});
