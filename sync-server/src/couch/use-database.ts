import type { FastifyRequest } from 'fastify';
import type { Caller, Deed } from '../access/access-port.ts';
import { databaseUnknown, forbidden, unauthorized } from '../http/errors.ts';
import { isJsonObject } from '../http/body.ts';
import type { Database } from '../store/document-store.ts';
import type { JsonObject } from '../store/json.ts';
import type { CouchDeps } from './couch-deps.ts';

export interface DatabaseInUse {
	db: Database;
	caller: Caller;
	/** Whether the caller still may do it: asked again by what goes on for long. */
	mayGoOn: () => Promise<boolean>;
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
	return databaseFor(deps, await deps.access.caller(request), name, deed);
}

/** As `useDatabase`, where the address names the database in another way. */
export async function databaseFor(
	deps: CouchDeps,
	caller: Caller,
	name: string,
	deed: Deed
): Promise<DatabaseInUse> {
	if (!(await deps.access.mayUse(caller, name, deed))) {
		if (deed !== 'read' && (await deps.access.mayUse(caller, name, 'read'))) {
			const db = await deps.store.open(name);
			if (db) throw forbidden('database.read_only: You may read this database, not change it.');
		}
		throw hidden(caller);
	}
	const db = await deps.store.open(name);
	if (!db) throw hidden(caller);
	if (caller.kind === 'person' && !isMember(await db.readSecurity(), caller)) throw hidden(caller);
	const mayGoOn = async () =>
		caller.kind !== 'person' ||
		((await deps.access.mayUse(caller, name, deed)) && isMember(await db.readSecurity(), caller));
	return { db, caller, mayGoOn };
}

/**
 * Whether `_security` leaves somebody in, who may use the database by its name. It only ever takes away: without
 * members, and with CouchDB's own default of administrators alone, everybody stays who may.
 */
function isMember({ members }: JsonObject, { name }: Caller): boolean {
	const { names, roles } = isJsonObject(members) ? members : {};
	const named = Array.isArray(names) ? names : [];
	const ofRole = (Array.isArray(roles) ? roles : []).filter((role) => role !== '_admin');
	if (named.length === 0 && ofRole.length === 0) return true;
	// People have no roles of CouchDB's kind.
	return name !== null && named.includes(name);
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
