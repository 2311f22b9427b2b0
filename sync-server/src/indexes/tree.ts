/**
 * An ordered index as a B+ tree of blocks. LMDB orders keys by their bytes, CouchDB by Unicode's collation, for which
 * JavaScript has no sort keys: so the order is ours and the blocks are only kept there. As in CouchDB each branch knows
 * how many rows lie below it and what they reduce to, so that skipping, counting and reducing don't read them.
 *
 * Blocks are never changed: an update writes new ones up to a new root, and whoever reads the old root goes on.
 */

import type { Json } from '../store/json.ts';
import { collate, compareIds, type Collate } from './collation.ts';

/** What orders a row: its key, the document's id, and which of the document's rows it is. */
export type RowKey = readonly [key: Json, id: string, n: number];
export type Row = readonly [key: Json, id: string, n: number, value: Json];

/** A reduce function whose results are kept in the tree. */
export interface Reducer {
	reduce(rows: readonly Row[]): Json;
	rereduce(values: readonly Json[]): Json;
}

/** A block as seen from above. */
export interface Branch {
	at: number;
	/** Key of the last row below. */
	last: RowKey;
	count: number;
	/** What the rows below reduce to; left out where nothing reduces them. */
	reduced?: Json;
}

export type Root = Branch | null;

export type Block = { rows: readonly Row[] } | { branches: readonly Branch[] };

/** Reads a block of this index. */
export type ReadBlock = (at: number) => Block;

export interface BlockWriter {
	read: ReadBlock;
	/** Keeps a new block; answers its number. */
	add(text: string, block: Block): number;
	/** The block is no longer part of the tree. */
	retire(at: number): void;
}

/** Puts a row, or takes the row of this key out. */
export interface RowChange {
	key: RowKey;
	row: Row | null;
}

/** A block that is longer is split, in UTF-16 units of its JSON. */
const BLOCK_LENGTH = 6_000;

export function compareRowKeys(a: RowKey, b: RowKey, order: Collate = collate): number {
	return order(a[0], b[0]) || compareIds(a[1], b[1]) || a[2] - b[2];
}

/**
 * The tree with changes in it.
 *
 * @param changes in the order of their keys, each key once.
 * @param order of the keys, the same for each change of a tree.
 */
export function changeTree(
	root: Root,
	changes: readonly RowChange[],
	writer: BlockWriter,
	reducer: Reducer | null,
	order: Collate = collate
): Root {
	if (changes.length === 0) return root;
	const change = new TreeChange(writer, reducer, order);
	let level = root ? change.below(root, changes) : change.leaves(change.merge([], changes));
	while (level.length > 1) level = change.branchings(level);
	return change.lowestRoot(level[0] ?? null);
}

class TreeChange {
	readonly #writer: BlockWriter;
	readonly #reducer: Reducer | null;
	readonly #order: Collate;

	constructor(writer: BlockWriter, reducer: Reducer | null, order: Collate) {
		this.#order = order;
		this.#writer = writer;
		this.#reducer = reducer;
	}

