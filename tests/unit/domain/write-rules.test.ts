import { describe, expect, test } from 'vitest';
import { contentHashOf } from '@outlay/domain/canonical-json';
import { blobId } from '@outlay/domain/identifiers';
import { emptyProfile } from '@outlay/domain/person';
import type { Setting } from '@outlay/domain/setting';
import type { Submission, SubmissionBody } from '@outlay/domain/submission';
import { judgeWrite, type Version, type WriteFacts, type Writer } from '@outlay/domain/write-rules';
import {
	aDecision,
	aMileage,
	anExpense,
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

const worker: Writer = {
	userId: WORKER,
	companyId: COMPANY,
	roles: ['worker'],
	approverId: MANAGER
};
const manager: Writer = {
	userId: MANAGER,
	companyId: COMPANY,
	roles: ['worker', 'approver'],
	approverId: null
};

const costTypes: Setting = {
	_id: 'setting:cost-types:2023-01-01',
	type: 'setting',
	schema: 1,
	companyId: COMPANY,
	ownerId: '',
	createdAt: '2023-01-01T00:00:00.000Z',
	updatedAt: '2023-01-01T00:00:00.000Z',
	body: {
		name: 'cost-types',
		costTypes: [
			{
				costTypeId: 'materials',
				labels: { en: 'Materials', da: 'Materialer' },
				needsReceipt: false
			}
		]
	}
};

// A hash that is enough to tell contents apart.
const hashText = (text: string) =>
	Promise.resolve(
		[...text]
			.reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 2 ** 32, 7)
			.toString(16)
			.padStart(64, '0')
	);

function facts(change: Partial<WriteFacts> = {}): WriteFacts {
	return {
		current: null,
		submissionWith: () => Promise.resolve(null),
		stagesOf: () => Promise.resolve([]),
		settings: () => Promise.resolve([costTypes]),
		nowMs: Date.UTC(2026, 10, 22, 12),
		hashText,
		...change
	};
}

function alive(document: object, attachments: Version['attachments'] = []): Version {
	const { _id: _, ...members } = document as { _id: string };
	return { isDeleted: false, members, attachments };
}

const tombstone: Version = { isDeleted: true, members: {}, attachments: [] };

async function hashed(change: Partial<SubmissionBody> = {}): Promise<Submission> {
	const document = aSubmission(1, change);
	const contentHash = await contentHashOf(document.body, hashText);
	return {
		...document,
		body: { ...document.body, contentHash: change.contentHash ?? contentHash }
	};
}

async function codeOf(
	document: { _id: string } & object,
	writer: Writer = worker,
	change: Partial<WriteFacts> = {},
	version: Version = alive(document)
): Promise<string | null> {
	return (await judgeWrite(document._id, version, writer, facts(change)))?.code ?? null;
}

describe('who may write', () => {
	test('the owner their own; nobody what the server writes', async () => {
		expect(await codeOf(aTransaction())).toBeNull();
		expect(await codeOf(aTransaction(), manager)).toBe('document.not_yours');
		for (const _id of [
			`case:${WORKER}:${ulidOf(1)}`,
			`person:${WORKER}`,
			'setting:company:2023-01-01'
		]) {
			expect(await codeOf({ ...aTransaction(), _id })).toBe('document.not_writable');
		}
		expect(await codeOf({ ...aTransaction(), _id: '_design/views' })).toBe('document.unknown_type');
		const elsewhere = { ...aTransaction(), companyId: 'other' };
		expect(await codeOf(elsewhere)).toBe('document.other_company');
	});

	test('nobody bytes anywhere but in a blob', async () => {
		const data = { name: 'data', mediaType: 'image/webp', byteLength: 9, sha256: HASH };
		const document = aTransaction();
		expect(await codeOf(document, worker, {}, alive(document, [data]))).toBe(
			'document.attachments'
		);
	});
});

