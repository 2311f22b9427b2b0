/** The part of pouchdb-merge 9 we use; the package has no types of its own. */
declare module 'pouchdb-merge' {
	export interface NodeState {
		status: 'available' | 'missing';
		deleted?: boolean;
	}
	export type TreeNode<State extends NodeState> = [
		hash: string,
		state: State,
		children: TreeNode<State>[]
	];
	export interface TreeRoot<State extends NodeState> {
		pos: number;
		ids: TreeNode<State>;
	}
	/** Grafts a single-branch tree and stems every branch to `depth` revisions. Changes its arguments. */
	export function merge<State extends NodeState>(
		tree: TreeRoot<State>[],
		path: TreeRoot<State>,
		depth: number
	): {
		tree: TreeRoot<State>[];
		stemmedRevs: string[];
		conflicts: 'new_leaf' | 'new_branch' | 'internal_node';
	};
	export function winningRev<State extends NodeState>(metadata: {
		rev_tree: TreeRoot<State>[];
	}): string;
}
