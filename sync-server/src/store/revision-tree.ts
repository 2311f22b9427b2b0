// Programs that only import this file (the tests') must find the types, too.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- a module declaration can't be imported
/// <reference path="./pouchdb-merge.d.ts" />

/**
 * A document's revision tree. `pouchdb-merge` does the grafting and stemming; here it is asked questions
 * and packed for the disk.
 */

import { merge, type NodeState, type TreeNode, type TreeRoot } from 'pouchdb-merge';
import type { RevisionId } from './document-store.ts';

/** As many revisions of one branch as CouchDB keeps by default (`_revs_limit`). */
export const REVISIONS_KEPT = 1_000;

export interface RevisionNode extends NodeState {
	/** Where the body lies (`bodies` table); 0 when we never had it. */
	bodyAt: number;
}

export type RevisionTree = TreeRoot<RevisionNode>[];

export interface Leaf {
	rev: RevisionId;
	generation: number;
	hash: string;
	deleted: boolean;
	bodyAt: number;
}

/** A revision's place in the tree: its own state and its history, newest first. */
export interface Place {
	node: RevisionNode;
	isLeaf: boolean;
	start: number;
	ids: string[];
	/** The states of `ids`. */
	states: RevisionNode[];
}

/** All leaves, the winner first: not deleted before deleted, then the longest, then the greatest hash. */
export function leavesOf(tree: RevisionTree): Leaf[] {
	const leaves: Leaf[] = [];
	visitNodes(tree, (generation, [hash, state, children]) => {
		if (children.length > 0) return;
		leaves.push({
			rev: `${generation}-${hash}`,
			generation,
			hash,
			deleted: state.deleted === true,
			bodyAt: state.bodyAt
		});
	});
	return leaves.sort(byWinning);
}

/** Where a revision stands; null when the tree does not know it. */
export function placeOf(tree: RevisionTree, rev: RevisionId): Place | null {
	const path = pathTo(tree, rev);
	const [node] = path;
	if (!node) return null;
	return {
		node: node[1],
		isLeaf: node[2].length === 0,
		start: Number(rev.slice(0, rev.indexOf('-'))),
		ids: path.map(([hash]) => hash),
		states: path.map(([, state]) => state)
	};
}

/** Every revision the tree knows, as `<generation>-<hash>`. */
export function revisionsIn(tree: RevisionTree): Set<RevisionId> {
	const known = new Set<RevisionId>();
	visitNodes(tree, (generation, [hash]) => known.add(`${generation}-${hash}`));
	return known;
}

/**
 * The tree with one more history in it, stemmed.
 *
 * @param history hashes, newest first; the newest is the revision being written.
 * @returns the new tree and where the bodies of stemmed revisions lie. The tree given in is spent.
 */
export function graft(
	tree: RevisionTree,
	history: { start: number; ids: readonly string[] },
	newest: { deleted: boolean; bodyAt: number },
	revisionsKept = REVISIONS_KEPT
): { tree: RevisionTree; stemmedBodies: number[] } {
	const known = new Map<RevisionId, RevisionNode>();
	visitNodes(tree, (generation, [hash, state]) => known.set(`${generation}-${hash}`, state));

	let ids: TreeNode<RevisionNode> | null = null;
	history.ids.forEach((hash, i) => {
		const state: RevisionNode =
			i === 0
				? { status: 'available', bodyAt: newest.bodyAt }
				: // pouchdb-merge may keep the path's state where both sides know a revision: give it ours.
					{ ...(known.get(`${history.start - i}-${hash}`) ?? { status: 'missing', bodyAt: 0 }) };
		if (i === 0 && newest.deleted) state.deleted = true;
		ids = [hash, state, ids ? [ids] : []];
	});
	if (!ids) throw new TypeError('A history has at least one revision.');

	const path: TreeRoot<RevisionNode> = { pos: history.start - history.ids.length + 1, ids };
	// Most documents are new: there is nothing to merge with, and nothing to stem.
	if (tree.length === 0 && history.ids.length <= revisionsKept) {
		return { tree: [path], stemmedBodies: [] };
	}
	const merged = merge(tree, path, revisionsKept);
	const stemmedBodies = merged.stemmedRevs.flatMap((rev) => known.get(rev)?.bodyAt || []);
	return { tree: merged.tree, stemmedBodies };
}

/** The tree without the bodies of revisions that were edited since, and where those lie. The tree given in is spent. */
export function withoutOldBodies(tree: RevisionTree): { tree: RevisionTree; bodies: number[] } {
	const bodies: number[] = [];
	visitNodes(tree, (_generation, [, state, children]) => {
		if (children.length === 0 || state.bodyAt === 0) return;
		bodies.push(state.bodyAt);
		state.bodyAt = 0;
		state.status = 'missing';
	});
	return { tree, bodies };
}

