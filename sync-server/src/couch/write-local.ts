import type { JsonObject } from '../store/json.ts';
import type { DatabaseInUse } from './use-database.ts';
import type { WriteRow } from './write-row.ts';

/** Checkpoints are a few hundred bytes; nobody judges what is in them, so people get room for little more. */
const LARGEST_LOCAL_BYTES = 64 * 1024;
const MOST_LOCALS = 1_000;

/**
 * Writes, or removes, a `_local` document, a replicator's checkpoint.
 *
 * @param localId without `_local/`.
 */
export async function writeLocal(
	{ db, caller }: Pick<DatabaseInUse, 'db' | 'caller'>,
	localId: string,
	{ body, deleted, rev }: { body: JsonObject; deleted: boolean; rev: string | null }
): Promise<WriteRow> {
	const id = `_local/${localId}`;
	if (deleted) {
		if (await db.removeLocal(localId)) return { ok: true, id, rev: '0-0' };
		return { ok: false, id, error: 'not_found', reason: 'missing', statusCode: 404 };
	}
	const before = rev ?? undefined;
	if (caller.kind !== 'person') {
		return { ok: true, id, rev: await db.writeLocal(localId, body, { before }) };
	}
	if (Buffer.byteLength(JSON.stringify(body)) > LARGEST_LOCAL_BYTES) {
		const reason = `local.too_large: A local document may have at most ${LARGEST_LOCAL_BYTES} bytes.`;
		return { ok: false, id, error: 'too_large', reason, statusCode: 413 };
	}
	const written = await db.writeLocal(localId, body, { before, most: MOST_LOCALS });
	if (written !== null) return { ok: true, id, rev: written };
	const reason = `local.too_many: There may be at most ${MOST_LOCALS} local documents.`;
	return { ok: false, id, error: 'forbidden', reason, statusCode: 403 };
}
