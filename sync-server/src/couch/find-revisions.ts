import type { Database, RevisionId, StoredRevision } from '../store/document-store.ts';

export type FoundRevision = { found: StoredRevision } | { missing: RevisionId };

/**
 * Revisions of a document as `open_revs` and `_bulk_get` ask for them.
 *
 * @param asked revisions, or all leaves.
 * @param latest gives the leaves that go on from a revision instead of that revision: there may be several.
 */
export async function findRevisions(
	db: Database,
	id: string,
	asked: 'all' | readonly RevisionId[],
	latest: boolean
): Promise<FoundRevision[]> {
	if (asked === 'all') return (await db.leaves(id)).map((found) => ({ found }));
	const leaves = latest ? await db.leaves(id) : [];
	const answer = new Map<RevisionId, FoundRevision>();
	for (const rev of asked) {
		const later = leaves.filter((leaf) => goesOnFrom(leaf, rev));
		if (later.length > 0) {
			for (const found of later) answer.set(found.rev, { found });
			continue;
		}
		const found = await db.read(id, rev);
		answer.set(rev, found ? { found } : { missing: rev });
	}
	return [...answer.values()];
}

function goesOnFrom(leaf: StoredRevision, rev: RevisionId): boolean {
	const dash = rev.indexOf('-');
	const back = leaf.revisions.start - Number(rev.slice(0, dash));
	return leaf.revisions.ids[back] === rev.slice(dash + 1);
}
