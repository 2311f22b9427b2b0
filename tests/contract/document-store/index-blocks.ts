import { describe, expect, test } from 'vitest';
import type { Database } from '@outlay/sync-server/store/document-store';
import { DatabaseDropped } from '@outlay/sync-server/store/store-errors';
import { mustOpen, type StoreOnTest } from './store-on-test.ts';

export function describeIndexBlocks(on: StoreOnTest): void {
	describe('index blocks', () => {
		const blocksOf = ({ queries }: Database) => (queries.by === 'server' ? queries.blocks : null);

		test('are written together, read, listed, and kept when opened again', async (context) => {
			const blocks = blocksOf(on.db);
			context.skip(blocks === null, 'this store answers queries itself');
			if (!blocks) return;
			await blocks.write([
				['a/1', Buffer.from('one')],
				['a/ø', Buffer.from('two')],
				['b', Buffer.from('three')]
			]);
			await blocks.write([['a/1', null]]);
			await on.reopen();
			const again = blocksOf(on.db);
			expect(again?.keys('a/')).toEqual(['a/ø']);
			expect(again?.keys('')).toEqual(['a/ø', 'b']);
			expect(again?.read('a/ø')?.toString()).toBe('two');
			expect(again?.read('a/1')).toBeUndefined();
		});

		test('belong to one database and go with it', async (context) => {
			const blocks = blocksOf(on.db);
			context.skip(blocks === null, 'this store answers queries itself');
			await blocks?.write([['a', Buffer.from('one')]]);
			const { name } = on.db;
			await on.store.drop(name);
			await expect(blocks?.write([['b', Buffer.from('two')]])).rejects.toBeInstanceOf(
				DatabaseDropped
			);
			await on.store.create(name);
			expect(blocksOf(await mustOpen(on.store, name))?.keys('')).toEqual([]);
		});
	});
}
