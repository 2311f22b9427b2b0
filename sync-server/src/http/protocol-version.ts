import type { FastifyInstance } from 'fastify';
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '@outlay/domain/session-view';

/**
 * Names the version in every answer, and refuses requests of an app that speaks another one before anything of them is
 * read. CouchDB's clients name none and are let through.
 */
export function registerProtocolVersion(app: FastifyInstance): void {
	app.addHook('onRequest', (request, reply, done) => {
		// On the raw answer, as streamed ones have no other.
		reply.raw.setHeader(PROTOCOL_HEADER, String(PROTOCOL_VERSION));
		const spoken = request.headers[PROTOCOL_HEADER];
		if (spoken === undefined || spoken === String(PROTOCOL_VERSION)) done();
		else void reply.code(426).send({ code: 'protocol.other_version' });
	});
}
