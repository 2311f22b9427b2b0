import type { RowState } from '#lib/storage/rows.ts';
import { askDatabase } from './ask-changes.ts';
import { rowFromServer, type ServerDocument } from './server-document.ts';
import { Unreachable } from './server-answer.ts';
import type { ServerLine } from './server-line.ts';

/** More than the first screen shows. */
const NEWEST_ROWS = 60;
/** What the first screen is made of; the time they were made is part of their ids. */
const FIRST_TYPES = ['transaction', 'case', 'submission'] as const;
const TIMEOUT_MS = 60_000;

/**
 * The newest documents of a person, for an empty device: changes come oldest first, and nobody wants to look at the
 * oldest of ten thousand entries while the others arrive. They are only ahead of their turn: the reader meets
 * each of them again, as it then stands, or as its deletion.
 */
export async function readNewest(
	line: ServerLine,
	databaseName: string,
	me: string
): Promise<RowState[]> {
	const lists = await Promise.all(
		FIRST_TYPES.map(async (type) => {
			const range = `startkey=${quoted(`${type}:${me};`)}&endkey=${quoted(`${type}:${me}:`)}`;
			const answer = await askDatabase(
				line,
				`/${databaseName}/_all_docs?include_docs=true&descending=true&limit=${String(NEWEST_ROWS)}&${range}`,
				{ timeoutMs: TIMEOUT_MS }
			);
			const { rows } = (answer ?? {}) as { rows?: { doc?: ServerDocument | null }[] };
			if (!Array.isArray(rows)) throw new Unreachable();
			return rows.flatMap(({ doc }) => (doc ? (rowFromServer(doc) ?? []) : []));
		})
	);
	return lists.flat();
}

function quoted(key: string): string {
	return encodeURIComponent(JSON.stringify(key));
}
