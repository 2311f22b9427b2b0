/** Revisions and bodies that are forgotten on request: compaction and purge. */

import type { RevisionId } from '../document-store.ts';
import { leavesOf, withoutLeaves, withoutOldBodies } from '../revision-tree.ts';
import { dropBody, type Pen } from './bodies.ts';
import { encodeDocument, headOf, treeOf } from './document-record.ts';
import { idKey, prefixKey, type Tables } from './tables.ts';
import { saveTree } from './write-documents.ts';

/** Documents whose old bodies are taken out in one transaction. */
const COMPACTED_AT_ONCE = 200;

/** The next keys of documents of a database to compact together, after `last`. */
export function keysToCompact(tables: Tables, no: number, last: Buffer | undefined): Buffer[] {
	const start = last ? Buffer.concat([last, Buffer.of(0)]) : prefixKey(no);
	return [...tables.documents.getKeys({ start, end: prefixKey(no + 1), limit: COMPACTED_AT_ONCE })];
}

/** Takes out the bodies of a document's revisions that are no leaves; what readers see stays as it is. */
export function compactDocument(pen: Pen, key: Buffer): void {
	const before = pen.draft.get('documents', key);
	if (!before) return;
	const { tree, bodies } = withoutOldBodies(treeOf(before));
	const winner = leavesOf(tree)[0];
	if (bodies.length === 0 || !winner) return;
	for (const bodyAt of bodies) dropBody(pen, bodyAt);
	const { seq, erased } = headOf(before);
	pen.draft.put('documents', key, encodeDocument(seq, winner, tree, erased));
}

/** Forgets leaves of several documents and counts the purge. Answers the leaves there were, by document. */
export function purgeDocuments(
	pen: Pen,
	asked: ReadonlyMap<string, readonly RevisionId[]>
): Map<string, RevisionId[]> {
	const { database } = pen;
	const purged = new Map<string, RevisionId[]>();
	for (const [id, revs] of asked) purged.set(id, purgeDocument(pen, id, revs));
	database.purges = (database.purges ?? 0) + asked.size;
	return purged;
}

/**
 * Takes out leaves of a document; the document itself when none is left. Answers which of those named were leaves. What
 * was erased keeps its tombstone: without it, it could come back.
 */
function purgeDocument(pen: Pen, id: string, unwanted: readonly RevisionId[]): RevisionId[] {
	const { draft, database } = pen;
	const before = draft.get('documents', idKey(database.no, id));
	if (!before || headOf(before).erased) return [];
	const { tree, removed, bodies } = withoutLeaves(treeOf(before), new Set(unwanted));
	if (removed.length === 0) return [];
	for (const bodyAt of bodies) dropBody(pen, bodyAt);
	database.seq += 1;
	saveTree(pen, id, tree, before);
	return removed;
}
