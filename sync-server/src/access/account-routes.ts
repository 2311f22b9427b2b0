import type { FastifyInstance } from 'fastify';
import { readAccountName } from '../company/account-name.ts';
import type { Accounts } from '../company/accounts.ts';
import { endSessions } from '../company/end-sessions.ts';
import type { Registry } from '../company/registry.ts';
import type { Access } from './access-port.ts';
import { isFilled, membersOf } from './session-routes.ts';

export interface AccountParts {
	access: Access;
	accounts: Accounts;
	registry: Registry;
	/** The clock in milliseconds. */
	now: () => number;
}

/** What the server administrator does with people's accounts; nobody else learns that it is there. */
export function registerAccountRoutes(
	app: FastifyInstance,
	{ access, accounts, registry, now }: AccountParts
): void {
	// In the body: addresses are logged by proxies.
	app.post('/_outlay/accounts', async (request, reply) => {
		const { kind } = await access.caller(request);
		if (kind !== 'administrator') {
			return kind === 'anonymous'
				? reply.code(401).send({ code: 'session.expired' })
				: reply.code(404).send({ error: 'not_found', reason: 'missing' });
		}
		const { company, user, isDisabled } = membersOf(request.body);
		if (!isFilled(company) || !isFilled(user) || typeof isDisabled !== 'boolean') {
			return reply.code(400).send({ code: 'account.incomplete' });
		}
		const companyId = await accounts.companyIdOf(company.trim().toLowerCase());
		if (companyId === null) return reply.code(404).send({ code: 'company.unknown' });
		const userId = await userIdOf(accounts, companyId, user);
		const since = isDisabled ? new Date(now()).toISOString() : null;
		const account = userId && (await accounts.setDisabled(companyId, userId, since));
		if (!account) return reply.code(404).send({ code: 'person.unknown' });
		// Otherwise they would go on when the account is opened again.
		if (isDisabled) await endSessions(registry, companyId, account.userId);
		return { companyId, userId, disabledAt: account.disabledAt ?? null };
	});
}

async function userIdOf(
	accounts: Accounts,
	companyId: string,
	user: string
): Promise<string | null> {
	if (!user.includes('@')) return user.trim().toLowerCase();
	const name = readAccountName(companyId, user);
	return name === null ? null : ((await accounts.named(name))?.userId ?? null);
}
