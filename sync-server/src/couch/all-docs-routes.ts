import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readJsonObject, requireJsonContentType } from '../http/body.ts';
import { badRequest } from '../http/errors.ts';
import { Turn } from '../http/turn.ts';
import type {
	AllDocsQuery,
	Database,
	Json,
	JsonObject,
	StoredRevision
} from '../store/document-store.ts';
import type { CouchDeps } from './couch-deps.ts';
import { documentJson, type DocumentView } from './document-json.ts';
import { Options, queryError } from './options.ts';
import { inLargePieces, sendJsonPieces } from './send-json.ts';
import { useDatabase } from './use-database.ts';

interface Listing {
	db: Database;
	includeDocs: boolean;
	view: DocumentView;
}

/** `_all_docs`, by GET and by POST; RxDB sends its options in the body. */
export function allDocsRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const answer = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db } = await useDatabase(deps, request, 'read');
		let body: JsonObject = {};
		if (request.method === 'POST') {
			requireJsonContentType(request);
			body = await readJsonObject(request, deps.bodyLimitBytes);
		}
		const options = new Options(request, body);
		const listing: Listing = {
			db,
			includeDocs: options.flag('include_docs'),
			view: { conflicts: options.flag('conflicts'), attachments: options.flag('attachments') }
		};
		const keys = options.json('keys');
		if (keys !== undefined && !Array.isArray(keys)) {
			throw badRequest('`keys` parameter must be an array.');
		}
		if (keys && options.has('key', 'startkey', 'start_key', 'endkey', 'end_key')) {
			throw queryError('`keys` is incompatible with `key`, `start_key` and `end_key`');
		}
		const pieces = keys ? byKeys(listing, keys, options) : byRange(listing, options);
		return sendJsonPieces(reply, inLargePieces(pieces));
	};

	app.get('/:db/_all_docs', answer);
	app.post('/:db/_all_docs', answer);
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
		? await listing.db.allDocs(query)
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