	/** What stands in a branch's place after the changes that lie below it. */
	below(branch: Branch, changes: readonly RowChange[]): Branch[] {
		const block = this.#writer.read(branch.at);
		this.#writer.retire(branch.at);
		if ('rows' in block) return this.leaves(this.merge(block.rows, changes));

		const after: Branch[] = [];
		let from = 0;
		block.branches.forEach((child, i) => {
			const isLast = i === block.branches.length - 1;
			let to = from;
			// What comes after everything goes to the last one.
			while (to < changes.length && (isLast || this.#isUpTo(changes[to], child.last))) to += 1;
			if (to === from) after.push(child);
			else after.push(...this.below(child, changes.slice(from, to)));
			from = to;
		});
		return after.length === 0 ? [] : this.branchings(after);
	}

	/** Both are in order; a change replaces, adds or takes out the row of its key. */
	merge(rows: readonly Row[], changes: readonly RowChange[]): Row[] {
		const merged: Row[] = [];
		let at = 0;
		for (const { key, row } of changes) {
			let order = -1;
			for (; at < rows.length; at++) {
				const there = rows[at] as Row;
				order = compareRowKeys(rowKeyOf(there), key, this.#order);
				if (order >= 0) break;
				merged.push(there);
			}
			if (order === 0) at += 1;
			if (row) merged.push(row);
		}
		return merged.concat(rows.slice(at));
	}

	leaves(rows: readonly Row[]): Branch[] {
		return inPieces(rows).map(({ items, text }) => {
			const last = items[items.length - 1] as Row;
			const branch: Branch = {
				at: this.#writer.add(text, { rows: items }),
				last: rowKeyOf(last),
				count: items.length
			};
			if (this.#reducer) branch.reduced = this.#reducer.reduce(items);
			return branch;
		});
	}

	branchings(branches: readonly Branch[]): Branch[] {
		return inPieces(branches).map(({ items, text }) => {
			const branch: Branch = {
				at: this.#writer.add(text, { branches: items }),
				last: (items[items.length - 1] as Branch).last,
				count: items.reduce((count, item) => count + item.count, 0)
			};
			if (this.#reducer) {
				branch.reduced = this.#reducer.rereduce(items.map((item) => item.reduced ?? null));
			}
			return branch;
		});
	}

	#isUpTo(change: RowChange | undefined, last: RowKey): boolean {
		return change !== undefined && compareRowKeys(change.key, last, this.#order) <= 0;
	}

	/** A root with one branch is one step too many. */
	lowestRoot(root: Root): Root {
		let lowest = root;
		while (lowest) {
			const block = this.#writer.read(lowest.at);
			const only = 'branches' in block && block.branches.length === 1 ? block.branches[0] : null;
			if (!only) break;
			this.#writer.retire(lowest.at);
			lowest = only;
		}
		return lowest;
	}
}

function rowKeyOf(row: Row): RowKey {
	return [row[0], row[1], row[2]];
}

/** Cuts a list where its JSON becomes too long, so that two branches at least stand together. */
function inPieces<Item>(items: readonly Item[]): { items: Item[]; text: string }[] {
	const pieces: { items: Item[]; text: string }[] = [];
	let piece: Item[] = [];
	let text = '';
	for (const item of items) {
		const itemText = JSON.stringify(item);
		if (piece.length >= 2 && text.length + itemText.length > BLOCK_LENGTH) {
			pieces.push({ items: piece, text: `[${text}]` });
			piece = [];
			text = '';
		}
		text += text === '' ? itemText : `,${itemText}`;
		piece.push(item);
	}
	if (piece.length > 0) pieces.push({ items: piece, text: `[${text}]` });
	return pieces;
}

/** Reads a block's text back. */
export function parseBlock(text: string): Block {
	const items = JSON.parse(text) as readonly (Row | Branch)[];
	return Array.isArray(items[0])
		? { rows: items as readonly Row[] }
		: { branches: items as readonly Branch[] };
}

/** How many rows lie before a place. `isBefore` is true of the rows up to there and of none after. */
export function rankOf(root: Root, read: ReadBlock, isBefore: (key: RowKey) => boolean): number {
	let rank = 0;
	for (let branch = root; branch;) {
		if (isBefore(branch.last)) return rank + branch.count;
		const block = read(branch.at);
		if ('rows' in block) {
			return rank + lowest(block.rows.length, (i) => !isBefore(rowKeyOf(block.rows[i] as Row)));
		}
		const next = lowest(
			block.branches.length,
			(i) => !isBefore((block.branches[i] as Branch).last)
		);
		for (let i = 0; i < next; i++) rank += (block.branches[i] as Branch).count;
		branch = block.branches[next] ?? null;
	}
	return rank;
}

/** The first of `length` places of which `is` is true, it being true of all after it; `length` when of none. */
function lowest(length: number, is: (i: number) => boolean): number {
	let [low, high] = [0, length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (is(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}

/** Rows by their places, `from` up to but not with `to`; backwards when asked. */
export function* rowsBetween(
	root: Root,
	read: ReadBlock,
	from: number,
	to: number,
	backwards = false
): Generator<Row> {
	if (!root || from >= to) return;
	const block = read(root.at);
	if ('rows' in block) {
		const rows = block.rows.slice(Math.max(0, from), to);
		yield* backwards ? rows.reverse() : rows;
		return;
	}
	const parts: [Branch, number, number][] = [];
	let before = 0;
	for (const branch of block.branches) {
		const [start, end] = [Math.max(0, from - before), Math.min(branch.count, to - before)];
		if (start < end) parts.push([branch, start, end]);
		before += branch.count;
	}
	if (backwards) parts.reverse();
	for (const [branch, start, end] of parts) yield* rowsBetween(branch, read, start, end, backwards);
}

/** What the rows from one place up to another reduce to; undefined when there are none. */
export function reduceBetween(
	root: Root,
	read: ReadBlock,
	from: number,
	to: number,
	reducer: Reducer
): Json | undefined {
	// A branch that lies behind the range ends before its own first row: counted from its end, rows would slip in.
	if (!root || from >= to || to <= 0 || from >= root.count) return undefined;
	if (from <= 0 && to >= root.count && root.reduced !== undefined) return root.reduced;
	const block = read(root.at);
	if ('rows' in block) return reducer.reduce(block.rows.slice(Math.max(0, from), to));
	const values: Json[] = [];
	let before = 0;
	for (const branch of block.branches) {
		const value = reduceBetween(branch, read, from - before, to - before, reducer);
		if (value !== undefined) values.push(value);
		before += branch.count;
	}
	return values.length === 1 ? values[0] : reducer.rereduce(values);
}
