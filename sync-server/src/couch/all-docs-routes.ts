import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isJsonObject, readJsonObject, requireJsonContentType } from '../http/body.ts';
import { badRequest, tooMany } from '../http/errors.ts';
import { Turn } from '../http/turn.ts';
import { compareIds } from '../indexes/collation.ts';
import type {
	AllDocsQuery,
	AllDocsRow,
	Database,
	StoredRevision
} from '../store/document-store.ts';
import type { Json, JsonObject } from '../store/json.ts';
import type { CouchDeps } from './couch-deps.ts';
import { documentJson, type DocumentView } from './document-json.ts';
import { Options, queryError } from './options.ts';
import { inLargePieces, sendJsonPieces } from './send-json.ts';
import { useDatabase } from './use-database.ts';

type List = (query: AllDocsQuery) => Promise<{ total: number; offset: number; rows: AllDocsRow[] }>;

interface Listing {
	db: Database;
	list: List;
	includeDocs: boolean;
	view: DocumentView;
}

const MOST_QUERIES = 100;

/** `_all_docs` and `_design_docs`, by GET and by POST, several at once too; RxDB sends its options in the body. */
export function allDocsRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const lists: Record<string, (db: Database) => List> = {
		_all_docs: (db) => (query) => db.allDocs(query),
		_design_docs: (db) => async (query) => listDesigns(await db.designDocuments(), query)
	};
	for (const [verb, listOf] of Object.entries(lists)) {
		const answer = async (request: FastifyRequest, reply: FastifyReply) => {
			const { db } = await useDatabase(deps, request, 'read');
			const body = await bodyOf(deps, request);
			const pieces = Array.isArray(body['queries'])
				? listAll(db, listOf(db), request, body)
				: listOne(db, listOf(db), new Options(request, requireKeys(body), 'query'));
			return sendJsonPieces(reply, inLargePieces(pieces));
		};
		app.get(`/:db/${verb}`, answer);
		app.post(`/:db/${verb}`, answer);
		app.post(`/:db/${verb}/queries`, async (request, reply) => {
			const { db } = await useDatabase(deps, request, 'read');
			const pieces = listAll(db, listOf(db), request, await bodyOf(deps, request));
			return sendJsonPieces(reply, inLargePieces(pieces));
		});
	}
}

async function bodyOf(deps: CouchDeps, request: FastifyRequest): Promise<JsonObject> {
	if (request.method !== 'POST') return {};
	requireJsonContentType(request);
	return readJsonObject(request, deps.bodyLimitBytes);
}

function requireKeys(body: JsonObject): JsonObject {
	const { keys = [] } = body;
	if (!Array.isArray(keys)) throw badRequest('`keys` body member must be an array.');
	return body;
}

function listOne(db: Database, list: List, options: Options): AsyncGenerator<string> {
	const listing: Listing = {
		db,
		list,
		includeDocs: options.flag('include_docs'),
		view: { conflicts: options.flag('conflicts'), attachments: options.flag('attachments') }
	};
	const keys = options.json('keys');
	if (keys !== undefined && !Array.isArray(keys)) {
		throw badRequest('`keys` parameter must be an array.');
	}
	// One key is no list to CouchDB: it stands before what else is asked for (seen in 3.5).
	if (keys && keys.length > 1 && options.has('key', 'startkey', 'start_key', 'endkey', 'end_key')) {
		throw queryError('`keys` is incompatible with `key`, `start_key` and `end_key`');
	}
	return keys ? byKeys(listing, keys, options) : byRange(listing, options);
}

function listAll(
	db: Database,
	list: List,
	request: FastifyRequest,
	{ queries }: JsonObject
): AsyncGenerator<string> {
	if (!Array.isArray(queries)) throw badRequest('`queries` parameter must be an array.');
	if (queries.length > MOST_QUERIES) throw tooMany(MOST_QUERIES, 'queries');
	const answers = queries.map((query) => {
		if (!isJsonObject(query)) throw badRequest('`queries` must be JSON objects.');
		return listOne(db, list, new Options(request, query));
	});
	return (async function* () {
		yield '{"results":[';
		for (const [i, answer] of answers.entries()) {
			if (i > 0) yield ',';
			yield* answer;
		}
		yield ']}\n';
	})();
}

