/**
 * What the CouchDB verbs ask of access control: who is calling, which database they may use, and which
 * documents they may write. Implemented in this room; the verbs know only this.
 */

import type { FastifyRequest } from 'fastify';
import type { DocumentWrite, StoredRevision } from '../store/document-store.ts';

export interface Caller {
	kind: 'anonymous' | 'person' | 'administrator';
	/** Set for a person. */
	companyId?: string;
	/** Set for a person. */
	userId?: string;
	/** The name `_session` shows; null for nobody. */
	name: string | null;
	/** Aborts when the session or the right behind it ends; open feeds end with it. */
	until?: AbortSignal;
}

/** `read` and `write` its documents; `administer` creates, drops and configures it. */
export type Deed = 'read' | 'write' | 'administer';

/** A CouchDB error row, as `_bulk_docs` lists it: `error` is `forbidden`, `reason` is `<code>: words`. */
export interface WriteDenial {
	error: string;
	reason: string;
}

export interface Access {
	/** Who is calling. Malformed or wrong credentials are nobody (`anonymous`), never an exception. */
	caller(request: FastifyRequest): Promise<Caller>;
	/** Whether they may do this to a database, by name alone: an unknown and a forbidden database answer alike. */
	mayUse(caller: Caller, database: string, deed: Deed): Promise<boolean>;
	/**
	 * Null when the write is allowed, else the refusal of that row. Asked after `mayUse(…, 'write')`.
	 *
	 * @param current the winning revision before the write, a tombstone too; null for an unknown document.
	 */
	judgeWrite(
		caller: Caller,
		database: string,
		write: DocumentWrite,
		current: StoredRevision | null
	): Promise<WriteDenial | null>;
	/**
	 * As `judgeWrite`, before the bytes of one attachment arrive: what they will be is taken to be right, what their
	 * sender says of them (type, length) is judged. `judgeWrite` is asked again once they are there.
	 */
	judgeUpload(
		caller: Caller,
		database: string,
		write: DocumentWrite,
		attachmentName: string,
		current: StoredRevision | null
	): Promise<WriteDenial | null>;
	/** Greatest length of one attachment, in bytes. */
	attachmentLimitBytes(caller: Caller, database: string): number;
}
