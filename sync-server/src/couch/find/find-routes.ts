import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isJsonObject, readJsonObject, requireJsonContentType } from '../../http/body.ts';
import { badRequest, conflict, CouchError, notFound } from '../../http/errors.ts';
import type { Json, JsonObject } from '../../store/json.ts';
import type { CouchDeps } from '../couch-deps.ts';
import { requireModestSelector } from '../modest-selector.ts';
import { parseDocument } from '../parse-document.ts';
import { inLargePieces, sendJson, sendJsonPieces } from '../send-json.ts';
import { useDatabase, type DatabaseInUse } from '../use-database.ts';
import { forward } from '../views/forward.ts';
import { writeDocuments } from '../write-documents.ts';
import { chooseIndex } from './choose-index.ts';
import { explanation } from './explain.ts';
import { parseFields, parseFindRequest } from './find-request.ts';
import { indexJson, mangoIndexesOf, wantedIndexes, type IndexField } from './mango-index.ts';
import { findAnswer } from './run-find.ts';
import { compileSelector } from './selector.ts';

/** Mango: `_find`, `_explain` and `_index`. */
export function findRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const asked = async (request: FastifyRequest) => {
		const use = await useDatabase(deps, request, 'read');
		requireJsonContentType(request);
		const body = await readJsonObject(request, deps.bodyLimitBytes);
		requireModestSelector(body['selector'], use.caller);
		return { ...use, body };
	};

	app.post('/:db/_find', async (request, reply) => {
		const { db, body } = await asked(request);
		const { queries } = db;
		if (queries.by === 'store') return forward(queries, request, reply, body);
		const find = parseFindRequest(body);
		const chosen = chooseIndex(find, await mangoIndexesOf(db));
		const pieces = async function* (): AsyncGenerator<string> {
			const snapshot =
				chosen.index &&
				(await deps.indexes.read(db, queries.blocks, chosen.index.definition, find.update));
			try {
				yield* findAnswer(db, find, chosen, snapshot);
			} finally {
				snapshot?.close();
			}
		};
		return sendJsonPieces(reply, inLargePieces(pieces()));
	});

	app.post('/:db/_explain', async (request, reply) => {
		const { db, body } = await asked(request);
		if (db.queries.by === 'store') return forward(db.queries, request, reply, body);
		const find = parseFindRequest(body);
		const indexes = await mangoIndexesOf(db);
		return sendJson(reply, explanation(db.name, body, find, chooseIndex(find, indexes)));
	});

	app.get('/:db/_index', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		if (db.queries.by === 'store') return forward(db.queries, request, reply);
		const indexes = (await mangoIndexesOf(db)).map(indexJson);
		return sendJson(reply, {
			total_rows: indexes.length + 1,
			indexes: [indexJson(null), ...indexes]
		});
	});

	app.post('/:db/_index', async (request, reply) => {
		const use = await useDatabase(deps, request, 'administer');
		requireJsonContentType(request);
		const body = await readJsonObject(request, deps.bodyLimitBytes);
		if (use.db.queries.by === 'store') return forward(use.db.queries, request, reply, body);
		return sendJson(reply, await createIndex(deps, use, body));
	});

	const remove = async (request: FastifyRequest, reply: FastifyReply) => {
		const use = await useDatabase(deps, request, 'administer');
		if (use.db.queries.by === 'store') return forward(use.db.queries, request, reply);
		const { design, name } = request.params as { design: string; name: string };
		await removeIndex(deps, use, design, name);
		return sendJson(reply, { ok: true });
	};
	app.delete('/:db/_index/:design/json/:name', remove);
	app.delete('/:db/_index/_design/:design/json/:name', remove);

	app.post('/:db/_index/_bulk_delete', async (request, reply) => {
		const use = await useDatabase(deps, request, 'administer');
		requireJsonContentType(request);
		const body = await readJsonObject(request, deps.bodyLimitBytes);
		if (use.db.queries.by === 'store') return forward(use.db.queries, request, reply, body);
		const { docids } = body;
		if (!Array.isArray(docids)) throw badRequest('`docids` must be an array.');
		const success: JsonObject[] = [];
		const fail: JsonObject[] = [];
		for (const docid of docids) {
			const id = designIdOf(docid);
			const design = await use.db.read(id);
			if (!design || design.deleted) fail.push({ id, error: 'not_found', reason: 'missing' });
			else {
				await saveDesign(deps, use, { _id: id, _rev: design.rev, _deleted: true });
				success.push({ id, ok: true });
			}
		}
		return sendJson(reply, { success, fail });
	});
}

