import type { DocumentWrite, RevisionId, WriteRefusal } from './document-store.ts';
import { isRevisions, parseRevisionId, revisionIdOf } from './revision-id.ts';
import { leavesOf, placeOf, type RevisionTree } from './revision-tree.ts';

export type WriteDecision =
	| { kind: 'refused'; refusal: WriteRefusal }
	/** The store has exactly this revision already. */
	| { kind: 'known'; rev: RevisionId }
	/** `history` is the new revision's, newest first. */
	| { kind: 'new'; rev: RevisionId; history: { start: number; ids: string[] } };

/**
 * What a write does to a document's revision tree, by CouchDB's rules. Pure; changes nothing.
 *
 * @param tree null for a document the database does not know.
 * @param bodyText the write's body as JSON.
 */
export function decideWrite(
	tree: RevisionTree | null,
	write: DocumentWrite,
	bodyText: string
): WriteDecision {
	return write.revisions
		? decideReplicatedEdit(tree, write, write.revisions)
		: decideNormalEdit(tree, { ...write, bodyText });
}

type EditWithText = DocumentWrite & { bodyText: string };

function decideNormalEdit(tree: RevisionTree | null, write: EditWithText): WriteDecision {
	const { parentRev } = write;
	if (parentRev !== null && !parseRevisionId(parentRev)) return refused('bad_rev');
	if (!tree) {
		if (parentRev !== null) return refused('conflict');
		return isJudgedOther(write, null) ? refused('judged_other') : edit(write, null, []);
	}

	const winner = leavesOf(tree)[0];
	if (!winner) throw new TypeError('A revision tree has at least one leaf.');
	if (parentRev === null) {
		// Creating again what was deleted goes on from the tombstone; deleting it again does not.
		if (!winner.deleted || write.deleted) return refused('conflict');
		if (isJudgedOther(write, winner.rev)) return refused('judged_other');
		return edit(write, winner.rev, placeOf(tree, winner.rev)?.ids ?? []);
	}
	const parent = placeOf(tree, parentRev);
	if (!parent?.isLeaf) return refused('conflict');
	if (write.winnerOnly && parentRev !== winner.rev) return refused('not_winning');
	if (isJudgedOther(write, winner.rev)) return refused('judged_other');
	return edit(write, parentRev, parent.ids);
}

function decideReplicatedEdit(
	tree: RevisionTree | null,
	write: DocumentWrite,
	revisions: { start: number; ids: string[] }
): WriteDecision {
	if (!isRevisions(revisions)) return refused('bad_rev');
	const rev = `${revisions.start}-${revisions.ids[0]}`;
	if (tree) {
		if (placeOf(tree, rev)) return { kind: 'known', rev };
		const winner = leavesOf(tree)[0];
		// A longer history of somebody's making would win: only what goes on from the winner may come.
		if (write.winnerOnly && winner) {
			const hashThere = revisions.ids[revisions.start - winner.generation];
			if (hashThere !== winner.hash) return refused('not_winning');
		}
	}
	const winnerRev = tree ? (leavesOf(tree)[0]?.rev ?? null) : null;
	if (isJudgedOther(write, winnerRev)) return refused('judged_other');
	return { kind: 'new', rev, history: { start: revisions.start, ids: [...revisions.ids] } };
}

/** Whether the write was allowed looking at another winner than there is now. */
function isJudgedOther({ judgedRev }: DocumentWrite, winnerRev: RevisionId | null): boolean {
	return judgedRev !== undefined && judgedRev !== winnerRev;
}

function edit(
	write: EditWithText,
	parentRev: RevisionId | null,
	parentIds: readonly string[]
): WriteDecision {
	const rev = revisionIdOf({ ...write, parentRev });
	const dash = rev.indexOf('-');
	return {
		kind: 'new',
		rev,
		history: { start: Number(rev.slice(0, dash)), ids: [rev.slice(dash + 1), ...parentIds] }
	};
}

function refused(refusal: WriteRefusal): WriteDecision {
	return { kind: 'refused', refusal };
}
