import type { AllDocsQuery, AllDocsRow } from '../document-store.ts';
import { MAX_ID_BYTES } from '../store-errors.ts';
import type { DatabaseLine } from './database-line.ts';

/** Documents by id. Throws as `requireOk` does. */
export async function listAllDocs(
	line: DatabaseLine,
	query: AllDocsQuery
): Promise<{ total: number; offset: number; rows: AllDocsRow[] }> {
	const { startKey, endKey, inclusiveEnd, descending = false, skip, limit } = query;
	if (startKey !== undefined && endKey !== undefined) {
		const order = Buffer.compare(Buffer.from(startKey), Buffer.from(endKey));
		// CouchDB calls it an error.
		if (descending ? order < 0 : order > 0) {
			return {
				total: ((await line.get('')) as { doc_count: number }).doc_count,
				offset: 0,
				rows: []
			};
		}
	}
	const answer = await line.ask('_all_docs', {
		query: {
			...(startKey === undefined ? {} : { startkey: JSON.stringify(cut(startKey)) }),
			...(endKey === undefined ? {} : { endkey: JSON.stringify(cut(endKey)) }),
			...(inclusiveEnd === false ? { inclusive_end: false } : {}),
			...(descending ? { descending } : {}),
			...(skip === undefined ? {} : { skip }),
			...(limit === undefined ? {} : { limit })
		}
	});
	line.requireOk(answer);
	const {
		total_rows: total,
		offset,
		rows
	} = answer.json as {
		total_rows: number;
		offset: number | null;
		rows: { id: string; value: { rev: string } }[];
	};
	return {
		total,
		offset: offset ?? 0,
		rows: rows.map(({ id, value }) => ({ id, rev: value.rev, deleted: false }))
	};
}

/** Longer keys than any id sort where their beginning does. */
function cut(key: string): string {
	return Buffer.byteLength(key) > MAX_ID_BYTES ? `${key.slice(0, MAX_ID_BYTES / 3)}\u0000` : key;
}
