import type { FastifyInstance } from 'fastify';
import { PROTOCOL_VERSION } from '@outlay/domain/session-view';

/** What the app tells us from a captive portal by; open to everybody. */
export function registerHealthRoute(app: FastifyInstance, storeUuid: string): void {
	app.get('/_outlay/health', (_request, reply) =>
		reply.send({ product: 'outlay', protocolVersion: PROTOCOL_VERSION, storeUuid })
	);
}
