import { describe, expect, test } from 'vitest';
import { blobId } from '@outlay/domain/identifiers';
import { emptyProfile } from '@outlay/domain/person';
import { type Version } from '@outlay/domain/write-rules';
import {
	anExpense,
	aReceipt,
	aRecall,
	aTransaction,
	HASH,
	ulidOf,
	WORKER
} from '../../support/documents.ts';
import { worker, manager, alive, hashed, codeOf } from '../../support/judged-writes.ts';

const tombstone: Version = { isDeleted: true, members: {}, attachments: [] };

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

	test('what a device kept of something removed does not come back as a kept version', async () => {
		const kept = (removal: string | null) => ({
			...aTransaction(),
			_id: `kept:${WORKER}:${ulidOf(1)}`,
			type: 'kept',
			schema: 2,
			body: {
				documentId: aTransaction()._id,
				fields: ['purpose'],
				lost: anExpense(),
				keptAt: '2026-11-20T10:00:00.000Z',
				removal
			}
		});
		expect(await codeOf(kept('erased'))).toBe('document.removed');
		expect(await codeOf(kept(null))).toBeNull();
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
