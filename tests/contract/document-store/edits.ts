import { describe, expect, test } from 'vitest';
import type { JsonObject } from '@outlay/sync-server/store/json';
import { edit, mustOpen, hashOf, type StoreOnTest } from './store-on-test.ts';

export function describeEdits(on: StoreOnTest): void {
	const { write, written } = on;
	describe('normal edits', () => {
		test('create, replace and delete; the tombstone keeps its body', async () => {
			const first = await written({ id: 'a', body: { n: 1 } });
			expect(first).toMatch(/^1-[0-9a-f]{32}$/);
			const second = await written({ id: 'a', parentRev: first, body: { n: 2 } });
			expect(second).toMatch(/^2-/);
			const third = await written({
				id: 'a',
				parentRev: second,
				deleted: true,
				body: { removal: 'moved' }
			});
			expect(await on.db.read('a')).toEqual({
				id: 'a',
				rev: third,
				deleted: true,
				body: { removal: 'moved' },
				attachments: {},
				revisions: { start: 3, ids: [third, second, first].map(hashOf) }
			});
			expect(await on.db.read('a', first)).toMatchObject({ body: { n: 1 }, deleted: false });
		});

		test('conflict without the newest revision, also when the same edit is sent again', async () => {
			expect(await write({ id: 'a', parentRev: `1-${'a'.repeat(32)}` })).toMatchObject({
				refusal: 'conflict'
			});
			const first = await written({ id: 'a', body: { n: 1 } });
			expect(await write({ id: 'a', body: { n: 1 } })).toMatchObject({ refusal: 'conflict' });
			const second = await written({ id: 'a', parentRev: first, body: { n: 2 } });
			expect(await write({ id: 'a', parentRev: first, body: { n: 2 } })).toMatchObject({
				ok: false,
				refusal: 'conflict'
			});
			expect(await write({ id: 'a', parentRev: 'nonsense' })).toMatchObject({
				refusal: 'bad_rev'
			});
			expect((await on.db.read('a'))?.rev).toBe(second);
		});

		test('the same edit of the same parent makes the same revision anywhere', async () => {
			const here = await written({ id: 'a', body: { n: 1, list: ['x'] } });
			await on.store.create('settings-other');
			const other = await mustOpen(on.store, 'settings-other');
			const [there] = await other.write([edit({ id: 'a', body: { n: 1, list: ['x'] } })]);
			expect(there).toMatchObject({ ok: true, rev: here });
			await on.store.drop('settings-other');
		});

		test('a deleted document is created again on top of its tombstone', async () => {
			const first = await written({ id: 'a' });
			const second = await written({ id: 'a', parentRev: first, deleted: true });
			expect(await write({ id: 'a', deleted: true })).toMatchObject({ refusal: 'conflict' });
			const third = await written({ id: 'a', body: { again: true } });
			expect(third).toMatch(/^3-/);
			expect((await on.db.read('a'))?.revisions.ids[1]).toBe(hashOf(second));
		});

		test('rows of one call see each other, and each has its own outcome', async () => {
			const outcomes = await on.db.write([
				edit({ id: 'a', body: { n: 1 } }),
				edit({ id: 'a', body: { n: 2 } }),
				edit({ id: 'b' })
			]);
			expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, true]);
			expect(await on.db.info()).toMatchObject({ docCount: 2 });
		});

		test('two writers of one revision: one wins, the other conflicts', async () => {
			const first = await written({ id: 'a' });
			const outcomes = await Promise.all(
				[1, 2, 3].map((n) => write({ id: 'a', parentRev: first, body: { n } }))
			);
			expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
		});

		test('ids may be long, odd and not ASCII', async () => {
			for (const id of [
				'a/b+c d%2F',
				'ærø ☕ 😀',
				'\u0000nul',
				'x'.repeat(1_500),
				'"',
				'constructor'
			]) {
				await written({ id, body: { id } });
				expect((await on.db.read(id))?.body).toEqual({ id });
			}
			expect(await on.db.read('y'.repeat(5_000))).toBeNull();
			await expect(write({ id: 'y'.repeat(1_501) })).rejects.toThrow(/1500 bytes/);
		});
	});
}