async function createIndex(
	deps: CouchDeps,
	use: DatabaseInUse,
	body: JsonObject
): Promise<JsonObject> {
	const { index, type = 'json' } = body;
	if (type !== 'json') {
		throw new CouchError(
			type === 'text' ? 503 : 400,
			type === 'text' ? 'required_index_service_not_available' : 'invalid_index_type',
			`Indexes of the type ${JSON.stringify(type)} are not available on this server.`
		);
	}
	if (!isJsonObject(index) || index['fields'] === undefined) {
		throw new CouchError(400, 'missing_required_key', 'Missing required key: fields');
	}
	const fields = parseFields(index['fields'], 'invalid_index_fields_definition', 'Index fields');
	if (fields.length === 0 || new Set(fields.map(({ field }) => field)).size < fields.length) {
		throw new CouchError(
			400,
			'invalid_index_fields_definition',
			'An index has at least one field, and each field once.'
		);
	}
	const filter = index['partial_filter_selector'] ?? body['partial_filter_selector'];
	const partial = filter === undefined ? {} : compileSelector(filter).normal;
	const view = viewOf(fields, partial, index);
	const givenName = nameOf(body, 'name');
	// The same fields under another name are another index.
	const hash = createHash('sha1')
		.update(JSON.stringify([view, givenName]))
		.digest('hex');
	const name = givenName ?? hash;
	const id = designIdOf(nameOf(body, 'ddoc') ?? hash);

	const design = await use.db.read(id);
	const before = design && !design.deleted ? design : null;
	if (before && before.body['language'] !== 'query') {
		throw new CouchError(
			400,
			'invalid_design_doc',
			`${id} is no design document of indexes: its language is not "query".`
		);
	}
	const views = before && isJsonObject(before.body['views']) ? before.body['views'] : {};
	const kept = Object.entries(views).find(([there]) => there === name)?.[1];
	if (kept && JSON.stringify(kept) === JSON.stringify(view)) return { result: 'exists', id, name };
	await saveDesign(deps, use, {
		_id: id,
		...(before ? { _rev: before.rev } : {}),
		...(before?.body ?? {}),
		language: 'query',
		views: Object.fromEntries([...Object.entries(views).filter(([n]) => n !== name), [name, view]])
	});
	return { result: 'created', id, name };
}

/** An index as CouchDB keeps it among the views of a design document. */
function viewOf(
	fields: readonly IndexField[],
	partial: JsonObject,
	{ fields: asked = [] }: JsonObject
): JsonObject {
	return {
		map: {
			fields: Object.fromEntries(fields.map(({ field, direction }) => [field, direction])),
			partial_filter_selector: partial
		},
		reduce: '_count',
		options: { def: { fields: asked } }
	};
}

async function removeIndex(
	deps: CouchDeps,
	use: DatabaseInUse,
	designName: string,
	name: string
): Promise<void> {
	const id = designIdOf(designName);
	const design = await use.db.read(id);
	if (!design || design.deleted) throw notFound('missing');
	if (!wantedIndexes(design).some((index) => index.name === name)) throw notFound('missing');
	const views = isJsonObject(design.body['views']) ? Object.entries(design.body['views']) : [];
	const left = views.filter(([there]) => there !== name);
	const next: JsonObject =
		left.length === 0 ? { _deleted: true } : { ...design.body, views: Object.fromEntries(left) };
	await saveDesign(deps, use, { _id: id, _rev: design.rev, ...next });
}

async function saveDesign(deps: CouchDeps, use: DatabaseInUse, json: JsonObject): Promise<void> {
	const [row] = await writeDocuments(deps, use, [parseDocument(json)], false);
	if (row && !row.ok) {
		throw row.error === 'conflict'
			? conflict()
			: new CouchError(row.statusCode, row.error, row.reason);
	}
}

function nameOf(body: JsonObject, member: string): string | undefined {
	const value = body[member];
	if (value === undefined) return undefined;
	if (typeof value === 'string' && value !== '') return value;
	throw new CouchError(400, 'invalid_index_name', `Invalid ${member}: ${JSON.stringify(value)}`);
}

function designIdOf(name: Json): string {
	if (typeof name !== 'string' || name === '') throw badRequest('A design document has a name.');
	return name.startsWith('_design/') ? name : `_design/${name}`;
}
