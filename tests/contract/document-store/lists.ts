import { describe, expect, test } from 'vitest';
import type { Database } from '@outlay/sync-server/store/document-store';
import { edit, type StoreOnTest } from './store-on-test.ts';

export function describeAllDocuments(on: StoreOnTest): void {
	const { written } = on;
	describe('all documents', () => {
		test('are in the order of their bytes, without tombstones, between keys', async () => {
			const names = ['Z', 'a', 'b', 'ø', '😀', '^a', 'ab'];
			await on.db.write(names.map((id) => edit({ id })));
			const rev = await written({ id: 'gone' });
			await written({ id: 'gone', parentRev: rev, deleted: true });
			const sorted = ['Z', '^a', 'a', 'ab', 'b', 'ø', '😀'];
			const all = await on.db.allDocs({});
			expect(all.rows.map((row) => row.id)).toEqual(sorted);
			expect(all).toMatchObject({ total: 7, offset: 0 });

			const list = async (query: Parameters<Database['allDocs']>[0]) =>
				(await on.db.allDocs(query)).rows.map((row) => row.id);
			expect(await list({ descending: true })).toEqual(sorted.toReversed());
			expect(await list({ startKey: 'a', endKey: 'b' })).toEqual(['a', 'ab', 'b']);
			expect(await list({ startKey: 'a', endKey: 'b', inclusiveEnd: false })).toEqual(['a', 'ab']);
			expect(await list({ startKey: 'b', endKey: 'a', descending: true })).toEqual([
				'b',
				'ab',
				'a'
			]);
			expect(await list({ startKey: 'b', endKey: 'a' })).toEqual([]);
			expect(await list({ skip: 2, limit: 2 })).toEqual(['a', 'ab']);
			expect(await list({ limit: 0 })).toEqual([]);
			expect(await on.db.allDocs({ startKey: 'a', skip: 1 })).toMatchObject({
				offset: 3,
				total: 7
			});
			expect(await list({ startKey: 'y'.repeat(9_000) })).toEqual(['ø', '😀']);
		});
	});
}

export function describeDesignDocuments(on: StoreOnTest): void {
	const { written } = on;
	describe('design documents', () => {
		test('are listed while they live, without the documents around them', async () => {
			const first = await written({ id: '_design/a', body: { views: {} } });
			const second = await written({ id: '_design/ø b' });
			for (const id of ['a', 'design', '~design0']) await written({ id });
			expect(await on.db.designDocuments()).toEqual([
				{ id: '_design/a', rev: first, deleted: false },
				{ id: '_design/ø b', rev: second, deleted: false }
			]);
			await written({ id: '_design/a', parentRev: first, deleted: true });
			expect((await on.db.designDocuments()).map(({ id }) => id)).toEqual(['_design/ø b']);
		});
	});
}
