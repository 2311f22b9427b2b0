import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readJson, readJsonObject, requireJsonContentType } from '../http/body.ts';
import { badRequest, badRevision, tooMany } from '../http/errors.ts';
import type { Json } from '../store/json.ts';
import { parseRevisionId } from '../store/revision-id.ts';
import { DatabaseDropped } from '../store/store-errors.ts';
import type { CouchDeps } from './couch-deps.ts';
import { sendJson } from './send-json.ts';
import { requireAdministrator, useDatabase, type DatabaseParams } from './use-database.ts';

/** Documents one purge may name. */
const MOST_PURGED = 10_000;

/** What keeps a database small, for the server administrator: `_compact`, `_purge`, `_revs_limit`. */
export function maintenanceRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const administered = async (request: FastifyRequest) => {
		await requireAdministrator(deps, request, (request.params as DatabaseParams).db);
		return useDatabase(deps, request, 'administer');
	};
	const running = new Set<Promise<void>>();
	// The store is closed next.
	app.addHook('onClose', async () => {
		await Promise.all(running);
	});

	app.post('/:db/_compact', async (request, reply) => {
		const { db } = await administered(request);
		requireJsonContentType(request);
		const names = deps.compacting;
		if (!names.has(db.name)) {
			names.add(db.name);
			const task = deps.tasks.begin({ type: 'database_compaction', database: db.name });
			const run = db
				.compact()
				.catch((error: unknown) => {
					if (error instanceof DatabaseDropped) return;
					request.log.error({ err: error }, 'a database could not be compacted');
				})
				.finally(() => {
					names.delete(db.name);
					task.end();
					running.delete(run);
				});
			running.add(run);
		}
		return sendJson(reply, { ok: true }, 202);
	});

	app.get('/:db/_revs_limit', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		return sendJson(reply, await db.readRevsLimit());
	});
	app.put('/:db/_revs_limit', async (request, reply) => {
		const { db } = await administered(request);
		const limit = await readJson(request, deps.bodyLimitBytes);
		if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1) {
			throw badRequest('`_revs_limit` must be a positive integer.');
		}
		await db.writeRevsLimit(limit);
		return sendJson(reply, { ok: true });
	});

	app.post('/:db/_purge', async (request, reply) => {
		const { db } = await administered(request);
		requireJsonContentType(request);
		const asked = Object.entries(await readJsonObject(request, deps.bodyLimitBytes));
		if (asked.length > MOST_PURGED) throw tooMany(MOST_PURGED, 'document ids');
		const { purged } = await db.purge(new Map(asked.map(([id, revs]) => [id, revisionsOf(revs)])));
		const shown = Object.fromEntries([...purged].map(([id, revs]): [string, Json] => [id, revs]));
		// A cluster has no one number, so CouchDB 3 answers none.
		return sendJson(reply, { purge_seq: null, purged: shown }, 201);
	});
}

function revisionsOf(revs: Json): string[] {
	if (!Array.isArray(revs)) throw badRequest('Revisions must be a list.');
	return revs.map((rev) => {
		if (typeof rev !== 'string' || !parseRevisionId(rev)) throw badRevision();
		return rev;
	});
}
