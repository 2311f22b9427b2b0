import type { Case } from '@outlay/domain/case';
import { caseOf } from '@outlay/domain/case-of';
import { deliveriesOf, type CompanyPeople } from '@outlay/domain/deliveries';
import { databaseName } from '@outlay/domain/addresses';
import type { OutlayDocument } from '@outlay/domain/documents';
import type { Decision } from '@outlay/domain/submission';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	aDecision,
	aReceipt,
	aRecall,
	aSubmission,
	aTransaction,
	COMPANY,
	HASH,
	MANAGER,
	ulidOf,
	WORKER
} from '../../support/documents.ts';

const company: CompanyPeople = {
	companyId: COMPANY,
	approverOf: new Map([
		[WORKER, MANAGER],
		[MANAGER, null]
	])
};
const LEDGER = `ledger-${COMPANY}`;
const MANAGERS = `mailbox-${COMPANY}-${MANAGER}`;
const WORKERS = `mailbox-${COMPANY}-${WORKER}`;

function addressed(documents: OutlayDocument[]): string[] {
	return deliveriesOf(documents, company).map(
		({ documentId, to }) => `${documentId} > ${databaseName(to)}`
	);
}

const SMALL_HASH = 'b'.repeat(64);
const receipt = aReceipt(7);
const submission = aSubmission(1, {
	receipts: [
		{
			receiptId: receipt._id,
			sha256: HASH,
			mediaType: 'image/webp',
			byteLength: 1000,
			thumbnailSha256: SMALL_HASH
		}
	],
	routeId: `route:${WORKER}:${ulidOf(3)}`,
	tripId: `trip:${WORKER}:${ulidOf(3)}`
});

describe('deliveriesOf', () => {
	test('a submission goes with receipt, both pictures and route to ledger and approver, and nothing else does', () => {
		expect(addressed([submission])).toEqual(
			[receipt._id, `blob:${HASH}`, `blob:${SMALL_HASH}`, submission._id, submission.body.routeId]
				.flatMap((id) => [`${id} > ${LEDGER}`, `${id} > ${MANAGERS}`])
				.sort((a, b) => {
					const key = (line: string) => line.replace(' > ', ' ');
					return key(a) < key(b) ? -1 : 1;
				})
		);
	});

	test('working copies, unsubmitted receipts and raw fixes belong nowhere else', () => {
		const trace = {
			...aTransaction(),
			_id: `trace:${WORKER}:${ulidOf(3)}:0`,
			type: 'trace' as const,
			body: { tripId: `trip:${WORKER}:${ulidOf(3)}`, n: 0, isOpen: false, fixes: [] }
		};
		expect(addressed([aTransaction(), receipt, trace])).toEqual([]);
	});

	test('a decision goes to the ledger and the person it is about; a recall to ledger and approver', () => {
		const decision = aDecision(2, submission._id, 'decline');
		expect(addressed([decision])).toEqual([
			`${decision._id} > ${LEDGER}`,
			`${decision._id} > ${WORKERS}`
		]);
		const recall = aRecall(3, submission._id);
		expect(addressed([recall])).toEqual([
			`${recall._id} > ${LEDGER}`,
			`${recall._id} > ${MANAGERS}`
		]);
	});

	describe('with stages', () => {
		const judgesOf = new Map([[submission._id, ['boss1', 'substitute1']]]);
		const staffed = {
			...company,
			approverOf: new Map([...company.approverOf, ['boss1', null], ['substitute1', 'boss1']])
		};
		const to = (documents: OutlayDocument[], people: CompanyPeople = { ...staffed, judgesOf }) =>
			deliveriesOf(documents, people)
				.filter(({ documentId }) => !/^(blob|receipt|route)/.test(documentId))
				.map(({ to: address }) => databaseName(address));
		const turns = [`mailbox-${COMPANY}-boss1`, `mailbox-${COMPANY}-substitute1`];
		const caseAfter = (decisions: Decision[], line = [MANAGER, 'boss1']): Case => {
			const view = caseOf({
				submissions: [submission],
				recalls: [],
				decisions,
				stamps: new Map(),
				stages: new Map([
					[
						submission._id,
						line.map((approverId, at) => ({
							approverId,
							substituteIds: at === 1 ? ['substitute1'] : []
						}))
					]
				]),
				approverId: MANAGER
			});
			if (view === null) throw new Error('a submission gives a case');
			const { isUnsent: _, ...body } = view;
			return { ...submission, _id: `case:${WORKER}:${ulidOf(1)}`, type: 'case', body };
		};
		const approve = aDecision(2, submission._id, 'approve');

		test('a submission and its recall go to whose turn it is', () => {
			expect(to([submission])).toEqual([LEDGER, ...turns]);
			expect(to([aRecall(3, submission._id)])).toEqual([LEDGER, ...turns]);
		});

		test('the case goes to whoever has or had the turn, substitutes included', () => {
			expect(to([caseAfter([])])).toEqual([LEDGER, MANAGERS, WORKERS]);
			expect(to([caseAfter([approve])])).toEqual([LEDGER, turns[0], MANAGERS, turns[1], WORKERS]);
		});

		test('and to nobody who left, nor to an approver who came after it was judged', () => {
			const left = {
				...company,
				approverOf: new Map([
					[WORKER, 'newcomer1'],
					['boss1', null]
				])
			};
			expect(to([caseAfter([approve])], left)).toEqual([LEDGER, turns[0], WORKERS]);
		});

		test('a case without stages goes to the owner’s approver', () => {
			expect(to([caseAfter([], [])], company)).toEqual([LEDGER, MANAGERS, WORKERS]);
		});
	});

	test('without an approver a submission still reaches the ledger', () => {
		const own = aSubmission(1, {}, MANAGER);
		expect(addressed([own])).toEqual([`${own._id} > ${LEDGER}`]);
	});

	test("another company's documents are never delivered", () => {
		expect(addressed([{ ...submission, companyId: 'other' }])).toEqual([]);
	});

	test('a forged decision about an unknown person goes no further than the ledger', () => {
		const decision = aDecision(2, `submission:stranger:${ulidOf(1)}`, 'approve');
		expect(addressed([decision])).toEqual([`${decision._id} > ${LEDGER}`]);
	});

	test('the same deliveries in any order, and each once', () => {
		const all = [submission, receipt, aDecision(2, submission._id, 'approve'), aTransaction()];
		fc.assert(
			fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (documents) => {
				expect(addressed([...documents, submission])).toEqual(addressed(all));
			})
		);
	});
});
