import { describe, expect, test } from 'vitest';
import { ids, type StoreOnTest } from './store-on-test.ts';

export function describeLocalDocuments(on: StoreOnTest): void {
	describe('local documents', () => {
		test('are overwritten, removed, and stay out of changes and lists', async () => {
			expect(await on.db.readLocal('x=')).toBeNull();
			expect(await on.db.writeLocal('x=', { n: 1 })).toBe('0-1');
			expect(await on.db.writeLocal('x=', { n: 2 }, { before: '0-1' })).toBe('0-2');
			expect(await on.db.readLocal('x=')).toEqual({ id: 'x=', rev: '0-2', body: { n: 2 } });
			expect(await on.db.removeLocal('x=')).toBe(true);
			expect(await on.db.removeLocal('x=')).toBe(false);
			expect(await on.db.info()).toMatchObject({ docCount: 0 });
			expect(ids(await on.db.changes({ since: '0' }))).toEqual([]);
		});

		test('are no more than the writer allows; those that are there may still be written', async () => {
			expect(await on.db.writeLocal('a', {}, { most: 2 })).toBe('0-1');
			expect(await on.db.writeLocal('b', {}, { most: 2 })).toBe('0-1');
			expect(await on.db.writeLocal('c', {}, { most: 2 })).toBeNull();
			expect(await on.db.readLocal('c')).toBeNull();
			expect(await on.db.writeLocal('b', {}, { most: 2 })).toBe('0-1');
			const atOnce = await Promise.all(
				[1, 2].map((n) => on.db.writeLocal(`at once ${n}`, {}, { most: 3 }))
			);
			expect(atOnce.filter((rev) => rev === null)).toHaveLength(1);
			expect(await on.db.writeLocal('d', {})).toBe('0-1');
		});
	});
}
