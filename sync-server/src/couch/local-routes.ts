import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readJsonObject } from '../http/body.ts';
import { badRequest, CouchError, notFound } from '../http/errors.ts';
import type { CouchDeps } from './couch-deps.ts';
import { Options } from './options.ts';
import { listLocals, listBody } from './list-locals.ts';
import { locationOf } from './location.ts';
import { parseDocument, requireLocalRevision } from './parse-document.ts';
import { sendJson } from './send-json.ts';
import { useDatabase } from './use-database.ts';
import { writeLocal } from './write-local.ts';

/** `_local` documents: a replicator's checkpoints. They are not replicated and have no history. */
export function localRoutes(app: FastifyInstance, deps: CouchDeps): void {
	app.get('/:db/_local/:local', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		const id = idOf(request);
		const found = await db.readLocal(id);
		if (!found) throw notFound('missing');
		return sendJson(reply, { _id: `_local/${id}`, _rev: found.rev, ...found.body });
	});

	const list = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db } = await useDatabase(deps, request, 'read');
		const body = await listBody(deps, request);
		return sendJson(reply, await listLocals(db, new Options(request, body, 'query')));
	};
	app.get('/:db/_local_docs', list);
	app.post('/:db/_local_docs', list);

	app.put('/:db/_local/:local', async (request, reply) => {
		const use = await useDatabase(deps, request, 'write');
		const id = idOf(request);
		const json = await readJsonObject(request, deps.bodyLimitBytes);
		const sent = parseDocument({ ...json, _id: `_local/${id}` });
		const inAddress = new Options(request).text('rev') ?? request.headers['if-match'];
		if (inAddress !== undefined) sent.rev ??= requireLocalRevision(inAddress.replaceAll('"', ''));
		const row = await writeLocal(use, id, sent);
		if (!row.ok) throw new CouchError(row.statusCode, row.error, row.reason);
		void reply.header('location', locationOf(request, use.db.name, row.id));
		return sendJson(reply, row, sent.deleted ? 200 : 201);
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
	if (local === '') throw badRequest('Invalid _local document id.');
	return local;
}

function noAttachments(): CouchError {
	return badRequest('_local documents do not accept attachments.');
}
