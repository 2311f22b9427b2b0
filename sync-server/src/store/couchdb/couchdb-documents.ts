/** Documents as CouchDB's API has them, and as the store's interface has them. */

import { blobHash } from '@outlay/domain/identifiers';
import type { AttachmentStub, DocumentWrite, StoredRevision } from '../document-store.ts';
import type { Json, JsonObject } from '../json.ts';
import { parseRevisionId } from '../revision-id.ts';

/** Where the bytes of a stub lie; what `AttachmentStub.at` says. */
export interface AttachmentPlace {
	database: string;
	id: string;
	rev: string;
	name: string;
}

interface SentAttachment {
	content_type: string;
	revpos: number;
	digest: string;
	length: number;
}

/** A revision as it was read from `database`, with `revs=true`. */
export function revisionOf(database: string, json: JsonObject): StoredRevision {
	const { _id: id, _rev: rev } = json as { _id: string; _rev: string };
	const sent = (json['_attachments'] ?? {}) as unknown as Record<string, SentAttachment>;
	const attachments = Object.entries(sent).map(([name, attachment]): [string, AttachmentStub] => {
		const { content_type: contentType, revpos, digest, length } = attachment;
		const place: AttachmentPlace = { database, id, rev, name };
		const at = JSON.stringify(place);
		// Its bytes were verified against the id when they came.
		return [name, { contentType, revpos, digest, length, sha256: blobHash(id), at }];
	});
	const { start, ids } = json['_revisions'] as unknown as StoredRevision['revisions'];
	return {
		id,
		rev,
		deleted: json['_deleted'] === true,
		body: bodyOf(json),
		attachments: Object.fromEntries(attachments),
		revisions: { start, ids }
	};
}

/** Members without an underscore in front. */
export function bodyOf(json: JsonObject): JsonObject {
	return Object.fromEntries(Object.entries(json).filter(([member]) => !member.startsWith('_')));
}

/** A write without its attachments. */
export function documentOf(write: DocumentWrite): JsonObject {
	const special: [string, Json][] = [['_id', write.id]];
	if (write.revisions) {
		const { start, ids } = write.revisions;
		special.push(['_rev', `${start}-${ids[0]}`], ['_revisions', { start, ids: [...ids] }]);
	} else if (write.parentRev !== null) {
		special.push(['_rev', write.parentRev]);
	}
	if (write.deleted) special.push(['_deleted', true]);
	return Object.fromEntries([...special, ...Object.entries(write.body)]);
}

/** Not deleted first, then the longest history, then the greatest hash. */
export function byWinning(a: StoredRevision, b: StoredRevision): number {
	if (a.deleted !== b.deleted) return a.deleted ? 1 : -1;
	const [left, right] = [parseRevisionId(a.rev), parseRevisionId(b.rev)];
	const longer = (right?.generation ?? 0) - (left?.generation ?? 0);
	if (longer !== 0) return longer;
	return (left?.hash ?? '') < (right?.hash ?? '') ? 1 : -1;
}

export function placeOfBytes(stub: AttachmentStub): AttachmentPlace | null {
	return stub.at === undefined ? null : (JSON.parse(stub.at) as AttachmentPlace);
}

/** A document's address below its database's; design documents keep their slash. */
export function documentPath(id: string): string {
	return id.startsWith('_design/')
		? `_design/${encodeURIComponent(id.slice('_design/'.length))}`
		: encodeURIComponent(id);
}

export function isErased(revision: StoredRevision | undefined): boolean {
	return revision?.deleted === true && revision.body['removal'] === 'erased';
}
