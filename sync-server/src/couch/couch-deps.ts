import type { Access } from '../access/access-port.ts';
import type { DocumentStore } from '../store/document-store.ts';

/** What the CouchDB verbs are built on. */
export interface CouchDeps {
	store: DocumentStore;
	access: Access;
	/** Shown by `GET /`. */
	version: string;
	/** Longest JSON body taken, in bytes; inline attachments (base64) are part of it. */
	bodyLimitBytes: number;
}
