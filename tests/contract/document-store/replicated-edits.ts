import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '@outlay/sync-server/store/json';
import { hashOf, md5, type StoreOnTest } from './store-on-test.ts';

export function describeReplicatedEdits(on: StoreOnTest, histories: number): void {
	const { agreed, ofAnyCopy, write, written } = on;
	describe('replicated edits', () => {
		test('bring their history; revisions between are known but missing', async () => {
			await written({ id: 'a', revisions: { start: 3, ids: ['c', 'b', 'a'] }, body: { n: 3 } });
			expect(await on.db.history('a', '3-c')).toEqual([
				{ rev: '3-c', status: 'available' },
				{ rev: '2-b', status: 'missing' },
				{ rev: '1-a', status: 'missing' }
			]);
			expect(await on.db.read('a', '2-b')).toBeNull();
		});

		test('tell the history of the branch that lost, too', async () => {
			await written({ id: 'a', revisions: { start: 1, ids: ['a'] }, body: { n: 1 } });
			await written({ id: 'a', revisions: { start: 2, ids: ['b', 'a'] }, body: { n: 2 } });
			await written({ id: 'a', revisions: { start: 2, ids: ['c', 'x'] }, body: { n: 3 } });
			expect(await on.db.history('a', '2-b')).toEqual([
				{ rev: '2-b', status: 'available' },
				{ rev: '1-a', status: 'available' }
			]);
			expect(await on.db.history('a', '9-z')).toEqual([]);
		});

		test('twice is once', async () => {
			const revisions = { start: 2, ids: ['b', 'a'] };
			await written({ id: 'a', revisions });
			await agreed();
			// CouchDB writes a file on all the same.
			const { diskBytes: _, ...before } = await on.db.info();
			expect(await write({ id: 'a', revisions })).toMatchObject({ ok: true, rev: '2-b' });
			expect(ofAnyCopy(await on.db.info())).toMatchObject(ofAnyCopy(before));
		});

		test('a delivered, deleted and again delivered revision stays deleted', async () => {
			const revisions = { start: 1, ids: ['a'] };
			await written({ id: 'a', revisions });
			await written({ id: 'a', parentRev: '1-a', deleted: true });
			await written({ id: 'a', revisions });
			expect(await on.db.read('a')).toMatchObject({ deleted: true });
		});

		test('branch; the winner lives, is longest, and has the greatest hash', async () => {
			await written({ id: 'a', revisions: { start: 2, ids: ['b', 'a'] } });
			await written({ id: 'a', revisions: { start: 2, ids: ['c', 'a'] } });
			await written({ id: 'a', revisions: { start: 3, ids: ['d', 'x', 'a'] }, deleted: true });
			expect((await on.db.leaves('a')).map((leaf) => leaf.rev)).toEqual(['2-c', '2-b', '3-d']);
			await written({ id: 'a', parentRev: '2-c', deleted: true });
			expect((await on.db.read('a'))?.rev).toBe('2-b');
			const { rows } = await on.db.changes({ since: '0' });
			expect(rows).toHaveLength(1);
			expect(rows[0]).toMatchObject({ id: 'a', deleted: false });
			expect(rows[0]?.leaves).toHaveLength(3);
		});

		test('refuse what is no history', async () => {
			for (const revisions of [
				{ start: 1, ids: ['b', 'a'] },
				{ start: 1, ids: [] },
				{ start: 0.5, ids: ['a'] },
				{ start: 2, ids: ['a b', 'a'] }
			]) {
				expect(await write({ id: 'a', revisions })).toMatchObject({ refusal: 'bad_rev' });
			}
		});

		test('keep a thousand revisions of a branch, and go on', async () => {
			const chain = Array.from({ length: 1_500 }, (_, i) => md5(String(1_500 - i)));
			await written({ id: 'a', revisions: { start: 1_500, ids: chain }, body: { n: 0 } });
			const next = await written({ id: 'a', parentRev: `1500-${chain[0]}`, body: { n: 1 } });
			const found = await on.db.read('a');
			expect(found).toMatchObject({ rev: next, body: { n: 1 } });
			expect(found?.revisions.ids).toHaveLength(1_000);
			// A history that reaches back further than ours changes nothing about bodies we have.
			await written({
				id: 'a',
				revisions: { start: 1_502, ids: [md5('new'), hashOf(next), ...chain] }
			});
			expect(await on.db.read('a', next)).toMatchObject({ body: { n: 1 } });
			expect(await on.db.leaves('a')).toHaveLength(1);
		});

		test('missing revisions are told, with possible ancestors', async () => {
			await written({ id: 'a', revisions: { start: 2, ids: ['b', 'a'] } });
			for (const ids of [['x'], ['y']]) {
				await written({ id: 'branched', revisions: { start: 1, ids } });
			}
			for (const id of ['first', 'newer', 'other']) {
				await written({ id, revisions: { start: 1, ids: ['a'] } });
			}
			const answer = await on.db.missing(
				new Map([
					['a', ['1-a', '2-b', '3-c']],
					['branched', ['1-x', '1-y', '1-z', '2-z']],
					['known', []],
					['first', ['1-a']],
					['newer', ['1-a', '2-b']],
					['other', ['1-b']],
					['unknown', ['1-z']]
				])
			);
			expect(Object.fromEntries(answer)).toEqual({
				a: { missing: ['3-c'], possibleAncestors: ['2-b'] },
				branched: { missing: ['1-z', '2-z'], possibleAncestors: ['1-y', '1-x'] },
				newer: { missing: ['2-b'], possibleAncestors: ['1-a'] },
				other: { missing: ['1-b'], possibleAncestors: [] },
				unknown: { missing: ['1-z'], possibleAncestors: [] }
			});
		});

		test('any order of the same revisions gives the same winner and the same leaves', async () => {
			let round = 0;
			await fc.assert(
				fc.asyncProperty(editHistories(), fc.infiniteStream(fc.nat()), async (edits, picks) => {
					const inOrder = `in-order-${(round += 1)}`;
					const shuffled = `shuffled-${round}`;
					for (const one of edits) await written({ ...one, id: inOrder });
					for (const one of shuffle(edits, picks)) await written({ ...one, id: shuffled });
					const [a, b] = [await on.db.leaves(inOrder), await on.db.leaves(shuffled)];
					expect(b.map(withoutId)).toEqual(a.map(withoutId));
					expect(await on.db.read(shuffled)).toMatchObject({ rev: a[0]?.rev });
					expect(a.map((leaf) => leaf.rev)).toEqual(expectedLeaves(edits));
				}),
				{ numRuns: histories }
			);
			const info = await on.db.info();
			const { rows } = await on.db.changes({ since: '0' });
			expect(rows).toHaveLength(info.docCount + info.deletedDocCount);
			expect(rows.filter((row) => row.deleted)).toHaveLength(info.deletedDocCount);
		});
	});
}

