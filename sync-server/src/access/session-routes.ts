import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PROTOCOL_VERSION, type SessionView } from '@outlay/domain/session-view';
import type { Account, Accounts } from '../company/accounts.ts';
import type { Access } from './access-port.ts';
import { readAccountName } from '../company/account-name.ts';
import { databasesOf } from './people-access.ts';
import { needsSecureCookie, sessionCookie, sessionTokenOf } from './session-cookie.ts';
import { ownerOf, type SessionOwner, type Sessions } from './sessions.ts';
import type { SignInDesk } from './sign-in.ts';

export interface SessionParts {
	accounts: Accounts;
	access: Access;
	sessions: Sessions;
	desk: SignInDesk;
	storeUuid: string;
	publicOrigin: string | null;
	sessionLongestMs: number;
}

/** Our own sign-in, which the app uses; CouchDB's clients have `_session`. */
export function registerSessionRoutes(app: FastifyInstance, parts: SessionParts): void {
	app.post('/_outlay/session', async (request, reply) => {
		const { companyCode, workEmail, password } = membersOf(request.body);
		if (!isFilled(companyCode) || !isFilled(workEmail) || !isFilled(password)) {
			return reply.code(400).send({ code: 'sign_in.incomplete' });
		}
		const name = readAccountName(companyCode, workEmail);
		const found = await parts.desk.person(name, password, request.ip);
		if (found.kind === 'later') return tooMany(reply, found.retryAfterS);
		if (found.kind === 'wrong') return reply.code(401).send({ code: 'sign_in.refused' });
		await openSession(request, reply, parts, ownerOf(found.who));
		return viewOf(found.who, parts);
	});

	app.get('/_outlay/session', async (request, reply) => {
		const { companyId, userId } = await parts.access.caller(request);
		const account =
			companyId === undefined || userId === undefined
				? null
				: await parts.accounts.account(companyId, userId);
		if (account === null) return reply.code(401).send({ code: 'session.expired' });
		return viewOf(account, parts);
	});

	app.delete('/_outlay/session', async (request, reply) => {
		await endSession(request, reply, parts);
		return reply.code(204).send();
	});
}

/** A session of one's own at every sign-in: one that was there before ends, so none can be planted. */
export async function openSession(
	request: FastifyRequest,
	reply: FastifyReply,
	parts: SessionParts,
	owner: SessionOwner
): Promise<void> {
	const before = sessionTokenOf(request);
	if (before !== null) await parts.sessions.end(before);
	const token = await parts.sessions.open(owner);
	setCookie(request, reply, parts, token, parts.sessionLongestMs);
}

export async function endSession(
	request: FastifyRequest,
	reply: FastifyReply,
	parts: SessionParts
): Promise<void> {
	const token = sessionTokenOf(request);
	if (token !== null) await parts.sessions.end(token);
	setCookie(request, reply, parts, '', 0);
}

export function tooMany(reply: FastifyReply, retryAfterS: number): FastifyReply {
	return reply
		.code(429)
		.header('retry-after', String(retryAfterS))
		.send({ code: 'sign_in.too_many', retryAfterS });
}

/** Members of a JSON object or form; empty for anything else. */
export function membersOf(body: unknown): Record<string, unknown> {
	return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}

export function isFilled(value: unknown): value is string {
	return typeof value === 'string' && value.trim() !== '';
}

function setCookie(
	request: FastifyRequest,
	reply: FastifyReply,
	parts: SessionParts,
	token: string,
	maxAgeMs: number
): void {
	const isSecure = needsSecureCookie(request, parts.publicOrigin);
	reply.header('set-cookie', sessionCookie(token, maxAgeMs, isSecure));
}

async function viewOf(
	account: Account,
	{ accounts, storeUuid }: SessionParts
): Promise<SessionView> {
	const { companyId, userId, person } = account;
	const company = await accounts.company(companyId);
	return {
		userId,
		companyId,
		companyCode: company?.code ?? companyId,
		name: person.name,
		initials: person.initials,
		roles: person.roles,
		protocolVersion: PROTOCOL_VERSION,
		storeUuid,
		databases: databasesOf(account)
	};
}
