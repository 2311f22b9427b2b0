import { revisionIdOf } from '../revision-id.ts';
import { graft, leavesOf, placeOf, visitNodes, type RevisionTree } from '../revision-tree.ts';
import { dropBody, putBody, type Pen } from './bodies.ts';
import { headOf, treeOf } from './document-record.ts';
import { filesNamedIn } from './body-record.ts';
import { idKey, numberKey } from './tables.ts';
import { saveTree } from './write-documents.ts';

const TOMBSTONE = JSON.stringify({ removal: 'erased' });

/**
 * Leaves nothing of a document but a tombstone that says so, on every branch, and closes it for good. A document the
 * database does not know becomes such a tombstone, too, so that nobody brings it.
 *
 * @returns hashes of the files its bodies named.
 */
export function eraseDocument(pen: Pen, id: string): Set<string> {
	const { draft, database } = pen;
	const before = draft.get('documents', idKey(database.no, id));
	const named = new Set<string>();
	if (before && headOf(before).erased) return named;

	let tree: RevisionTree = before ? treeOf(before) : [];
	visitNodes(tree, (_generation, [, state]) => {
		if (state.bodyAt === 0) return;
		const bytes = draft.get('bodies', numberKey(database.no, state.bodyAt));
		for (const sha256 of bytes ? filesNamedIn(bytes) : []) named.add(sha256);
		dropBody(pen, state.bodyAt);
		state.bodyAt = 0;
		state.status = 'missing';
	});
	const ends = before ? leavesOf(tree).map(({ rev }) => rev) : [null];
	for (const parentRev of ends) {
		database.seq += 1;
		const edit = { parentRev, deleted: true, bodyText: TOMBSTONE, attachments: {} };
		const rev = revisionIdOf(edit);
		const dash = rev.indexOf('-');
		const parentIds = parentRev === null ? [] : (placeOf(tree, parentRev)?.ids ?? []);
		const history = {
			start: Number(rev.slice(0, dash)),
			ids: [rev.slice(dash + 1), ...parentIds]
		};
		tree = graft(tree, history, { deleted: true, bodyAt: database.seq }).tree;
		putBody(pen, database.seq, TOMBSTONE, null);
	}
	saveTree(pen, id, tree, before, true);
	return named;
}
