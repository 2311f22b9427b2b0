import type { FastifyRequest } from 'fastify';
import { readJsonObject, requireJsonContentType } from '../http/body.ts';
import { badRequest } from '../http/errors.ts';
import { compareIds } from '../indexes/collation.ts';
import type { Database, LocalDocument } from '../store/document-store.ts';
import type { Json, JsonObject } from '../store/json.ts';
import type { CouchDeps } from './couch-deps.ts';
import type { Options } from './options.ts';

const MOST_LISTED = 10_000;

/** What a `_local_docs` asks for in its body; nothing by GET. */
export async function listBody(deps: CouchDeps, request: FastifyRequest): Promise<JsonObject> {
	if (request.method !== 'POST') return {};
	requireJsonContentType(request);
	const body = await readJsonObject(request, deps.bodyLimitBytes);
	const { keys = [] } = body;
	if (!Array.isArray(keys)) throw badRequest('`keys` body member must be an array.');
	return body;
}

/** What `_local_docs` answers: by their ids, or those of a range. */
export async function listLocals(db: Database, options: Options): Promise<JsonObject> {
	const keys = options.json('keys');
	if (keys !== undefined && !Array.isArray(keys)) {
		throw badRequest('`keys` parameter must be an array.');
	}
	const descending = options.flag('descending');
	const includeDocs = options.flag('include_docs');
	const skip = options.count('skip') ?? 0;
	const limit = Math.min(options.count('limit') ?? MOST_LISTED, MOST_LISTED);
	const wanted = keys ?? (await idsInRange(db, options));
	const ordered = descending ? wanted.toReversed() : wanted;
	const rows: JsonObject[] = [];
	for (const key of ordered.slice(skip, skip + limit)) {
		const id = typeof key === 'string' && key.startsWith('_local/') ? key.slice(7) : null;
		const found = id === null ? null : await db.readLocal(id);
		if (found) rows.push(rowOf(key, found, includeDocs));
		else if (keys) rows.push({ key, error: 'not_found' });
	}
	return { total_rows: null, offset: null, rows };
}

function rowOf(key: Json, { id, rev, body }: LocalDocument, includeDocs: boolean): JsonObject {
	const row = { id: `_local/${id}`, key, value: { rev } };
	return includeDocs ? { ...row, doc: { _id: `_local/${id}`, _rev: rev, ...body } } : row;
}

async function idsInRange(db: Database, options: Options): Promise<string[]> {
	const ids = (await db.localIds(MOST_LISTED)).map((id) => `_local/${id}`);
	const [first, last] = options.flag('descending')
		? (['endkey', 'startkey'] as const)
		: (['startkey', 'endkey'] as const);
	const key = options.json('key');
	const from = key ?? options.json(first, first.replace('key', '_key'));
	const until = key ?? options.json(last, last.replace('key', '_key'));
	return ids.filter(
		(id) =>
			(typeof from !== 'string' || compareIds(id, from) >= 0) &&
			(typeof until !== 'string' || compareIds(id, until) <= 0)
	);
}
