/** Documents as CouchDB shows them. */

import type {
	AttachmentStub,
	Database,
	RevisionText,
	StoredRevision
} from '../store/document-store.ts';
import type { JsonObject, Json } from '../store/json.ts';
import { parseSequence } from '../store/sequence.ts';

export interface DocumentView {
	/** Adds `_revisions`. */
	revs?: boolean;
	/** Adds `_revs_info`. */
	revsInfo?: boolean;
	/** Adds `_conflicts`. */
	conflicts?: boolean;
	/** Adds `_deleted_conflicts`. */
	deletedConflicts?: boolean;
	/** Adds `_local_seq`: where the document stands in the changes of the database, a number. */
	localSeq?: boolean;
	/** Attachments with their bytes as base64, or said to follow; otherwise stubs. */
	attachments?: boolean | 'follow';
	/** With `attachments`: only of those newer than these revisions. */
	attsSince?: readonly string[];
}

/** One revision as a JSON document. */
export async function documentJson(
	db: Database,
	revision: StoredRevision,
	view: DocumentView = {}
): Promise<JsonObject> {
	const special: [string, Json][] = [
		['_id', revision.id],
		['_rev', revision.rev]
	];
	const after: [string, Json][] = [];
	if (revision.deleted) after.push(['_deleted', true]);
	if (view.revs) after.push(['_revisions', { ...revision.revisions }]);
	if (view.revsInfo) {
		const history = await db.history(revision.id, revision.rev);
		after.push(['_revs_info', history.map(({ rev, status }) => ({ rev, status }))]);
	}
	if (view.conflicts || view.deletedConflicts)
		after.push(...(await conflictsOf(db, revision, view)));
	if (view.localSeq) {
		const { rows } = await db.changes({ since: '0', ids: new Set([revision.id]) });
		const { n } = parseSequence(rows[0]?.seq ?? '') ?? { n: null };
		after.push(['_local_seq', n]);
	}
	const attachments = Object.entries(revision.attachments);
	if (attachments.length > 0) {
		const shown: [string, Json][] = [];
		for (const [name, stub] of attachments) {
			shown.push([name, await attachmentJson(db, stub, revision, view)]);
		}
		after.push(['_attachments', Object.fromEntries(shown)]);
	}
	// From entries, because assigning a member called __proto__ would do something else.
	return Object.fromEntries([...special, ...Object.entries(revision.body), ...after]);
}

/** What `documentJson` gives of such a revision, as text: its body is not taken apart and put together again. */
export function documentText({ id, rev, deleted, bodyText }: RevisionText): string {
	const members = bodyText.slice(1, -1);
	return (
		`{"_id":${JSON.stringify(id)},"_rev":${JSON.stringify(rev)}` +
		`${members === '' ? '' : `,${members}`}${deleted ? ',"_deleted":true' : ''}}`
	);
}

async function conflictsOf(
	db: Database,
	revision: StoredRevision,
	view: DocumentView
): Promise<[string, Json][]> {
	const others = (await db.leaves(revision.id)).filter((leaf) => leaf.rev !== revision.rev);
	const living = others.filter((leaf) => !leaf.deleted).map((leaf) => leaf.rev);
	const dead = others.filter((leaf) => leaf.deleted).map((leaf) => leaf.rev);
	const members: [string, Json][] = [];
	if (view.conflicts && living.length > 0) members.push(['_conflicts', living]);
	if (view.deletedConflicts && dead.length > 0) members.push(['_deleted_conflicts', dead]);
	return members;
}

function isWanted(stub: AttachmentStub, revision: StoredRevision, view: DocumentView): boolean {
	if (!view.attachments) return false;
	const { start, ids } = revision.revisions;
	// The newest revision of this branch that the asker has; its attachments they have, too.
	const newestKnown = Math.max(
		0,
		...(view.attsSince ?? [])
			.filter((rev) => ids.some((hash, i) => `${start - i}-${hash}` === rev))
			.map((rev) => Number.parseInt(rev, 10))
	);
	return stub.revpos > newestKnown;
}

/** The attachments whose bytes a view shows behind the document, in the order it lists them. */
export function followingIn(
	revision: StoredRevision,
	view: DocumentView
): [name: string, stub: AttachmentStub][] {
	return Object.entries(revision.attachments).filter(([, stub]) => isWanted(stub, revision, view));
}

async function attachmentJson(
	db: Database,
	stub: AttachmentStub,
	revision: StoredRevision,
	view: DocumentView
): Promise<JsonObject> {
	const { contentType, revpos, digest, length } = stub;
	const described = { content_type: contentType, revpos, digest };
	if (isWanted(stub, revision, view)) {
		if (view.attachments === 'follow') return { ...described, length, follows: true };
		const bytes = await readAll(db, stub);
		if (bytes) return { ...described, data: bytes.toString('base64') };
	}
	return { ...described, length, stub: true };
}

async function readAll(db: Database, stub: AttachmentStub): Promise<Buffer | null> {
	const stream = await db.readAttachment(stub);
	if (!stream) return null;
	const parts: Uint8Array[] = [];
	for await (const part of stream) parts.push(part);
	return Buffer.concat(parts);
}
