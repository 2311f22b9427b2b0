import type { FastifyInstance } from 'fastify';
import { notImplemented } from '../http/errors.ts';
import type { CouchDeps } from './couch-deps.ts';
import { useDatabase } from './use-database.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
const OF_A_DATABASE = ['_design_docs', '_all_docs/queries'] as const;

/** CouchDB verbs we know and don't have yet: who may ask is told so, others as if there were nothing. */
export function notYetRoutes(app: FastifyInstance, deps: CouchDeps): void {
	for (const verb of OF_A_DATABASE) {
		app.route({
			method: [...METHODS],
			url: `/:db/${verb}`,
			handler: async (request) => {
				await useDatabase(deps, request, 'read');
				throw notImplemented(verb);
			}
		});
	}
}
