import { hash } from 'node:crypto';
import type { AttachmentStub, RevisionId } from './document-store.ts';

/** The hash may be empty, as CouchDB has it: replicated histories bring whatever somebody made up. */
const REVISION_ID = /^([1-9]\d{0,8})-([!#-+\--~]{0,128})$/;

/** Generation and hash of a revision id; null when it is not one (CouchDB: "Invalid rev format"). */
export function parseRevisionId(rev: string): { generation: number; hash: string } | null {
	const match = REVISION_ID.exec(rev);
	return match ? { generation: Number(match[1]), hash: match[2] as string } : null;
}

/** Whether a `_revisions` object can be one: a hash per generation, newest first, none before the first. */
export function isRevisions(revisions: { start: number; ids: readonly string[] }): boolean {
	const { start, ids } = revisions;
	return (
		Number.isInteger(start) &&
		ids.length > 0 &&
		start >= ids.length &&
		ids.every((hash, i) => parseRevisionId(`${start - i}-${hash}`) !== null)
	);
}

/**
 * The id of an edit, made of nothing but its content and parent: the same edit sent twice, or made in two
 * places from the same parent, is the same revision (as CouchDB and PouchDB have it).
 */
export function revisionIdOf(edit: {
	parentRev: RevisionId | null;
	deleted: boolean;
	/** The body as JSON. */
	bodyText: string;
	attachments: Record<string, AttachmentStub>;
}): RevisionId {
	const attachments = Object.entries(edit.attachments)
		.map(([name, stub]) => [name, stub.contentType, stub.digest])
		.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
	const parts = [
		JSON.stringify(edit.parentRev),
		JSON.stringify(edit.deleted),
		edit.bodyText,
		JSON.stringify(attachments)
	];
	const digest = hash('md5', `[${parts.join(',')}]`, 'hex');
	const parent = edit.parentRev === null ? null : parseRevisionId(edit.parentRev);
	return `${(parent?.generation ?? 0) + 1}-${digest}`;
}
