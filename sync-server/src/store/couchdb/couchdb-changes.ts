import type { ChangeRow, ChangesPage, ChangesQuery } from '../document-store.ts';
import { couchSeqOf, seqOf } from './couchdb-sequences.ts';
import type { DatabaseLine } from './database-line.ts';

/** A page of what changed, in our sequences. Throws as `requireOk` does. */
export async function readChanges(
	line: DatabaseLine,
	epoch: string,
	query: ChangesQuery
): Promise<ChangesPage> {
	const { since, limit, descending, ids } = query;
	const start = descending ? '0' : couchSeqOf(since, epoch);
	// Of few documents, all are asked for: what is pending is then counted exactly.
	const asked = ids ? undefined : limit;
	const options = {
		style: 'all_docs',
		...(descending ? { descending: true } : { since: start }),
		...(asked === undefined ? {} : { limit: Math.max(1, asked) })
	};
	const answer = ids
		? await line.ask('_changes', {
				method: 'POST',
				query: { ...options, filter: '_doc_ids' },
				body: { doc_ids: [...ids] }
			})
		: await line.ask('_changes', { query: options });
	line.requireOk(answer);
	const page = answer.json as {
		results: {
			seq: string | number;
			id: string;
			changes: { rev: string }[];
			deleted?: boolean;
		}[];
		last_seq: string | number;
		pending?: number;
	};
	const all = page.results.map(({ seq, id, changes, deleted }): ChangeRow => ({
		seq: seqOf(seq, epoch),
		id,
		deleted: deleted === true,
		leaves: changes.map(({ rev }) => rev)
	}));
	const rows = limit === undefined ? all : all.slice(0, limit);
	const pending = (ids ? 0 : (page.pending ?? 0)) + all.length - rows.length;
	const lastSeq =
		pending === 0 ? seqOf(page.last_seq, epoch) : (rows.at(-1)?.seq ?? seqOf(start, epoch));
	return { rows, lastSeq, pending };
}