/**
 * The tree without some of its leaves and whatever led to those alone. Revisions that are no leaves stay. The tree
 * given in is spent.
 */
export function withoutLeaves(
	tree: RevisionTree,
	unwanted: ReadonlySet<RevisionId>
): { tree: RevisionTree; removed: RevisionId[]; bodies: number[] } {
	const removed = leavesOf(tree).filter((leaf) => unwanted.has(leaf.rev));
	const gone = new Set<TreeNode<RevisionNode>>();
	const bodies: number[] = [];
	for (const { rev } of removed) {
		const path = pathTo(tree, rev);
		// From the leaf down to where another branch goes on.
		for (const node of path) {
			if (node[2].some((child) => !gone.has(child))) break;
			gone.add(node);
			if (node[1].bodyAt > 0) bodies.push(node[1].bodyAt);
		}
	}
	visitNodes(tree, (_generation, node) => {
		node[2] = node[2].filter((child) => !gone.has(child));
	});
	return {
		tree: tree.filter(({ ids }) => !gone.has(ids)),
		removed: removed.map((leaf) => leaf.rev),
		bodies
	};
}

/** The nodes from a revision back to its root; empty when the tree does not know it. */
function pathTo(tree: RevisionTree, rev: RevisionId): TreeNode<RevisionNode>[] {
	interface Step {
		generation: number;
		node: TreeNode<RevisionNode>;
		parent: Step | null;
	}
	const open: Step[] = tree.map((root) => ({ generation: root.pos, node: root.ids, parent: null }));
	const dash = rev.indexOf('-');
	const wantedGeneration = Number(rev.slice(0, dash));
	const wantedHash = rev.slice(dash + 1);
	for (let step = open.pop(); step; step = open.pop()) {
		if (step.generation === wantedGeneration && step.node[0] === wantedHash) {
			const path: TreeNode<RevisionNode>[] = [];
			for (let s: Step | null = step; s; s = s.parent) path.push(s.node);
			return path;
		}
		if (step.generation >= wantedGeneration) continue;
		for (const child of step.node[2]) {
			open.push({ generation: step.generation + 1, node: child, parent: step });
		}
	}
	return [];
}

/**
 * One unbranched run of revisions, oldest first; nested only where the tree forks, so that a thousand
 * revisions in a row don't nest a thousand levels deep.
 */
interface Run {
	h: string[];
	/** Where each body lies; 0 for none. */
	b: number[];
	/** Positions of deleted revisions. */
	d?: number[];
	/** The branches after the last one. */
	c?: Run[];
}
/** As it is written to the disk. */
export type PackedTree = (Run & { p: number })[];

export function packTree(tree: RevisionTree): PackedTree {
	return tree.map((root) => ({ p: root.pos, ...packRun(root.ids) }));
}

function packRun(first: TreeNode<RevisionNode>): Run {
	const run: Run = { h: [], b: [] };
	const deleted: number[] = [];
	for (let node = first; ;) {
		const [hash, state, children] = node;
		if (state.deleted) deleted.push(run.h.length);
		run.h.push(hash);
		run.b.push(state.bodyAt);
		const only = children[0];
		if (children.length === 1 && only) {
			node = only;
			continue;
		}
		if (deleted.length > 0) run.d = deleted;
		if (children.length > 1) run.c = children.map(packRun);
		return run;
	}
}

export function unpackTree(packed: PackedTree): RevisionTree {
	return packed.map((root) => ({ pos: root.p, ids: unpackRun(root) }));
}

function unpackRun(run: Run): TreeNode<RevisionNode> {
	const deleted = new Set(run.d);
	let children = (run.c ?? []).map(unpackRun);
	for (let i = run.h.length - 1; i >= 0; i--) {
		const bodyAt = run.b[i] ?? 0;
		const state: RevisionNode = { status: bodyAt > 0 ? 'available' : 'missing', bodyAt };
		if (deleted.has(i)) state.deleted = true;
		children = [[run.h[i] ?? '', state, children]];
	}
	const first = children[0];
	if (!first) throw new TypeError('A run of revisions has at least one.');
	return first;
}

function byWinning(a: Leaf, b: Leaf): number {
	if (a.deleted !== b.deleted) return a.deleted ? 1 : -1;
	if (a.generation !== b.generation) return b.generation - a.generation;
	return a.hash === b.hash ? 0 : a.hash < b.hash ? 1 : -1;
}

/** Every node with its generation, in no particular order. */
export function visitNodes(
	tree: RevisionTree,
	see: (generation: number, node: TreeNode<RevisionNode>) => void
): void {
	const open = tree.map((root) => ({ generation: root.pos, node: root.ids }));
	for (let step = open.pop(); step; step = open.pop()) {
		see(step.generation, step.node);
		for (const child of step.node[2]) open.push({ generation: step.generation + 1, node: child });
	}
}
