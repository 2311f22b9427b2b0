import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isJsonObject, readJsonObject, requireJsonContentType } from '../../http/body.ts';
import { badRequest, CouchError, notFound, tooMany } from '../../http/errors.ts';
import { FunctionFailed } from '../../design/function-runner.ts';
import type { Database } from '../../store/document-store.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import type { Queries } from '../../store/queries.ts';
import type { CouchDeps } from '../couch-deps.ts';
import { wantedIndexes } from '../find/mango-index.ts';
import { Options } from '../options.ts';
import { inLargePieces, sendJson, sendJsonPieces } from '../send-json.ts';
import { useDatabase } from '../use-database.ts';
import { readDesign, viewDesignOf, type ViewDesign } from './design-document.ts';
import { forward } from './forward.ts';
import { viewAnswer, type ViewReading } from './run-view.ts';
import { viewIndex } from './view-index.ts';
import { parseViewQuery, type ViewQuery } from './view-query.ts';

interface ViewParams {
	db: string;
	design: string;
	view: string;
}

const MOST_QUERIES = 100;

/** Views: queries, their state, and taking out indexes nobody needs. */
export function viewRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const query = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db } = await useDatabase(deps, request, 'read');
		const body = await bodyOf(deps, request);
		if (db.queries.by === 'store') return forward(db.queries, request, reply, bodyIfAny(body));
		requireList(body, 'queries');
		requireList(body, 'keys');
		if (body['queries'] !== undefined) {
			throw badRequest('The `queries` parameter is no longer supported at this endpoint');
		}
		const { design, view } = await findView(db, request.params as ViewParams);
		const parsed = parseViewQuery(new Options(request, body, 'query'), view);
		const pieces = answerOne(deps, db, db.queries, design, view.name, parsed);
		return sendJsonPieces(reply, inLargePieces(pieces));
	};

	const answerAll = async (
		db: Database,
		queries: Queries & { by: 'server' },
		request: FastifyRequest,
		reply: FastifyReply,
		body: JsonObject
	) => {
		const { design, view } = await findView(db, request.params as ViewParams);
		const asked = requireList(body, 'queries');
		if (!asked) throw badRequest('POST body must include `queries` parameter.');
		if (asked.length > MOST_QUERIES) throw tooMany(MOST_QUERIES, 'queries');
		const parsed = asked.map((one) => {
			if (!isJsonObject(one)) throw badRequest('`queries` must be JSON objects.');
			return parseViewQuery(new Options(request, one), view);
		});
		const pieces = async function* (): AsyncGenerator<string> {
			yield '{"results":[';
			for (const [i, one] of parsed.entries()) {
				if (i > 0) yield ',\n';
				yield* answerOne(deps, db, queries, design, view.name, one);
			}
			yield ']}\n';
		};
		return sendJsonPieces(reply, inLargePieces(pieces()));
	};

	app.get('/:db/_design/:design/_view/:view', query);
	app.post('/:db/_design/:design/_view/:view', query);
	app.post('/:db/_design/:design/_view/:view/queries', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		const body = await bodyOf(deps, request);
		if (db.queries.by === 'store') return forward(db.queries, request, reply, body);
		return answerAll(db, db.queries, request, reply, body);
	});

	app.all('/:db/_temp_view', async (request) => {
		await useDatabase(deps, request, 'read');
		throw new CouchError(410, 'gone', 'Temporary views are not supported in CouchDB');
	});

	app.get('/:db/_design/:design/_info', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		if (db.queries.by === 'store') return forward(db.queries, request, reply);
		const { design: name } = request.params as ViewParams;
		const design = viewDesignOf(await readDesign(db, name));
		const { epoch } = await db.info();
		const definition = viewIndex(deps.functions, scopeOf(db, epoch), design);
		const state = await deps.indexes.state(db, db.queries.blocks, definition);
		const { pending } = await db.changes({ since: state.seq, limit: 0 });
		return sendJson(reply, {
			name,
			view_index: {
				updates_pending: { minimum: pending, preferred: pending, total: pending },
				waiting_commit: false,
				waiting_clients: state.readers,
				updater_running: state.isUpdating,
				update_seq: state.seq,
				sizes: { file: state.bytes, external: state.bytes, active: state.bytes },
				signature: design.signature,
				purge_seq: 0,
				language: 'javascript',
				compact_running: false,
				collator_versions: [process.versions.icu ?? '']
			}
		});
	});

	app.post('/:db/_view_cleanup', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'administer');
		requireJsonContentType(request);
		if (db.queries.by === 'store') return forward(db.queries, request, reply, {});
		const wanted = new Set<string>();
		for (const { id } of await db.designDocuments()) {
			const design = await db.read(id);
			if (!design || design.deleted) continue;
			wanted.add(viewDesignOf(design).signature);
			for (const { definition } of wantedIndexes(design)) wanted.add(definition.signature);
		}
		await deps.indexes.cleanUp(db, db.queries.blocks, wanted);
		return sendJson(reply, { ok: true }, 202);
	});
}

async function bodyOf(deps: CouchDeps, request: FastifyRequest): Promise<JsonObject> {
	if (request.method !== 'POST') return {};
	requireJsonContentType(request);
	return readJsonObject(request, deps.bodyLimitBytes);
}

/** Throws where there is one that is no list. */
function requireList(body: JsonObject, name: string): Json[] | undefined {
	const list = body[name];
	if (list === undefined || Array.isArray(list)) return list;
	throw badRequest(`\`${name}\` member must be an array.`);
}

function bodyIfAny(body: JsonObject): JsonObject | undefined {
	return Object.keys(body).length > 0 ? body : undefined;
}

async function findView(db: Database, { design: designName, view: viewName }: ViewParams) {
	const design = viewDesignOf(await readDesign(db, designName));
	const view = design.views.find(({ name }) => name === viewName);
	if (!view) throw notFound('missing_named_view');
	return { design, view };
}

async function* answerOne(
	deps: CouchDeps,
	db: Database,
	{ blocks }: Queries & { by: 'server' },
	design: ViewDesign,
	viewName: string,
	query: ViewQuery
): AsyncGenerator<string> {
	const { epoch } = await db.info();
	const scope = scopeOf(db, epoch);
	const at = design.views.findIndex(({ name }) => name === viewName);
	const view = design.views[at];
	if (!view) throw notFound('missing_named_view');
	const definition = viewIndex(deps.functions, scope, design);
	try {
		const snapshot = await deps.indexes.read(db, blocks, definition, query.update);
		try {
			const root = snapshot.roots[at] ?? null;
			const reading: ViewReading = { db, functions: deps.functions, scope, view, snapshot, root };
			yield* viewAnswer(reading, query);
		} finally {
			snapshot.close();
		}
	} catch (error) {
		throw couchErrorOf(error);
	}
}

/** Functions of different databases never share an engine. */
function scopeOf({ name }: Database, epoch: string): string {
	return `${name} ${epoch}`;
}

/** What CouchDB says when its query server gives up. */
function couchErrorOf(error: unknown): unknown {
	if (!(error instanceof FunctionFailed)) return error;
	const isCompilation = /^(SyntaxError|TypeError|ReferenceError)/.test(error.message);
	return new CouchError(
		500,
		isCompilation ? 'compilation_error' : 'os_process_error',
		error.message
	);
}
