import type { RevisionId, RevisionState } from '../document-store.ts';
import { documentPath } from './couchdb-documents.ts';
import type { DatabaseLine } from './database-line.ts';

interface Named {
	_revisions: { start: number; ids: string[] };
}

/**
 * The history of a leaf, newest first; empty where there is none. CouchDB tells `_revs_info` of a winner alone, and
 * leaves it out where a revision is named: of any other leaf each revision is asked for.
 */
export async function readHistory(
	line: DatabaseLine,
	id: string,
	rev: RevisionId
): Promise<RevisionState[]> {
	const winner = await line.ask(documentPath(id), { query: { revs_info: true } });
	line.requireThere(winner);
	const told = winner.status === 200 ? (winner.json as { _revs_info: RevisionState[] }) : null;
	if (told?._revs_info[0]?.rev === rev) return told._revs_info;

	const named = await line.ask(documentPath(id), { query: { rev, revs: true } });
	line.requireThere(named);
	if (named.status !== 200) return [];
	const { start, ids } = (named.json as Named)._revisions;
	const revs = ids.map((hash, i) => `${start - i}-${hash}`);
	const answer = await line.ask('_bulk_get', {
		method: 'POST',
		body: { docs: revs.map((one) => ({ id, rev: one })) }
	});
	line.requireOk(answer);
	const { results } = answer.json as {
		results: { docs: { ok?: { _rev: string; _deleted?: boolean } }[] }[];
	};
	const found = new Map(
		results.flatMap(({ docs }) => docs.flatMap(({ ok }) => (ok ? [[ok._rev, ok] as const] : [])))
	);
	return revs.map((one) => {
		const document = found.get(one);
		const status = document === undefined ? 'missing' : document._deleted ? 'deleted' : 'available';
		return { rev: one, status };
	});
}
