import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { CouchDeps } from './couch-deps.ts';
import { Options } from './options.ts';
import { sendJson } from './send-json.ts';

const MOST_UUIDS = 1_000;

/** `GET /`, `/_up`, `/_uuids`: open to everybody, also to those whose credentials are broken. */
export function welcomeRoutes(app: FastifyInstance, deps: CouchDeps): void {
	app.get('/', (_request, reply) =>
		sendJson(reply, {
			couchdb: 'Welcome',
			version: deps.version,
			// PouchDB makes its replication ids of it: another uuid loses every checkpoint.
			uuid: deps.store.uuid,
			features: [],
			vendor: { name: 'Outlay' }
		})
	);

	app.get('/_up', (_request, reply) => sendJson(reply, { status: 'ok', seeds: {} }));

	app.get('/_uuids', (request, reply) => {
		const count = Math.min(new Options(request).count('count') ?? 1, MOST_UUIDS);
		const uuids = Array.from({ length: count }, () => randomUUID().replaceAll('-', ''));
		return sendJson(reply.header('pragma', 'no-cache'), { uuids });
	});
}
