import type { AttachmentStub } from '../document-store.ts';
import { encodeBody, filesNamedIn } from './body-record.ts';
import type { Draft } from './committer.ts';
import { addReference, removeReference } from './file-references.ts';
import { numberKey, type DatabaseRecord } from './tables.ts';

/** What a job writes one database with. */
export interface Pen {
	draft: Draft;
	/** Counted in as it goes; the caller saves it. */
	database: DatabaseRecord;
	/** Whose files the attachments are. */
	company: string;
	nowMs: number;
	/** Whether a file that no body names so far is on disk; only asked inside the transaction. */
	isOnDisk: (sha256: string) => boolean;
	/** Whether one of the documents written so far is a design document. */
	designsChanged: boolean;
}

/** Stores a revision's body under a number of its own, and counts it among those that name its files. */
export function putBody(
	{ draft, database, company }: Pen,
	at: number,
	bodyText: string,
	attachments: Record<string, AttachmentStub> | null
): void {
	const bytes = encodeBody(bodyText, attachments);
	draft.put('bodies', numberKey(database.no, at), bytes);
	database.bytes += bytes.byteLength;
	for (const sha256 of filesNamedIn(bytes)) addReference(draft, { company, sha256 });
}

/** Takes a body away; every body goes this way, so that its files are counted down. */
export function dropBody({ draft, database, company, nowMs }: Pen, at: number): void {
	const key = numberKey(database.no, at);
	const bytes = draft.get('bodies', key);
	if (!bytes) return;
	database.bytes -= bytes.byteLength;
	draft.remove('bodies', key);
	for (const sha256 of filesNamedIn(bytes)) removeReference(draft, { company, sha256 }, nowMs);
}
