import type { RowState } from '#lib/storage/rows.ts';
import { Unreachable } from './server-answer.ts';
import { rowFromServer, serverDocumentOf, type ServerDocument } from './server-document.ts';
import type { ServerLine } from './server-line.ts';

const TIMEOUT_MS = 60_000;

/** What `_bulk_docs` says of one document. */
export interface RowAnswer {
	id?: string;
	ok?: boolean;
	rev?: string;
	error?: string;
	/** Of ours `<dotted.code>: sentence`. */
	reason?: string;
}

/** Offers rows in one request. One answer for each, in their order; empty for those that were not spoken of. */
export async function offerRows(
	line: ServerLine,
	databaseName: string,
	rows: readonly RowState[]
): Promise<RowAnswer[]> {
	const answers = await line.ask(`/${databaseName}/_bulk_docs`, {
		method: 'POST',
		body: { docs: rows.map(serverDocumentOf) },
		timeoutMs: TIMEOUT_MS
	});
	if (!Array.isArray(answers)) throw new Unreachable();
	if (answers.length === rows.length) return answers as RowAnswer[];
	const byId = new Map((answers as RowAnswer[]).map((answer) => [answer.id, answer]));
	return rows.map(({ id }) => byId.get(id) ?? {});
}

export function codeOfRow({ reason = '' }: RowAnswer): string {
	return /^([a-z0-9_]+(?:\.[a-z0-9_]+)+):/.exec(reason)?.[1] ?? 'sync.refused';
}

export function sentenceOf({ reason = '' }: RowAnswer): string {
	return reason.replace(/^[a-z0-9_.]+: /, '');
}

/** Ids of the rows whose revision the server does not know. */
export async function unknownRevisions(
	line: ServerLine,
	databaseName: string,
	rows: readonly RowState[]
): Promise<Set<string>> {
	const answer = await line.ask(`/${databaseName}/_revs_diff`, {
		method: 'POST',
		body: Object.fromEntries(rows.map(({ id, couchRev }) => [id, [couchRev]])),
		timeoutMs: TIMEOUT_MS
	});
	return new Set(Object.keys(answer ?? {}));
}

/** The server's present versions of rows, by id; tombstones with what they say, nothing for what it never had. */
export async function currentRows(
	line: ServerLine,
	databaseName: string,
	rows: readonly RowState[]
): Promise<Map<string, RowState>> {
	const answer = (await line.ask(`/${databaseName}/_all_docs?include_docs=true`, {
		method: 'POST',
		body: { keys: rows.map(({ id }) => id) },
		timeoutMs: TIMEOUT_MS
	})) as {
		rows?: {
			id?: string;
			doc?: ServerDocument | null;
			value?: { rev?: string; deleted?: boolean };
		}[];
	} | null;
	if (!Array.isArray(answer?.rows)) throw new Unreachable();
	const current = new Map<string, RowState>();
	for (const { id, doc, value } of answer.rows) {
		if (id === undefined) continue;
		const found =
			doc ??
			(value?.deleted === true && value.rev !== undefined
				? ((await line.ask(
						`/${databaseName}/${encodeURIComponent(id)}?rev=${value.rev}`
					)) as ServerDocument)
				: null);
		const row = found === null ? null : rowFromServer(found);
		if (row !== null) current.set(id, row);
	}
	return current;
}
