/** Revisions and bodies that are forgotten on request: compaction and purge. */

import type { RevisionId } from '../document-store.ts';
import { leavesOf, withoutLeaves, withoutOldBodies } from '../revision-tree.ts';
import type { Draft } from './committer.ts';
import { encodeDocument, headOf, treeOf } from './document-record.ts';
import { idKey, type DatabaseRecord } from './tables.ts';
import { removeBody, saveTree } from './write-documents.ts';

/** Takes out the bodies of a document's revisions that are no leaves; what readers see stays as it is. */
export function compactDocument(draft: Draft, database: DatabaseRecord, key: Buffer): void {
	const before = draft.get('documents', key);
	if (!before) return;
	const { tree, bodies } = withoutOldBodies(treeOf(before));
	const winner = leavesOf(tree)[0];
	if (bodies.length === 0 || !winner) return;
	for (const bodyAt of bodies) removeBody(draft, database, bodyAt);
	draft.put('documents', key, encodeDocument(headOf(before).seq, winner, tree));
}

/** Takes out leaves of a document; the document itself when none is left. Answers which of those named were leaves. */
export function purgeDocument(
	draft: Draft,
	database: DatabaseRecord,
	id: string,
	unwanted: readonly RevisionId[]
): RevisionId[] {
	const before = draft.get('documents', idKey(database.no, id));
	if (!before) return [];
	const { tree, removed, bodies } = withoutLeaves(treeOf(before), new Set(unwanted));
	if (removed.length === 0) return [];
	for (const bodyAt of bodies) removeBody(draft, database, bodyAt);
	database.seq += 1;
	saveTree(draft, database, id, tree, before);
	return removed;
}
