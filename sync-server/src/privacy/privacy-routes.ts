import type { FastifyInstance } from 'fastify';
import type { Access } from '../access/access-port.ts';
import { erasePerson, type ErasureParts } from './erase-person.ts';

/** What the server administrator does for people's privacy; nobody else learns that it is there. */
export function registerPrivacyRoutes(
	app: FastifyInstance,
	{ access, ...parts }: ErasureParts & { access: Access }
): void {
	// In the body: addresses are logged by proxies.
	app.post('/_outlay/erasures', async (request, reply) => {
		const { kind } = await access.caller(request);
		if (kind !== 'administrator') {
			return kind === 'anonymous'
				? reply.code(401).send({ code: 'session.expired' })
				: reply.code(404).send({ error: 'not_found', reason: 'missing' });
		}
		const { company, user } = (request.body ?? {}) as Record<string, unknown>;
		if (
			typeof company !== 'string' ||
			typeof user !== 'string' ||
			!company.trim() ||
			!user.trim()
		) {
			return reply.code(400).send({ code: 'erasure.incomplete' });
		}
		const outcome = await erasePerson(parts, company, user);
		if (!outcome.ok) return reply.code(404).send({ code: outcome.refusal.code });
		const { companyId, userId, documents, databases } = outcome;
		return { companyId, userId, documents, databases };
	});
}