describe('working copies', () => {
	test('may lack anything and break every rule of business', async () => {
		const empty = aTransaction(1, { amountMinor: null, spentOn: null, purpose: '', merchant: '' });
		expect(await codeOf(empty)).toBeNull();
		expect(await codeOf(aTransaction(1, { amountMinor: -5, spentOn: '2099-01-01' }))).toBeNull();
	});

	test('are refused for their shape and for what may not be stored', async () => {
		const odd = { ...aTransaction(), body: { ...anExpense(), extra: 1 } };
		expect(await codeOf(odd)).toBe('document.shape');
		const newer = { ...aTransaction(), schema: 99 };
		expect(await codeOf(newer)).toBe('document.too_new');
		expect(await codeOf(aTransaction(1, { purpose: 'For 010190-1234' }))).toBe(
			'content.identity_number'
		);
		const cleared = aTransaction(1, {
			purpose: 'Part 010190-1234',
			clearances: [
				{ field: 'purpose', kind: 'dk-cpr', count: 1, clearedAt: '2026-11-20T10:00:00.000Z' }
			]
		});
		expect(await codeOf(cleared)).toBeNull();
		expect(await codeOf(aTransaction(1, { purpose: 'For ••••••-••••' }))).toBeNull();
		const kept = {
			...aTransaction(),
			_id: `kept:${WORKER}:${ulidOf(1)}`,
			type: 'kept',
			schema: 1,
			body: {
				documentId: aTransaction()._id,
				fields: ['purpose'],
				lost: anExpense({ purpose: 'For 010190-1234' }),
				keptAt: '2026-11-20T10:00:00.000Z'
			}
		};
		expect(await codeOf(kept)).toBe('content.identity_number');
	});

	test('a place book holds no identity number, nor does what a merge kept of it', async () => {
		const home = { id: 'a', address: '', latitude: null, longitude: null, home: true };
		const named = (name: string) => ({ ...emptyProfile(), places: [{ ...home, name }] });
		const profile = (body: object) => ({
			...aTransaction(),
			_id: `profile:${WORKER}`,
			type: 'profile',
			schema: 2,
			body
		});
		expect(await codeOf(profile(named('Home')))).toBeNull();
		expect(await codeOf(profile(named('010190-1234')))).toBe('content.identity_number');
		const kept = {
			...profile({
				documentId: `profile:${WORKER}`,
				fields: ['places'],
				lost: named('010190-1234'),
				keptAt: '2026-11-20T10:00:00.000Z'
			}),
			_id: `kept:${WORKER}:${ulidOf(1)}`,
			type: 'kept',
			schema: 1
		};
		expect(await codeOf(kept)).toBe('content.identity_number');
	});

	test('are edited, deleted without content, and never come back from a removal', async () => {
		const before = alive(aTransaction());
		const edited = aTransaction(1, { purpose: 'Other' });
		expect(await codeOf(edited, worker, { current: before })).toBeNull();
		expect(await codeOf(edited, worker, { current: before }, tombstone)).toBeNull();
		const full = { ...tombstone, members: before.members };
		expect(await codeOf(edited, worker, { current: before }, full)).toBe('document.tombstone_body');
		const removed = { ...tombstone, members: { removal: 'erased' } };
		expect(await codeOf(edited, worker, { current: removed })).toBe('document.removed');
		expect(await codeOf(edited, worker, { current: tombstone })).toBeNull();
	});
});

describe('what was sent', () => {
	test('stays as it is; the same again is no change', async () => {
		const sent = await hashed();
		const current = alive(sent);
		expect(await codeOf(sent, worker, { current })).toBeNull();
		const edited = { ...sent, updatedAt: '2026-11-22T00:00:00.000Z' };
		expect(await codeOf(edited, worker, { current })).toBe('document.immutable');
		for (const document of [sent, aRecall(1, sent._id)]) {
			expect(await codeOf(document, worker, { current }, tombstone)).toBe('document.not_deletable');
		}
		const receipt = aReceipt();
		const other = { ...receipt, body: { ...receipt.body, page: 2 } };
		expect(await codeOf(other, worker, { current: alive(receipt) })).toBe('document.immutable');
		expect(await codeOf(receipt, worker, { current: alive(receipt) }, tombstone)).toBeNull();
	});
});

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
		byteLength: 9
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

describe('blobs', () => {
	const data = { name: 'data', mediaType: 'image/webp', byteLength: 9, sha256: HASH };
	const blob = { _id: blobId(HASH) };

	test.each([
		[null, [data]],
		['blob.attachment', []],
		['blob.attachment', [{ ...data, name: 'other' }]],
		['blob.attachment', [data, { ...data, name: 'more' }]],
		['blob.media_type', [{ ...data, mediaType: 'text/html' }]],
		['blob.media_type', [{ ...data, mediaType: 'image/svg+xml' }]],
		['blob.too_large', [{ ...data, byteLength: 8 * 1024 * 1024 + 1 }]],
		['blob.other_content', [{ ...data, sha256: 'b'.repeat(64) }]]
	])('give %s', async (code, attachments) => {
		expect(await codeOf(blob, worker, {}, alive(blob, attachments))).toBe(code);
	});

	test('hold nothing but bytes, and may go', async () => {
		const worded = { ...blob, note: 'hello' };
		expect(await codeOf(blob, worker, {}, alive(worded, [data]))).toBe('blob.body');
		expect(await codeOf(blob, worker, { current: alive(blob, [data]) }, tombstone)).toBeNull();
		expect(await codeOf({ _id: 'blob:nothash' })).toBe('document.unknown_type');
	});
});
