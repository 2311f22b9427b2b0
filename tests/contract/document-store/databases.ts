import { describe, expect, test } from 'vitest';
import { DatabaseDropped } from '@outlay/sync-server/store/store-errors';
import { edit, mustOpen, ids, type StoreOnTest } from './store-on-test.ts';

export function describeDatabases(on: StoreOnTest): void {
	const { agreed, ofAnyCopy, written } = on;
	describe('databases', () => {
		test('are created once, listed, dropped once, and start anew when created again', async () => {
			expect(await on.store.create('ledger-acme')).toBe(true);
			expect(await on.store.create('ledger-acme')).toBe(false);
			expect(await on.store.names()).toContain('ledger-acme');
			const first = await mustOpen(on.store, 'ledger-acme');
			await first.write([edit({ id: 'a' })]);
			const since = (await first.info()).updateSeq;
			expect(await on.store.drop('ledger-acme')).toBe(true);
			expect(await on.store.drop('ledger-acme')).toBe(false);
			expect(await on.store.open('ledger-acme')).toBeNull();
			await expect(first.read('a')).rejects.toBeInstanceOf(DatabaseDropped);
			await expect(first.write([edit({ id: 'b' })])).rejects.toBeInstanceOf(DatabaseDropped);

			await on.store.create('ledger-acme');
			const second = await mustOpen(on.store, 'ledger-acme');
			expect(await second.read('a')).toBeNull();
			await second.write([edit({ id: 'c' })]);
			// The old database's sequence means nothing here: everything is shown.
			expect(ids(await second.changes({ since }))).toEqual(['c']);
			await on.store.drop('ledger-acme');
		});

		test('count documents and tombstones', async () => {
			const rev = await written({ id: 'a' });
			await written({ id: 'b' });
			await written({ id: 'a', parentRev: rev, deleted: true });
			const info = await on.db.info();
			expect(info).toMatchObject({ docCount: 1, deletedDocCount: 1, name: on.db.name });
			expect(info.updateSeq).toMatch(/^3-[\w-]+$/);
		});

		test('keep everything, and their epoch, when the store is opened again', async () => {
			const rev = await written({ id: 'a', body: { amount: 1 } });
			await on.db.writeLocal('checkpoint', { at: 1 });
			await on.db.writeSecurity({ admins: { names: ['x'], roles: [] } });
			await agreed();
			const before = { info: await on.db.info(), uuid: on.store.uuid };
			await on.reopen();
			expect(on.store.uuid).toBe(before.uuid);
			expect(ofAnyCopy(await on.db.info())).toEqual(ofAnyCopy(before.info));
			expect(await on.db.read('a')).toMatchObject({ rev, body: { amount: 1 } });
			expect(await on.db.readLocal('checkpoint')).toMatchObject({ rev: '0-1', body: { at: 1 } });
			expect(await on.db.readSecurity()).toEqual({ admins: { names: ['x'], roles: [] } });
		});
	});
}
