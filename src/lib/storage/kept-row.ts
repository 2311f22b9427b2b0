import { canonicalJson } from '@outlay/domain/canonical-json';
import { DOCUMENT_SCHEMAS } from '@outlay/domain/documents';
import { documentId } from '@outlay/domain/identifiers';
import type { Kept } from '@outlay/domain/person';
import { unsentRow, type RowState } from './rows.ts';

/**
 * A version that lost a merge with what is here, still to be sent. Its id comes from what it keeps and from where that
 * came (`source`, such as a revision), so that a merge done twice keeps it once.
 */
export async function keptRow(
	here: RowState,
	source: string,
	lost: { fields: string[]; body: Readonly<Record<string, unknown>> },
	nowMs: number
): Promise<RowState> {
	const digest = await crypto.subtle.digest(
		'SHA-256',
		new TextEncoder().encode(canonicalJson([here.id, source, lost.body]))
	);
	const name = [...new Uint8Array(digest, 0, 13)]
		.map((byte) => byte.toString(16).padStart(2, '0'))
		.join('');
	const at = new Date(nowMs).toISOString();
	const kept: Kept = {
		_id: documentId('kept', here.ownerId, name),
		type: 'kept',
		schema: DOCUMENT_SCHEMAS.kept.version,
		companyId: here.companyId,
		ownerId: here.ownerId,
		createdAt: at,
		updatedAt: at,
		body: { documentId: here.id, fields: lost.fields, lost: { ...lost.body }, keptAt: at }
	};
	return unsentRow(kept, null, nowMs);
}
