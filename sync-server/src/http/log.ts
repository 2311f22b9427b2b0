import { createHash } from 'node:crypto';
import pino, { type LevelWithSilent, type Logger } from 'pino';
import type { FastifyRequest } from 'fastify';
import { parseDatabaseName } from '@outlay/domain/addresses';

/** Writes to standard error, so that standard output is for people. No personal data and no secrets. */
export function openLog(level: LevelWithSilent): Logger {
	return pino(
		{
			level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			serializers: {
				err: errorFacts,
				error: errorFacts,
				req: requestFacts,
				res: () => undefined,
				mailbox: databaseMark
			},
			redact: ['*.authorization', '*.cookie', '*.password', 'password']
		},
		pino.destination({ dest: 2, sync: false })
	);
}

/** The route's pattern instead of its address: an address may hold anything. */
function requestFacts(request: FastifyRequest): object {
	const { db } = (request.params ?? {}) as { db?: string };
	const database = db === undefined ? null : databaseMark(db);
	const route = { method: request.method, route: request.routeOptions?.url ?? null };
	return database === null ? route : { ...route, database };
}

/**
 * Names a database in the log: a mailbox by a mark instead of its person's id, the same each time. Null for what is
 * none of ours.
 */
function databaseMark(name: string): string | null {
	const address = parseDatabaseName(name);
	if (address?.kind !== 'mailbox') return address === null ? null : name;
	const mark = createHash('sha256').update(name).digest('hex').slice(0, 12);
	return `mailbox-${address.companyId}-(${mark})`;
}

/** Where it happened. Messages of unknown errors may repeat what somebody wrote, so only coded ones are kept. */
function errorFacts(thrown: unknown): object {
	if (!(thrown instanceof Error)) return { name: typeof thrown };
	const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
	const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
	return {
		name: thrown.name,
		...(code === null ? {} : { code, message: thrown.message }),
		stack: frames.slice(0, 12).map((line) => line.trim()),
		...(thrown.cause === undefined ? {} : { cause: errorFacts(thrown.cause) })
	};
}
