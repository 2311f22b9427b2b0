import type { ExpenseBody } from '@outlay/domain/transaction';
import { describe, expect, it } from 'vitest';
import {
	markOf,
	rowOf,
	staysHere,
	unsentRow,
	unsentTombstone,
	type RowState
} from '#lib/storage/rows.ts';
import { absorb } from '#lib/sync/absorb.ts';
import { WORKER, aSubmission, aTransaction } from '../../support/documents.ts';

const NOW_MS = 1_800_000_000_000;
const sent = (change: Partial<ExpenseBody>, couchRev: string): RowState => ({
	...rowOf(aTransaction(1, change)),
	couchRev
});
const tombstone = (couchRev: string, removal = ''): RowState => ({
	...sent({}, couchRev),
	body: {},
	removal,
	_deleted: true
});
const edited = (from: RowState, change: Partial<ExpenseBody>) =>
	unsentRow(aTransaction(1, change), from, NOW_MS);
const take = (here: RowState | null, theirs: RowState) => absorb(here, theirs, WORKER, NOW_MS);

describe('a version of the server', () => {
	it('is taken where nothing was edited', async () => {
		const theirs = sent({ purpose: 'b' }, '2-b');
		expect(await take(null, theirs)).toEqual({ row: theirs, kept: null });
		const before = sent({ purpose: 'a' }, '1-a');
		expect(await take(before, theirs)).toEqual({
			row: { ...theirs, unsent: { earlier: [await markOf(before)] } },
			kept: null
		});
		expect((await take(sent({}, '1-a'), tombstone('2-x'))).row?._deleted).toBe(true);
		expect((await take(null, tombstone('2-x'))).row).toBeNull();
	});

	it('is left where it is old', async () => {
		expect((await take(sent({}, '3-c'), sent({}, '2-b'))).row).toBeNull();
		expect((await take(await edited(sent({}, '2-b'), {}), sent({}, '2-b'))).row).toBeNull();
	});

	it('that is exactly what was edited here settles it', async () => {
		const here = await edited(sent({ purpose: 'a' }, '1-a'), { purpose: 'b' });
		const theirs = sent({ purpose: 'b' }, '2-b');
		expect((await take(here, theirs)).row).toMatchObject({ ...theirs, unsent: {} });
	});

	it('that a backup brought back is no conflict: what was sent since stands on it', async () => {
		const first = sent({ purpose: 'yesterday' }, '1-a');
		const second = (await take(first, sent({ purpose: 'today' }, '2-b'))).row;
		if (second === null) throw new Error('not taken');
		// The epoch changed: nothing is known of the server's revisions, and all is offered again.
		const offered = { ...second, couchRev: '', unsentSinceMs: NOW_MS };
		const { row, kept } = await take(offered, first);
		expect(kept).toBeNull();
		expect(row).toMatchObject({ couchRev: '1-a', body: { purpose: 'today' } });
		expect(row?.unsentSinceMs).toBeGreaterThan(0);
		// Edited at the restored server meanwhile: two versions, and neither is lost.
		const forked = await take(offered, sent({ purpose: 'elsewhere' }, '2-c'));
		expect(forked.row).toMatchObject({ body: { purpose: 'today' } });
		expect(forked.kept?.body).toMatchObject({ lost: { purpose: 'elsewhere' } });
	});

	it('of a server that lost what was sent is merged without it: neither is lost, edited since or not', async () => {
		const sentThen = sent({ merchant: 'ours', purpose: 'ours' }, '1-a');
		const here = await edited(sentThen, {
			merchant: 'ours',
			purpose: 'ours',
			costTypeId: 'parking'
		});
		const theirs = sent({ merchant: 'theirs', purpose: 'theirs' }, '1-b');
		// Before it is known that the server was set back, and after.
		for (const couchRev of ['1-a', '']) {
			const { row, kept } = await take({ ...here, couchRev }, theirs);
			expect(row?.body).toMatchObject({ merchant: 'ours', purpose: 'ours', costTypeId: 'parking' });
			expect(kept?.body).toMatchObject({ lost: { merchant: 'theirs', purpose: 'theirs' } });
		}
		// A later generation was made from ours: what was written over there was seen.
		const later = await take(here, { ...theirs, couchRev: '2-b' });
		expect(later.row?.body).toMatchObject({ merchant: 'theirs', costTypeId: 'parking' });
	});

	it('that is our own earlier push is no conflict', async () => {
		const offered = await edited(sent({ purpose: 'a' }, '1-a'), { purpose: 'b' });
		const here = await edited(offered, { purpose: 'c' });
		const { row, kept } = await take(here, sent({ purpose: 'b' }, '2-b'));
		expect(kept).toBeNull();
		expect(row).toMatchObject({ couchRev: '2-b', body: { purpose: 'c' } });
		expect(row?.unsentSinceMs).toBeGreaterThan(0);
	});

	it('is merged with an edit, and what lost is kept under an id of its own', async () => {
		const base = sent({ purpose: 'a', merchant: 'x' }, '1-a');
		const here = await edited(base, { purpose: 'mine', merchant: 'x' });
		const theirs = sent({ purpose: 'theirs', merchant: 'y' }, '2-b');
		const first = await take(here, theirs);
		expect(first.row).toMatchObject({
			couchRev: '2-b',
			body: { purpose: 'mine', merchant: 'y' },
			unsent: { base: { body: { purpose: 'theirs', merchant: 'y' } } }
		});
		expect(first.kept?.body).toMatchObject({
			documentId: here.id,
			fields: ['purpose'],
			lost: { purpose: 'theirs' }
		});
		expect((await take(here, theirs)).kept?.id).toBe(first.kept?.id);
	});

	it('that was deleted does not swallow an edit', async () => {
		const here = await edited(sent({ purpose: 'a' }, '1-a'), { purpose: 'mine' });
		const { row } = await take(here, tombstone('2-x'));
		expect(row).toMatchObject({ _deleted: false, couchRev: '2-x', body: { purpose: 'mine' } });
	});

	it('that was removed by the server stays removed, and what was entered meanwhile is kept beside it', async () => {
		const here = await edited(sent({ purpose: 'a' }, '1-a'), { purpose: 'mine' });
		const { row, kept } = await take(here, tombstone('2-x', 'erased'));
		expect(row).toMatchObject({ _deleted: true, removal: 'erased', unsentSinceMs: 0 });
		expect(kept?.body).toMatchObject({
			documentId: here.id,
			fields: ['purpose'],
			lost: { purpose: 'mine', merchant: 'Byggemarkedet' },
			removal: 'erased'
		});
		expect(kept && staysHere(kept)).toBe(true);
	});

	it('that was removed keeps nothing of what the server had already had', async () => {
		const before = sent({ purpose: 'a' }, '1-a');
		const reverted = await edited(before, { purpose: 'a' });
		const deleted = await unsentTombstone(before, NOW_MS);
		// After a restore everything is offered again, without anybody having entered anything.
		const again: RowState = {
			...before,
			couchRev: '',
			unsentSinceMs: NOW_MS,
			unsent: { isOnlyOfferedAgain: true }
		};
		for (const here of [before, reverted, deleted, again]) {
			expect((await take(here, tombstone('2-x', 'retention'))).kept).toBeNull();
		}
		const since = await edited(again, { purpose: 'since' });
		expect((await take(since, tombstone('2-x', 'retention'))).kept?.body).toMatchObject({
			lost: { purpose: 'since' },
			removal: 'retention'
		});
	});

	it('that was removed keeps a version that had lost a merge as what it was', async () => {
		const here = await edited(sent({ purpose: 'a' }, '1-a'), { purpose: 'mine' });
		const merge = (await take(here, sent({ purpose: 'theirs' }, '2-b'))).kept;
		if (merge === null) throw new Error('nothing kept');
		const gone = { ...tombstone('2-k', 'moved'), id: merge.id, type: 'kept' };
		const { kept } = await take(merge, gone);
		expect(kept?.body).toMatchObject({ documentId: here.id, lost: { purpose: 'theirs' } });
		expect(kept?.body['removal']).toBe('moved');
	});

	it('that was edited is not deleted by a deletion made before', async () => {
		const base = sent({ purpose: 'a' }, '1-a');
		const here = await unsentTombstone(base, NOW_MS);
		const touched = await take(here, sent({ purpose: 'theirs' }, '2-b'));
		expect(touched.row).toMatchObject({ _deleted: false, body: { purpose: 'theirs' } });
		const untouched = await take(here, { ...base, couchRev: '2-same' });
		expect(untouched.row).toMatchObject({ _deleted: true, couchRev: '2-same' });
	});

	it('wins over anything written here about documents of others and what never changes', async () => {
		const other = { ...(await edited(sent({}, '1-a'), { purpose: 'b' })), ownerId: 'somebody' };
		const theirs = sent({ purpose: 'c' }, '2-b');
		expect((await take(other, theirs)).row).toEqual(theirs);
		const mine = await unsentRow(aSubmission(1, { amountMinor: 1 }), null, NOW_MS);
		const judged = { ...rowOf(aSubmission(1)), couchRev: '1-s' };
		expect((await take(mine, judged)).row).toEqual(judged);
	});
});
