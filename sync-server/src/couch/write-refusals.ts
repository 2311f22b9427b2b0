import type { WriteRefusal } from '../store/document-store.ts';
import type { Refused } from './refused.ts';

export const ERASED = 'document.erased: This document was erased and can not come back.';

/** The store's refusals in CouchDB's words. */
export const REFUSALS: Record<WriteRefusal, Refused> = {
	conflict: { error: 'conflict', reason: 'Document update conflict.', statusCode: 409 },
	not_winning: {
		error: 'forbidden',
		reason: 'revision.not_winning: Only the newest version of a document can be changed.',
		statusCode: 403
	},
	missing_stub: {
		error: 'missing_stub',
		reason: "A pre-existing attachment stub wasn't found",
		statusCode: 412
	},
	erased: { error: 'forbidden', reason: ERASED, statusCode: 403 },
	bad_rev: { error: 'bad_request', reason: 'Invalid rev format', statusCode: 400 },
	// Somebody else writes this document over and over.
	judged_other: { error: 'conflict', reason: 'Document update conflict.', statusCode: 409 }
};

/** As the writer understands it. */
export function refusalFor(code: WriteRefusal, replicated: boolean): Refused {
	// Whoever edits a version that lost is told what every client understands: read again, then edit.
	return code === 'not_winning' && !replicated ? REFUSALS.conflict : REFUSALS[code];
}
