import type { Caller } from '../../access/access-port.ts';
import type { Database } from '../../store/document-store.ts';
import type { JsonObject } from '../../store/json.ts';

/** Who is calling, as functions of design documents see it. */
export function userContextOf(db: Database, { kind, name }: Caller): JsonObject {
	return { db: db.name, name, roles: kind === 'administrator' ? ['_admin'] : [] };
}