export function describeWinnerOnlyWrites(on: StoreOnTest): void {
	const { write, written } = on;
	describe('winner-only writes', () => {
		test('create, and extend the winner', async () => {
			const first = await written({ id: 'a', winnerOnly: true });
			const second = await written({ id: 'a', winnerOnly: true, parentRev: first });
			await written({
				id: 'a',
				winnerOnly: true,
				revisions: { start: 4, ids: ['d', 'c', hashOf(second), hashOf(first)] }
			});
			expect((await on.db.read('a'))?.rev).toBe('4-d');
			await written({ id: 'b', winnerOnly: true, revisions: { start: 2, ids: ['b', 'a'] } });
			// Sent again, it is there already.
			await written({ id: 'b', winnerOnly: true, revisions: { start: 2, ids: ['b', 'a'] } });
		});

		test('touch no other branch, however long its history', async () => {
			await written({ id: 'a', revisions: { start: 2, ids: ['c', 'a'] } });
			await written({ id: 'a', revisions: { start: 2, ids: ['b', 'a'] } });
			for (const attempt of [
				{ parentRev: '2-b' },
				{ revisions: { start: 3, ids: ['d', 'b', 'a'] } },
				{ revisions: { start: 9, ids: ['z', 'y'] } },
				{ revisions: { start: 1, ids: ['q'] } }
			]) {
				expect(await write({ id: 'a', winnerOnly: true, ...attempt })).toMatchObject({
					refusal: 'not_winning'
				});
			}
			expect(await write({ id: 'a', winnerOnly: true, parentRev: '1-a' })).toMatchObject({
				refusal: 'conflict'
			});
		});
	});
}

export function describeJudgedWrites(on: StoreOnTest): void {
	const { write, written } = on;
	describe('writes that were judged', () => {
		test('are refused once another revision wins', async () => {
			expect(await write({ id: 'a', judgedRev: '1-a' })).toMatchObject({
				refusal: 'judged_other'
			});
			const first = await written({ id: 'a', judgedRev: null });
			const second = await written({ id: 'a', parentRev: first, judgedRev: first });
			const going = { start: 3, ids: ['c', hashOf(second), hashOf(first)] };
			for (const attempt of [
				{ revisions: going, judgedRev: null },
				{ revisions: going, judgedRev: first },
				{ parentRev: second, judgedRev: first },
				{ parentRev: second, judgedRev: null }
			]) {
				expect(await write({ id: 'a', ...attempt })).toMatchObject({ refusal: 'judged_other' });
			}
			await written({ id: 'a', revisions: going, judgedRev: second });
			// What is there already changes nothing, whatever was looked at.
			await written({ id: 'a', revisions: going, judgedRev: null });
			const gone = await written({ id: 'a', parentRev: '3-c', judgedRev: '3-c', deleted: true });
			expect(await write({ id: 'a', judgedRev: '3-c' })).toMatchObject({
				refusal: 'judged_other'
			});
			await written({ id: 'a', judgedRev: gone });
		});

		test('do not slip past one another, in one call or in several at once', async () => {
			const longer = (body: JsonObject) => ({
				body,
				judgedRev: null,
				winnerOnly: true,
				revisions: { start: 2, ids: ['b', 'a'] }
			});
			const shorter = { judgedRev: null, revisions: { start: 1, ids: ['a'] }, body: { n: 1 } };
			const inOneCall = await on.db.write([
				edit({ id: 'a', ...shorter }),
				edit({ id: 'a', ...longer({ n: 2 }) })
			]);
			expect(inOneCall).toMatchObject([{ ok: true }, { refusal: 'judged_other' }]);
			const atOnce = await Promise.all([
				write({ id: 'b', ...shorter }),
				write({ id: 'b', ...longer({ n: 2 }) })
			]);
			expect(atOnce).toMatchObject([{ ok: true }, { refusal: 'judged_other' }]);
			expect(await on.db.read('b')).toMatchObject({ body: { n: 1 } });
		});
	});
}
