import type { FastifyInstance } from 'fastify';
import { CouchError } from '../http/errors.ts';
import type { CouchDeps } from './couch-deps.ts';
import { useDatabase } from './use-database.ts';

const METHODS = ['DELETE', 'GET', 'POST', 'PUT'] as const;

/**
 * Notes which methods each address is given from here on. The answer, called when all have theirs, has the others
 * refused as CouchDB does: 405 with the ones there are.
 */
export function collectMethods(scope: FastifyInstance, deps: CouchDeps): () => void {
	const methodsOf = new Map<string, Set<string>>();
	scope.addHook('onRoute', ({ url, method }) => {
		const methods = methodsOf.get(url) ?? new Set();
		for (const one of Array.isArray(method) ? method : [method]) methods.add(one);
		methodsOf.set(url, methods);
	});
	return () => {
		for (const [url, methods] of [...methodsOf]) {
			const others = METHODS.filter((method) => !methods.has(method));
			if (others.length === 0) continue;
			const allowed = [...methods].sort().join(',');
			scope.route({
				method: others,
				url,
				handler: async (request, reply) => {
					// Whoever may not know of a database learns nothing of it.
					if (url.startsWith('/:db')) await useDatabase(deps, request, 'read');
					void reply.header('allow', allowed);
					throw new CouchError(405, 'method_not_allowed', `Only ${allowed} allowed`);
				}
			});
		}
	};
}
