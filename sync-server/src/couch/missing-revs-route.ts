import type { FastifyInstance } from 'fastify';
import { readJsonObject, requireJsonContentType } from '../http/body.ts';
import { badRequest, badRevision, tooMany } from '../http/errors.ts';
import { parseRevisionId } from '../store/revision-id.ts';
import type { CouchDeps } from './couch-deps.ts';
import { sendJson } from './send-json.ts';
import { useDatabase } from './use-database.ts';

const MOST_IDS = 10_000;

/** `_missing_revs`, the elder of `_revs_diff`, which older replicators ask. */
export function missingRevsRoute(app: FastifyInstance, deps: CouchDeps): void {
	app.post('/:db/_missing_revs', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		requireJsonContentType(request);
		const asked = new Map<string, string[]>();
		for (const [id, revs] of Object.entries(await readJsonObject(request, deps.bodyLimitBytes))) {
			if (!Array.isArray(revs)) throw badRequest('Revisions must be a list.');
			asked.set(
				id,
				revs.map((rev) => {
					if (typeof rev !== 'string' || !parseRevisionId(rev)) throw badRevision();
					return rev;
				})
			);
		}
		if (asked.size > MOST_IDS) throw tooMany(MOST_IDS, 'document ids');
		const rows = [...(await db.missing(asked))].map(([id, { missing }]) => [id, missing] as const);
		return sendJson(reply, { missing_revs: Object.fromEntries(rows) });
	});
}
