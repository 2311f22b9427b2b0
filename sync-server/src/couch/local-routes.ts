import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readJsonObject } from '../http/body.ts';
import { badRequest, CouchError, illegalId, notFound } from '../http/errors.ts';
import type { CouchDeps } from './couch-deps.ts';
import { Options } from './options.ts';
import { parseDocument } from './parse-document.ts';
import { sendJson } from './send-json.ts';
import { useDatabase } from './use-database.ts';
import { writeLocal } from './write-local.ts';

const MOST_LISTED = 10_000;

/** `_local` documents: a replicator's checkpoints. They are not replicated and have no history. */
export function localRoutes(app: FastifyInstance, deps: CouchDeps): void {
	app.get('/:db/_local/:local', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		const id = idOf(request);
		const found = await db.readLocal(id);
		if (!found) throw notFound('missing');
		return sendJson(reply, { _id: `_local/${id}`, _rev: found.rev, ...found.body });
	});

	app.get('/:db/_local_docs', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		const limit = new Options(request).count('limit') ?? MOST_LISTED;
		const rows = [];
		for (const id of await db.localIds(Math.min(limit, MOST_LISTED))) {
			const found = await db.readLocal(id);
			if (found) rows.push({ id: `_local/${id}`, key: `_local/${id}`, value: { rev: found.rev } });
		}
		return sendJson(reply, { total_rows: null, offset: null, rows });
	});

	app.put('/:db/_local/:local', async (request, reply) => {
		const use = await useDatabase(deps, request, 'write');
		const id = idOf(request);
		const json = await readJsonObject(request, deps.bodyLimitBytes);
		const sent = parseDocument({ ...json, _id: `_local/${id}` });
		const row = await writeLocal(use, id, sent);
		if (!row.ok) throw new CouchError(row.statusCode, row.error, row.reason);
		return sendJson(reply, row, 201);
	});

	app.delete('/:db/_local/:local', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'write');
		const id = idOf(request);
		if (!(await db.removeLocal(id))) throw notFound('missing');
		return sendJson(reply, { ok: true, id: `_local/${id}`, rev: '0-0' });
	});

	app.route({
		method: ['GET', 'PUT', 'DELETE'],
		url: '/:db/_local/:local/*',
		handler: async (request) => {
			await useDatabase(deps, request, 'read');
			throw noAttachments();
		}
	});
}

function idOf(request: FastifyRequest): string {
	const { local } = request.params as { local: string };
	if (local === '') throw illegalId('Illegal document id `_local/`');
	return local;
}

function noAttachments(): CouchError {
	return badRequest('_local documents do not accept attachments.');
}
