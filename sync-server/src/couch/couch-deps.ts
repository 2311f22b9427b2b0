import type { Access } from '../access/access-port.ts';
import type { FunctionRunner } from '../design/function-runner.ts';
import type { Indexes } from '../indexes/indexes.ts';
import type { DocumentStore } from '../store/document-store.ts';

/** What the CouchDB verbs are built on. */
export interface CouchDeps {
	store: DocumentStore;
	access: Access;
	/** Shown by `GET /`. */
	version: string;
	/** Longest JSON body taken, in bytes; inline attachments (base64) are part of it. */
	bodyLimitBytes: number;
	/** Runs functions of design documents. */
	functions: FunctionRunner;
	indexes: Indexes;
}
