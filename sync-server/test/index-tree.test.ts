import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reducerOf } from '../src/indexes/built-in-reduce.ts';
import { collate, compareIds } from '../src/indexes/collation.ts';
import {
	changeTree,
	compareRowKeys,
	parseBlock,
	rankOf,
	reduceBetween,
	rowsBetween,
	type Root,
	type Row,
	type RowChange,
	type RowKey
} from '../src/indexes/tree.ts';
import type { Json } from '../src/store/json.ts';

describe('collation', () => {
	test('orders kinds, and within each, as CouchDB does', () => {
		// The example of CouchDB's documentation.
		const ordered: Json[] = [
			...[null, false, true],
			...[1, 2, 3.0, 4],
			...['a', 'A', 'aa', 'b', 'B', 'ba', 'bb'],
			...[['a'], ['b'], ['b', 'c'], ['b', 'c', 'a'], ['b', 'd'], ['b', 'd', 'e']],
			...[{ a: 1 }, { a: 2 }, { b: 1 }, { b: 2 }, { b: 2, a: 1 }, { b: 2, c: 2 }]
		];
		const shuffled = [...ordered].reverse();
		expect(shuffled.sort(collate)).toEqual(ordered);
		expect(['~', '^', '_', '-', ' ', '1', 'æ', 'ø', 'å', 'z'].sort(collate)).toEqual([
			...['_', '-', ' ', '^', '~'].sort(new Intl.Collator('und').compare),
			...['1', 'å', 'æ', 'ø', 'z']
		]);
	});

	test('orders ids by their bytes', () => {
		const ids = ['a', 'B', 'é', '\uffee', '😀', '', 'aa'];
		const byBytes = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
		expect([...ids].sort(compareIds)).toEqual(byBytes);
	});
});

/** A tree whose blocks lie in memory. */
function memoryTree() {
	const blocks = new Map<number, string>();
	const reducer = reducerOf('_sum');
	if (!reducer) throw new Error('_sum is kept.');
	let next = 1;
	let root: Root = null;
	const read = (at: number) => parseBlock(blocks.get(at) ?? '');
	return {
		reducer,
		read,
		blocks,
		root: () => root,
		change(changes: RowChange[]) {
			root = changeTree(
				root,
				changes.sort((a, b) => compareRowKeys(a.key, b.key)),
				{
					read,
					add: (text) => {
						blocks.set(next, text);
						return next++;
					},
					retire: (at) => void blocks.delete(at)
				},
				reducer
			);
		},
		all: (backwards = false) => [...rowsBetween(root, read, 0, root?.count ?? 0, backwards)]
	};
}

const padding = 'x'.repeat(300);
const rowOf = (key: Json, id: string, value: number): Row => [key, id, 0, value];
const put = (row: Row): RowChange => ({ key: [row[0], row[1], row[2]], row });
const take = (key: Json, id: string): RowChange => ({ key: [key, id, 0], row: null });

describe('the tree', () => {
	test('holds what a sorted list holds, whatever is put in and taken out', () => {
		const step = fc.uniqueArray(
			fc.record({ n: fc.nat(400), value: fc.integer({ min: -5, max: 50 }), out: fc.boolean() }),
			{ selector: ({ n }) => n, maxLength: 120 }
		);
		fc.assert(
			fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
				const tree = memoryTree();
				const model = new Map<number, Row>();
				for (const changes of steps) {
					tree.change(
						changes.map(({ n, value, out }) => {
							const key = [n % 7, `${n}${padding}`];
							if (out) model.delete(n);
							else model.set(n, rowOf(key, `d${n}`, value));
							return out ? take(key, `d${n}`) : put(rowOf(key, `d${n}`, value));
						})
					);
				}
				const rows = [...model.values()].sort((a, b) =>
					compareRowKeys([a[0], a[1], a[2]], [b[0], b[1], b[2]])
				);
				expect(tree.all()).toEqual(rows);
				expect(tree.all(true)).toEqual(rows.toReversed());
				const isBefore = ([key]: RowKey) => collate(key, [3]) < 0;
				const rank = rankOf(tree.root(), tree.read, isBefore);
				expect(rank).toBe(rows.filter((row) => isBefore([row[0], row[1], row[2]])).length);
				const sum = (some: Row[]) => some.reduce((total, row) => total + Number(row[3]), 0);
				const reduced = reduceBetween(tree.root(), tree.read, 2, rank, tree.reducer);
				expect(reduced ?? 0).toBe(sum(rows.slice(2, rank)));
				expect([...rowsBetween(tree.root(), tree.read, 2, rank)]).toEqual(rows.slice(2, rank));
				// Nothing is left of older versions.
				if (rows.length === 0) expect(tree.blocks.size).toBe(0);
			}),
			{ numRuns: 60 }
		);
	});

	test('sums a range that ends before its last block', () => {
		const tree = memoryTree();
		tree.change(Array.from({ length: 200 }, (_, n) => put(rowOf([n, padding], `d${n}`, 1))));
		for (let to = 1; to <= 200; to += 1) {
			expect(reduceBetween(tree.root(), tree.read, 0, to, tree.reducer)).toBe(to);
		}
	});

	test('reads few blocks to count, skip and sum', () => {
		const tree = memoryTree();
		tree.change(Array.from({ length: 20_000 }, (_, n) => put(rowOf(n, `d${n}`, 1))));
		let reads = 0;
		const read = (at: number) => {
			reads += 1;
			return tree.read(at);
		};
		expect(rankOf(tree.root(), read, ([key]) => Number(key) < 12_345)).toBe(12_345);
		expect(reduceBetween(tree.root(), read, 10, 19_990, tree.reducer)).toBe(19_980);
		expect([...rowsBetween(tree.root(), read, 15_000, 15_002)].map(([key]) => key)).toEqual([
			15_000, 15_001
		]);
		expect(reads).toBeLessThan(20);
		expect(tree.blocks.size).toBeGreaterThan(50);
	});
});
