import { describe, expect, test } from 'vitest';
import { edit, mustOpen, ids, type StoreOnTest } from './store-on-test.ts';

export function describeChanges(on: StoreOnTest): void {
	const { agreed, ofAnyCopy, write, written } = on;
	describe('changes', () => {
		test('show each document once, in the order of the last edit, in pages', async () => {
			const first = await written({ id: 'a' });
			await written({ id: 'b' });
			await written({ id: 'c' });
			await written({ id: 'a', parentRev: first });
			await agreed();
			const page = await on.db.changes({ since: '0', limit: 2 });
			expect(ids(page)).toEqual(['b', 'c']);
			expect(page).toMatchObject({ pending: 1, lastSeq: page.rows[1]?.seq });
			const rest = await on.db.changes({ since: page.lastSeq, limit: 2 });
			expect(ids(rest)).toEqual(['a']);
			const { updateSeq } = await on.db.info();
			expect(ofAnyCopy(rest)).toMatchObject(ofAnyCopy({ pending: 0, lastSeq: updateSeq }));
			expect(ids(await on.db.changes({ since: 'now' }))).toEqual([]);
			expect(ids(await on.db.changes({ since: '0', descending: true }))).toEqual(['a', 'c', 'b']);
			expect(await on.db.changes({ since: '0', limit: 0 })).toMatchObject({ rows: [], pending: 3 });
			const newest = await on.db.changes({ since: '0', descending: true, limit: 1 });
			expect([ids(newest), newest.pending]).toEqual([['a'], 2]);
			expect(await on.db.changes({ since: '0', descending: true, limit: 0 })).toMatchObject({
				rows: [],
				pending: 3
			});
		});

		test('tell at each page how many lie beyond it, whatever is written meanwhile', async () => {
			await on.db.write(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => edit({ id })));
			await agreed();
			const first = await on.db.changes({ since: '0', limit: 2 });
			const second = await on.db.changes({ since: first.lastSeq, limit: 1 });
			expect([first.pending, second.pending]).toEqual([4, 3]);
			await on.db.write([edit({ id: 'g' }), edit({ id: 'h' })]);
			const rev = (await on.db.read('a'))?.rev ?? null;
			await on.db.write([edit({ id: 'a', parentRev: rev, deleted: true })]);
			await agreed();
			const third = await on.db.changes({ since: second.lastSeq, limit: 1 });
			const fourth = await on.db.changes({ since: third.lastSeq, limit: 2 });
			expect([third.pending, fourth.pending]).toEqual([5, 3]);
			const again = await on.db.changes({ since: first.lastSeq, limit: 2 });
			expect([ids(again), again.pending]).toEqual([['c', 'd'], 5]);
		});

		test('of some ids only', async () => {
			await on.db.write(['a', 'b', 'c', 'd'].map((id) => edit({ id })));
			await agreed();
			const wanted = new Set(['d', 'b', 'unknown']);
			const page = await on.db.changes({ since: '0', ids: wanted, limit: 1 });
			expect(ids(page)).toEqual(['b']);
			expect(page.pending).toBe(1);
			const rest = await on.db.changes({ since: page.lastSeq, ids: wanted });
			expect(ids(rest)).toEqual(['d']);
			expect(ids(await on.db.changes({ since: rest.lastSeq, ids: wanted }))).toEqual([]);
		});

		test('start over for a sequence of another epoch', async () => {
			await written({ id: 'a' });
			await agreed();
			const { updateSeq } = await on.db.info();
			expect(ids(await on.db.changes({ since: updateSeq }))).toEqual([]);
			expect(ids(await on.db.changes({ since: `${updateSeq}x` }))).toEqual(['a']);
			expect(updateSeq).toBe(encodeURIComponent(updateSeq));
		});

		test('ring when something was written, and not when nothing was', async () => {
			const rung: string[] = [];
			const quiet = on.db.onChange(() => rung.push('database'));
			const quietStore = on.store.onWrite((name) => rung.push(name));
			await written({ id: 'a', revisions: { start: 1, ids: ['a'] } });
			expect(rung).toEqual(['database', on.db.name]);
			await written({ id: 'a', revisions: { start: 1, ids: ['a'] } });
			await write({ id: 'a' });
			expect(rung).toHaveLength(2);
			quiet();
			quietStore();
			await written({ id: 'b' });
			expect(rung).toHaveLength(2);
		});

		test('tell what happened to a database', async () => {
			const heard: string[] = [];
			const quiet = on.store.onWrite((name, event) => heard.push(`${name} ${event}`));
			const name = `${on.db.name}x`;
			await on.store.create(name);
			await on.store.create(name);
			await (await mustOpen(on.store, name)).write([edit({ id: 'a' })]);
			await on.store.drop(name);
			quiet();
			expect(heard).toEqual(['created', 'updated', 'deleted'].map((event) => `${name} ${event}`));
		});

		test('hold what the bell told of', async () => {
			const seen = new Promise<string[]>((resolve, reject) => {
				const quiet = on.db.onChange(() => {
					quiet();
					void agreed()
						.then(() => on.db.changes({ since: '0' }))
						.then((page) => resolve(ids(page)), reject);
				});
			});
			await written({ id: 'a' });
			expect(await seen).toEqual(['a']);
		});
	});
}
