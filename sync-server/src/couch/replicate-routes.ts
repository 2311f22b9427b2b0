import type { FastifyInstance } from 'fastify';
import { readJsonObject, requireJsonContentType } from '../http/body.ts';
import type { CouchDeps } from './couch-deps.ts';
import { untilGone } from './open-feed.ts';
import { Replicator } from './replicator/replicator.ts';
import { sendJson } from './send-json.ts';
import { requireAdministrator } from './use-database.ts';

/** `_replicate`, for the server administrator: it reaches out from here, with whatever credentials it is given. */
export function replicateRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const replicator = new Replicator({
		tasks: deps.tasks,
		serverUuid: deps.store.uuid,
		ownServer: deps.ownServer ?? (() => null),
		onFailure: (error) => app.log.warn({ err: error }, 'a replication failed; it is tried again'),
		now: Date.now
	});
	// Before answers are waited for: some are replications under way.
	app.addHook('preClose', () => replicator.close());

	app.post('/_replicate', async (request, reply) => {
		await requireAdministrator(deps, request, '_replicate');
		requireJsonContentType(request);
		const asked = await readJsonObject(request, deps.bodyLimitBytes);
		const { name } = await deps.access.caller(request);
		const { statusCode, body } = await replicator.answer(asked, name, untilGone(reply));
		return sendJson(reply, body, statusCode);
	});
}
