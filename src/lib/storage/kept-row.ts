import { canonicalJson } from '@outlay/domain/canonical-json';
import { DOCUMENT_VERSIONS } from '@outlay/domain/documents';
import { documentId } from '@outlay/domain/identifiers';
import type { Kept, Removal } from '@outlay/domain/person';
import { storedOf, unsentRow, type RowState } from './rows.ts';

/**
 * A version that lost a merge with what is here, still to be sent; with a `removal`, one that stays on this device.
 * Its id comes from what it keeps and from where that came (`source`, such as a revision), so that a merge done twice
 * keeps it once.
 */
export async function keptRow(
	here: RowState,
	source: string,
	lost: { fields: string[]; body: Readonly<Record<string, unknown>> },
	nowMs: number,
	removal: Removal | null = null
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
		schema: DOCUMENT_VERSIONS.kept,
		companyId: here.companyId,
		ownerId: here.ownerId,
		createdAt: at,
		updatedAt: at,
		body: { documentId: here.id, fields: lost.fields, lost: { ...lost.body }, keptAt: at, removal }
	};
	return unsentRow(kept, null, nowMs);
}

/** What nobody typed: positions as the device read them, and the line made of them. */
const RECORDED_TYPES: ReadonlySet<string> = new Set(['trace', 'route']);

/**
 * What a person entered and the server never got, of a document that the company has removed: it stays on this device,
 * to be read, entered again or let go. Null where nothing of the kind would be lost.
 */
export async function keptOfRemoved(
	here: RowState,
	removal: string,
	nowMs: number
): Promise<RowState | null> {
	const { base, isOnlyOfferedAgain } = here.unsent;
	if (here._deleted || here.unsentSinceMs === 0 || isOnlyOfferedAgain === true) return null;
	if (RECORDED_TYPES.has(here.type)) return null;
	const document = storedOf(here)?.document;
	if (document === undefined) return null;
	// What lost a merge before is kept as what it was.
	if (document.type === 'kept') {
		const { documentId: id, fields, lost } = document.body;
		return keptRow({ ...here, id }, removal, { fields, body: lost }, nowMs, removalOf(removal));
	}
	const body = document.body as unknown as Record<string, unknown>;
	const fields = Object.keys(body).filter(
		(name) => canonicalJson(body[name]) !== canonicalJson(base?.body[name])
	);
	if (fields.length === 0) return null;
	return keptRow(here, removal, { fields, body }, nowMs, removalOf(removal));
}

/** As the server words it; what it words otherwise counts as the strictest. */
function removalOf(words: string): Removal {
	return words === 'moved' || words === 'retention' ? words : 'erased';
}
