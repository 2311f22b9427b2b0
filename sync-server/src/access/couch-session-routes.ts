import type { FastifyInstance, FastifyReply } from 'fastify';
import {
	endSession,
	isFilled,
	membersOf,
	openSession,
	tooMany,
	type SessionParts
} from './session-routes.ts';
import type { Caller } from './access-port.ts';
import { ownerOf } from './sessions.ts';

/** CouchDB's `_session`: https://docs.couchdb.org/en/stable/api/server/authn.html */
export function registerCouchSessionRoutes(app: FastifyInstance, parts: SessionParts): void {
	app.get('/_session', async (request) => {
		const caller = await parts.access.caller(request);
		const authenticated = request.headers.authorization === undefined ? 'cookie' : 'default';
		return {
			ok: true,
			userCtx: { name: caller.name, roles: rolesOf(caller) },
			info: {
				authentication_handlers: ['cookie', 'default'],
				...(caller.kind === 'anonymous' ? {} : { authenticated })
			}
		};
	});

	app.post('/_session', async (request, reply) => {
		const members = membersOf(request.body);
		const name = members['name'] ?? members['username'];
		const { password } = members;
		if (!isFilled(name) || !isFilled(password)) {
			return reply.code(400).send({
				error: 'bad_request',
				reason: 'request body must contain a username and password'
			});
		}
		const found = await parts.desk.named({ name, password }, request.ip);
		if (found.kind === 'later') return tooMany(reply, found.retryAfterS);
		if (found.kind === 'wrong') return wrong(reply);
		const { who } = found;
		if (who.kind === 'administrator') {
			await openSession(request, reply, parts, who);
			return { ok: true, name: who.name, roles: ['_admin'] };
		}
		const { companyId, person } = who.account;
		await openSession(request, reply, parts, ownerOf(who.account));
		return { ok: true, name: `${companyId}/${person.workEmail}`, roles: [] };
	});

	app.delete('/_session', async (request, reply) => {
		await endSession(request, reply, parts);
		return { ok: true };
	});
}

function wrong(reply: FastifyReply): FastifyReply {
	return reply.code(401).send({ error: 'unauthorized', reason: 'Name or password is incorrect.' });
}

function rolesOf(caller: Caller): string[] {
	return caller.kind === 'administrator' ? ['_admin'] : [];
}
