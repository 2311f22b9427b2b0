import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { bodyMs } from '../http/body.ts';

const NAME = /^[\w-]{1,36}$/;

/** Gives each answer of a scope the name its client gave the request, or one of ours, and says how long its body took. */
export function nameRequests(scope: FastifyInstance): void {
	scope.addHook('onRequest', (request, reply, next) => {
		const sent = request.headers['x-couch-request-id'];
		const name =
			typeof sent === 'string' && NAME.test(sent)
				? sent
				: randomUUID().replaceAll('-', '').slice(0, 10);
		void reply.header('x-couch-request-id', name);
		next();
	});
	scope.addHook('onSend', (request, reply, payload, next) => {
		void reply.header('x-couchdb-body-time', Math.round(bodyMs(request)));
		next(null, payload);
	});
}
