import { describe, expect, test } from 'vitest';
import { ids, hashOf, md5, chunks, type StoreOnTest } from './store-on-test.ts';

export function describeForgetting(on: StoreOnTest): void {
	const { agreed, ofAnyCopy, written } = on;
	describe('forgetting', () => {
		test('compaction takes bodies that were edited since, and nothing a reader of leaves sees', async () => {
			const first = await written({ id: 'a', body: { n: 1 } });
			const second = await written({ id: 'a', body: { n: 2 }, parentRev: first });
			await written({
				id: 'a',
				body: { n: 3 },
				revisions: { start: 2, ids: [md5('other'), hashOf(first)] }
			});
			await agreed();
			const before = [await on.db.leaves('a'), await on.db.changes({ since: '0' })];
			expect(await on.db.read('a', first)).toMatchObject({ body: { n: 1 } });
			await on.db.compact();
			expect(await on.db.read('a', first)).toBeNull();
			const after = [await on.db.leaves('a'), await on.db.changes({ since: '0' })];
			expect(ofAnyCopy(after)).toEqual(ofAnyCopy(before));
			expect(await on.db.history('a', second)).toEqual([
				{ rev: second, status: 'available' },
				{ rev: first, status: 'missing' }
			]);
			expect((await on.db.info()).docCount).toBe(1);
		});

		test('a purge takes a leaf with what led to it alone, at last the document', async () => {
			const root = await written({ id: 'a', revisions: { start: 1, ids: ['r'] } });
			const left = await written({ id: 'a', revisions: { start: 3, ids: ['l3', 'l2', 'r'] } });
			const right = await written({ id: 'a', revisions: { start: 2, ids: ['x2', 'r'] } });
			await written({ id: 'b' });
			await agreed();
			const before = await on.db.info();

			const first = await on.db.purge(
				new Map([
					['a', [left, root]],
					['unknown', [root]]
				])
			);
			expect(first.purged).toEqual(
				new Map([
					['a', [left]],
					['unknown', []]
				])
			);
			await agreed();
			expect(await on.db.read('a')).toMatchObject({ rev: right });
			expect((await on.db.missing(new Map([['a', [left]]]))).has('a')).toBe(true);
			expect(ids(await on.db.changes({ since: before.updateSeq }))).toEqual(['a']);

			const second = await on.db.purge(new Map([['a', [right]]]));
			await agreed();
			expect(second.purgeSeq).not.toBe(first.purgeSeq);
			expect(await on.db.leaves('a')).toEqual([]);
			expect(ids(await on.db.changes({ since: '0' }))).toEqual(['b']);
			const { docCount, purgeSeq } = ofAnyCopy(await on.db.info());
			const told = { docCount: 1, purgeSeq: second.purgeSeq };
			expect({ docCount, purgeSeq }).toEqual(ofAnyCopy(told));
			// As if it had never been: created anew, not in conflict.
			expect(await written({ id: 'a' })).toMatch(/^1-/);
		});

		test('no more of a branch is remembered than the limit of the database', async () => {
			expect(await on.db.readRevsLimit()).toBe(1000);
			await on.db.writeRevsLimit(2);
			await agreed();
			expect(await on.db.readRevsLimit()).toBe(2);
			const first = await written({ id: 'a' });
			const second = await written({ id: 'a', body: { n: 2 }, parentRev: first });
			const third = await written({ id: 'a', body: { n: 3 }, parentRev: second });
			await agreed();
			expect((await on.db.history('a', third)).map(({ rev }) => rev)).toEqual([third, second]);
			expect(await on.db.read('a', first)).toBeNull();
		});
	});
}

export function describeErasing(on: StoreOnTest): void {
	const { agreed, ofAnyCopy, write, written } = on;
	describe('erasing', () => {
		test('leaves a tombstone on every branch and nothing else, for good', async () => {
			const photo = {
				...(await on.store.files.write('acme', chunks(Buffer.from('erased bytes')), 100)),
				contentType: 'image/png',
				revpos: 0
			};
			const first = await written({ id: 'a', body: { word: 'one' }, attachments: { photo } });
			const second = await written({ id: 'a', parentRev: first, body: { word: 'two' } });
			await written({
				id: 'a',
				revisions: { start: 2, ids: ['b', 'a'] },
				body: { word: 'three' }
			});
			await written({ id: 'kept', body: { word: 'kept' } });
			await on.db.erase(['a', 'never seen']);
			for (const id of ['a', 'never seen']) {
				expect(await on.db.read(id)).toMatchObject({
					deleted: true,
					body: { removal: 'erased' },
					attachments: {}
				});
			}
			const leaves = await on.db.leaves('a');
			expect(leaves).toHaveLength(2);
			for (const leaf of leaves) expect(leaf.body).toEqual({ removal: 'erased' });
			for (const rev of [first, second, '2-b']) expect(await on.db.read('a', rev)).toBeNull();
			expect(await on.db.info()).toMatchObject({ docCount: 1, deletedDocCount: 2 });
			expect(ids(await on.db.changes({ since: '0' }))).toEqual(['kept', 'a', 'never seen']);

			const tombstone = leaves[0]?.rev ?? null;
			for (const attempt of [
				{ id: 'a' },
				{ id: 'a', parentRev: tombstone },
				{ id: 'a', revisions: { start: 9, ids: ['z', 'y'] } },
				{ id: 'never seen', body: { word: 'four' } }
			]) {
				expect(await write(attempt)).toMatchObject({ ok: false, refusal: 'erased' });
			}
			// Twice is once.
			await agreed();
			const before = await on.db.info();
			await on.db.erase(['a']);
			expect(ofAnyCopy((await on.db.info()).updateSeq)).toBe(ofAnyCopy(before.updateSeq));
		});

		test('in several databases at once, passing over one that is not there', async () => {
			await on.store.create('ledger-acme');
			const ledger = await on.store.open('ledger-acme');
			await written({ id: 'a', body: { word: 'one' } });
			await ledger?.write([
				{ id: 'b', body: { word: 'two' }, deleted: false, attachments: {}, parentRev: null }
			]);
			await on.store.erase(
				new Map([
					[on.db.name, ['a']],
					['ledger-acme', ['b']],
					['ledger-nobody', ['c']]
				])
			);
			const erased = { deleted: true, body: { removal: 'erased' } };
			expect(await on.db.read('a')).toMatchObject(erased);
			expect(await ledger?.read('b')).toMatchObject(erased);
			expect(await on.store.open('ledger-nobody')).toBeNull();
			await on.store.drop('ledger-acme');
		});
	});
}
