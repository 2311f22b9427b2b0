import type { RevisionId, RevisionState, RevisionText, StoredRevision } from '../document-store.ts';
import { leavesOf, placeOf, revisionsIn, type RevisionTree } from '../revision-tree.ts';
import { bodyTextOf, decodeBody } from './body-record.ts';
import { headOf, isWinnerAlone, treeOf } from './document-record.ts';
import { idKey, numberKey, type Tables } from './tables.ts';

/** Where the rows of a database are. */
export interface Place {
	tables: Tables;
	no: number;
}

/** The winner, or the revision asked for; null when unknown or its body is gone. */
export function readRevision(place: Place, id: string, rev?: RevisionId): StoredRevision | null {
	const row = rowOf(place, id);
	return row ? revisionOf(place, id, treeOf(row), rev ?? headOf(row).rev) : null;
}

/** All leaves whose bodies are there, winner first. */
export function readLeaves(place: Place, id: string): StoredRevision[] {
	const row = rowOf(place, id);
	if (!row) return [];
	const tree = treeOf(row);
	return leavesOf(tree).flatMap((leaf) => revisionOf(place, id, tree, leaf.rev) ?? []);
}

/** The winner as it is stored; null when there is none, and for one with attachments. */
export function readText(place: Place, id: string): RevisionText | null {
	const row = rowOf(place, id);
	if (!row) return null;
	const { rev, deleted, bodyAt } = headOf(row);
	const bytes = place.tables.bodies.get(numberKey(place.no, bodyAt));
	const bodyText = bytes ? bodyTextOf(bytes) : null;
	return bodyText === null ? null : { id, rev, deleted, bodyText };
}

/** What is known of a revision and those before it, newest first. */
export function readHistory(place: Place, id: string, rev: RevisionId): RevisionState[] {
	const row = rowOf(place, id);
	const found = row && placeOf(treeOf(row), rev);
	if (!found) return [];
	return found.states.map((state, i) => ({
		rev: `${found.start - i}-${found.ids[i]}`,
		status: state.status === 'missing' ? 'missing' : state.deleted ? 'deleted' : 'available'
	}));
}

/** Which of the revisions are unknown, and leaves that may be their ancestors; nothing where all are known. */
export function missingRevisions(
	place: Place,
	asked: ReadonlyMap<string, readonly RevisionId[]>
): Map<string, { missing: RevisionId[]; possibleAncestors: RevisionId[] }> {
	const answer = new Map<string, { missing: RevisionId[]; possibleAncestors: RevisionId[] }>();
	for (const [id, revs] of asked) {
		const row = rowOf(place, id);
		// What a replicator asks about is mostly there already, as it is.
		const winnerRev = row && headOf(row).rev;
		if (revs.every((rev) => rev === winnerRev)) continue;
		if (row && isWinnerAlone(row)) {
			const winner = new Set([winnerRev ?? '']);
			answer.set(id, lackOf(revs, winner, [...winner]));
			continue;
		}
		const tree = row ? treeOf(row) : null;
		const known = tree ? revisionsIn(tree) : new Set<RevisionId>();
		const lack = lackOf(revs, known, tree ? leavesOf(tree).map((leaf) => leaf.rev) : []);
		if (lack.missing.length > 0) answer.set(id, lack);
	}
	return answer;
}

function rowOf({ tables, no }: Place, id: string): Buffer | undefined {
	return tables.documents.get(idKey(no, id));
}

function revisionOf(
	{ tables, no }: Place,
	id: string,
	tree: RevisionTree,
	rev: RevisionId
): StoredRevision | null {
	const place = placeOf(tree, rev);
	if (!place || place.node.bodyAt === 0) return null;
	const bytes = tables.bodies.get(numberKey(no, place.node.bodyAt));
	if (!bytes) return null;
	const { body, attachments } = decodeBody(bytes);
	return {
		id,
		rev,
		deleted: place.node.deleted === true,
		body,
		attachments,
		revisions: { start: place.start, ids: place.ids }
	};
}

/** Which of the revisions asked for are not known, and the leaves that may be their ancestors. */
function lackOf(
	asked: readonly RevisionId[],
	known: ReadonlySet<RevisionId>,
	leaves: readonly RevisionId[]
): { missing: RevisionId[]; possibleAncestors: RevisionId[] } {
	const missing = asked.filter((rev) => !known.has(rev));
	const newest = Math.max(...missing.map(generationOf));
	return { missing, possibleAncestors: leaves.filter((rev) => generationOf(rev) < newest) };
}

function generationOf(rev: RevisionId): number {
	return Number(rev.slice(0, rev.indexOf('-')));
}