/** The design documents are few: they are listed whole and cut here. */
function listDesigns(
	designs: readonly AllDocsRow[],
	{ startKey, endKey, inclusiveEnd = true, descending = false, skip = 0, limit }: AllDocsQuery
): Awaited<ReturnType<List>> {
	const ordered = descending ? designs.toReversed() : designs;
	/** Above 0 where an id comes after a key, the way the reader goes. */
	const after = (id: string, key: string) => (descending ? -1 : 1) * compareIds(id, key);
	const from = ordered.findIndex(({ id }) => startKey === undefined || after(id, startKey) >= 0);
	const rest = from < 0 ? [] : ordered.slice(from);
	const within = rest.filter(({ id }) => {
		if (endKey === undefined) return true;
		return inclusiveEnd ? after(id, endKey) <= 0 : after(id, endKey) < 0;
	});
	const offset = Math.min(designs.length, (from < 0 ? designs.length : from) + skip);
	const rows = within.slice(skip, limit === undefined ? undefined : skip + limit);
	return { total: designs.length, offset, rows };
}

/** In the order of the keys; a row for each, also for deleted and unknown ones. */
async function* byKeys(
	listing: Listing,
	keys: readonly Json[],
	options: Options
): AsyncGenerator<string> {
	const skip = options.count('skip') ?? 0;
	const wanted = options.flag('descending') ? keys.toReversed() : keys;
	const picked = wanted.slice(skip, skip + (options.count('limit') ?? wanted.length));
	const { docCount } = await listing.db.info();
	yield `{"total_rows":${docCount},"offset":null,"rows":[`;
	let comma = '';
	const turn = new Turn();
	for (const key of picked) {
		await turn.goOn();
		const winner = typeof key === 'string' && key ? await listing.db.read(key) : null;
		yield comma + JSON.stringify(await rowOf(listing, key, winner));
		comma = ',\n';
	}
	yield ']}\n';
}

async function rowOf(
	listing: Listing,
	key: Json,
	winner: StoredRevision | null
): Promise<JsonObject> {
	if (!winner) return { key, error: 'not_found' };
	const { id, rev, deleted } = winner;
	const row: JsonObject = { id, key, value: deleted ? { rev, deleted } : { rev } };
	if (!listing.includeDocs) return row;
	const doc = deleted ? null : await showDocument(listing, winner);
	return { ...row, doc };
}

async function* byRange(listing: Listing, options: Options): AsyncGenerator<string> {
	const query = rangeQuery(options);
	const { total, offset, rows } = query
		? await listing.list(query)
		: { total: (await listing.db.info()).docCount, offset: 0, rows: [] };
	const seq = options.flag('update_seq')
		? `"update_seq":${JSON.stringify((await listing.db.info()).updateSeq)},`
		: '';
	yield `{"total_rows":${total},"offset":${offset},${seq}"rows":[`;
	let comma = '';
	const turn = new Turn();
	for (const { id, rev } of rows) {
		await turn.goOn();
		const row: JsonObject = { id, key: id, value: { rev } };
		if (listing.includeDocs) {
			const found = await listing.db.read(id, rev);
			row['doc'] = found ? await showDocument(listing, found) : null;
		}
		yield comma + JSON.stringify(row);
		comma = ',\n';
	}
	yield ']}\n';
}

function showDocument({ db, view }: Listing, revision: StoredRevision): Promise<JsonObject> {
	return documentJson(db, revision, view);
}

/** Null when no id can lie in the range. */
function rangeQuery(options: Options): AllDocsQuery | null {
	const descending = options.flag('descending');
	const query: AllDocsQuery = {
		descending,
		skip: options.count('skip') ?? 0,
		inclusiveEnd: options.flag('inclusive_end', true)
	};
	const limit = options.count('limit');
	if (limit !== undefined) query.limit = limit;

	const key = options.json('key');
	if (key !== undefined) {
		return typeof key === 'string' ? { ...query, startKey: key, endKey: key } : null;
	}
	const start = sideOfStrings(options.json('startkey', 'start_key'));
	const end = sideOfStrings(options.json('endkey', 'end_key'));
	// Ids are strings; numbers and the like sort before them, lists and objects after.
	if (start === (descending ? 'before' : 'after') || end === (descending ? 'after' : 'before')) {
		return null;
	}
	if (typeof start === 'object') query.startKey = start.text;
	if (typeof end === 'object') query.endKey = end.text;
	return query;
}

function sideOfStrings(key: Json | undefined): 'before' | 'after' | { text: string } | undefined {
	if (key === undefined) return undefined;
	if (typeof key === 'string') return { text: key };
	return typeof key === 'object' && key !== null ? 'after' : 'before';
}
