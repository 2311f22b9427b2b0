import type { FastifyRequest } from 'fastify';
import type { Caller, Deed } from '../access/access-port.ts';
import { databaseUnknown, forbidden, unauthorized } from '../http/errors.ts';
import type { Database } from '../store/document-store.ts';
import type { CouchDeps } from './couch-deps.ts';

export interface DatabaseInUse {
	db: Database;
	caller: Caller;
}

export interface DatabaseParams {
	db: string;
}

/**
 * The database a request names, for somebody who may do this to it. An unknown database and one that is not
 * theirs are refused alike: 401 for nobody, 404 for people.
 */
export async function useDatabase(
	deps: CouchDeps,
	request: FastifyRequest,
	deed: Deed
): Promise<DatabaseInUse> {
	const { db: name } = request.params as DatabaseParams;
	const caller = await deps.access.caller(request);
	if (!(await deps.access.mayUse(caller, name, deed))) {
		if (deed !== 'read' && (await deps.access.mayUse(caller, name, 'read'))) {
			const db = await deps.store.open(name);
			if (db) throw forbidden('database.read_only: You may read this database, not change it.');
		}
		throw hidden(caller);
	}
	const db = await deps.store.open(name);
	if (!db) throw hidden(caller);
	return { db, caller };
}

function hidden(caller: Caller): Error {
	return caller.kind === 'anonymous'
		? unauthorized('You are not authorized to access this db.')
		: databaseUnknown();
}

/** Refuses everybody but the server's administrator. */
export async function requireAdministrator(
	deps: CouchDeps,
	request: FastifyRequest,
	database: string
): Promise<void> {
	const caller = await deps.access.caller(request);
	if (await deps.access.mayUse(caller, database, 'administer')) return;
	throw caller.kind === 'anonymous'
		? unauthorized('You are not a server admin.')
		: forbidden('server.administrator_only: You are not a server admin.');
}