interface ReplicatedEdit {
	revisions: { start: number; ids: string[] };
	deleted: boolean;
	body: JsonObject;
}

/** Trees of edits as several devices make them: each edit goes on from any earlier one, or starts anew. */
function editHistories(): fc.Arbitrary<ReplicatedEdit[]> {
	return fc
		.array(fc.record({ parent: fc.nat(), root: fc.nat(9), deleted: fc.boolean() }), {
			minLength: 1,
			maxLength: 12
		})
		.map((steps) => {
			const edits: ReplicatedEdit[] = [];
			steps.forEach((step, i) => {
				// One edit in ten starts a history of its own.
				const parent = step.root === 0 ? undefined : edits[step.parent % Math.max(edits.length, 1)];
				const ids = [md5(`${i}-${step.parent}`), ...(parent?.revisions.ids ?? [])];
				edits.push({ revisions: { start: ids.length, ids }, deleted: step.deleted, body: { i } });
			});
			return edits;
		});
}

function shuffle<T>(items: readonly T[], picks: Iterator<number>): T[] {
	const left = [...items];
	const shuffled: T[] = [];
	while (left.length > 0) {
		const pick = picks.next().value as number;
		shuffled.push(...left.splice(pick % left.length, 1));
	}
	return shuffled;
}

/** The rule of the winner, said once more and in another way. */
function expectedLeaves(edits: readonly ReplicatedEdit[]): string[] {
	const revOf = ({ start, ids: [hash] }: ReplicatedEdit['revisions']) => `${start}-${hash}`;
	const parents = new Set(edits.map(({ revisions: r }) => `${r.start - 1}-${r.ids[1]}`));
	return edits
		.filter((one) => !parents.has(revOf(one.revisions)))
		.map((one) => ({
			rev: revOf(one.revisions),
			rank: `${one.deleted ? 0 : 1} ${String(one.revisions.start).padStart(5, '0')} ${one.revisions.ids[0]}`
		}))
		.sort((a, b) => (a.rank < b.rank ? 1 : -1))
		.map((leaf) => leaf.rev);
}

function withoutId<T extends { id: string }>({ id: _, ...rest }: T): Omit<T, 'id'> {
	return rest;
}
