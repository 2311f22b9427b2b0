/** JSON documents as clients send them, taken apart and checked before anything is stored. */

import { gunzipSync } from 'node:zlib';
import { isJsonObject } from '../http/body.ts';
import { badRequest, badRevision, CouchError, illegalId, tooMany } from '../http/errors.ts';
import type { AttachmentStub } from '../store/document-store.ts';
import type { Json, JsonObject } from '../store/json.ts';
import type { FileFacts, IncomingFile } from '../store/received-files.ts';
import { FactsOf } from '../store/file-facts.ts';
import { isRevisions, parseRevisionId } from '../store/revision-id.ts';
import { MAX_ID_BYTES } from '../store/store-errors.ts';

/** An attachment that came with its bytes, one whose bytes follow, or a stub that repeats one of the revision before. */
export type SentAttachment =
	| {
			kind: 'bytes';
			contentType: string;
			revpos: number;
			bytes: Buffer;
			facts: FileFacts;
	  }
	| {
			kind: 'follows';
			contentType: string;
			revpos: number;
			/** As its sender says it: of the bytes as they come. */
			length: number;
			isPacked: boolean;
			/** Once they are there. */
			file?: IncomingFile;
	  }
	| {
			kind: 'stub';
			/** Null where its sender doesn't say. */
			revpos: number | null;
	  }
	/** One that lies in this database already. */
	| { kind: 'stored'; stub: AttachmentStub };

export interface SentDocument {
	/** Undefined when the client leaves it to the server. */
	id: string | undefined;
	rev: string | null;
	revisions: { start: number; ids: string[] } | undefined;
	deleted: boolean;
	body: JsonObject;
	attachments: Map<string, SentAttachment>;
}

/** Ten times what CouchDB keeps of a branch (`_revs_limit`). */
const MOST_REVISIONS = 10_000;

/** Members CouchDB adds when it answers and ignores when they come back. */
const ECHOED = new Set(['_revs_info', '_conflicts', '_deleted_conflicts', '_local_seq']);

/** What a replicator writes into documents that describe replications: kept, like members of anybody's. */
const KEPT = new Set([
	'_replication_id',
	'_replication_state',
	'_replication_state_time',
	'_replication_state_reason',
	'_replication_start_time',
	'_replication_stats'
]);

/** A local document has no history and no attachments. */
const UNHEEDED_IN_LOCALS = new Set(['_revisions', '_attachments']);

/**
 * Takes a document apart. Throws a `CouchError` that says what is wrong with it.
 *
 * @param bytesFollow the document came with parts after it that bring bytes of attachments.
 */
export function parseDocument(json: Json | undefined, bytesFollow = false): SentDocument {
	if (!isJsonObject(json)) throw badRequest('Document must be a JSON object');
	const sent: SentDocument = {
		id: undefined,
		rev: null,
		revisions: undefined,
		deleted: false,
		body: {},
		attachments: new Map()
	};
	const body: [string, Json][] = [];
	const id = json['_id'];
	const isLocal = typeof id === 'string' && id.startsWith('_local/');
	for (const [member, value] of Object.entries(json)) {
		if (!member.startsWith('_') || KEPT.has(member)) body.push([member, value]);
		else if (isLocal && member === '_rev') sent.rev = requireLocalRevision(value);
		else if (!isLocal || !UNHEEDED_IN_LOCALS.has(member)) takeSpecial(sent, member, value);
	}
	sent.body = Object.fromEntries(body);
	if (!bytesFollow && followersOf(sent).length > 0) {
		throw badRequest('Bytes of attachments follow in multipart/related bodies only.');
	}
	return sent;
}

/** The revision of a local document: `0-` and how often it was written by somebody who knew the one before. */
export function requireLocalRevision(rev: Json | undefined): string {
	if (typeof rev !== 'string' || !/^0-\d{1,15}$/.test(rev)) throw badRevision();
	return rev;
}

/** The attachments whose bytes follow, in the order the document lists them. */
export function followersOf({
	attachments
}: SentDocument): [name: string, attachment: SentAttachment & { kind: 'follows' }][] {
	return [...attachments].flatMap(([name, attachment]) =>
		attachment.kind === 'follows' ? [[name, attachment]] : []
	);
}

function takeSpecial(sent: SentDocument, member: string, value: Json): void {
	if (member === '_id') {
		sent.id = requireId(value);
	} else if (member === '_rev') {
		if (typeof value !== 'string' || !parseRevisionId(value)) throw badRevision();
		sent.rev = value;
	} else if (member === '_deleted' && typeof value === 'boolean') {
		sent.deleted = value;
	} else if (member === '_revisions') {
		sent.revisions = parseRevisions(value);
	} else if (member === '_attachments' && isJsonObject(value)) {
		for (const [name, attachment] of Object.entries(value)) {
			sent.attachments.set(requireAttachmentName(name), parseAttachment(name, attachment));
		}
	} else if (!ECHOED.has(member)) {
		throw new CouchError(400, 'doc_validation', `Bad special document member: ${member}`);
	}
}

/** A document id that may be written to: not empty, not reserved, not too long. */
export function requireId(id: Json | undefined): string {
	if (typeof id !== 'string') throw illegalId('Document id must be a string');
	if (id === '') throw illegalId('Document id must not be empty');
	if (id.startsWith('_') && !/^_(design|local)\/./s.test(id)) {
		throw illegalId('Only reserved document ids may start with underscore.');
	}
	// Half a surrogate pair has no UTF-8: two such ids would be one key.
	if (/\p{Surrogate}/u.test(id)) throw illegalId('Document id must be valid Unicode');
	if (Buffer.byteLength(id) > MAX_ID_BYTES) throw illegalId('Document id is too long');
	return id;
}

export function requireAttachmentName(name: string): string {
	if (name === '') throw badRequest('Attachment name must not be empty');
	if (name.startsWith('_')) {
		throw badRequest(`Attachment name '${name}' starts with prohibited character '_'`);
	}
	return name;
}

function parseRevisions(value: Json): { start: number; ids: string[] } {
	const { start, ids } = isJsonObject(value) ? value : {};
	if (typeof start !== 'number' || !Array.isArray(ids)) {
		throw new CouchError(400, 'doc_validation', "_revisions.start isn't an integer.");
	}
	if (ids.length > MOST_REVISIONS) throw tooMany(MOST_REVISIONS, 'revisions of a document');
	const revisions = { start, ids: ids.map(String) };
	if (!isRevisions(revisions)) {
		throw new CouchError(400, 'doc_validation', '_revisions is no history of revisions.');
	}
	return revisions;
}

function parseAttachment(name: string, json: Json): SentAttachment {
	if (!isJsonObject(json)) throw badRequest(`Attachment '${name}' must be a JSON object`);
	if (json['stub'] === true) {
		return { kind: 'stub', revpos: typeof json['revpos'] === 'number' ? json['revpos'] : null };
	}
	// 0: this revision's. A replicated document brings its own.
	const revpos = typeof json['revpos'] === 'number' ? Math.max(0, Math.trunc(json['revpos'])) : 0;
	const contentType = contentTypeOf(json['content_type']);
	// CouchDB keeps texts packed and replicates them as they lie.
	const isPacked = json['encoding'] === 'gzip';
	if (json['follows'] === true) {
		const length = json['encoded_length'] ?? json['length'];
		if (typeof length !== 'number') throw badRequest(`Attachment '${name}' has no length`);
		return { kind: 'follows', contentType, revpos, length, isPacked };
	}
	const { data } = json;
	if (typeof data !== 'string') {
		throw badRequest(`Attachment '${name}' has neither data nor stub`);
	}
	const sentBytes = Buffer.from(data, 'base64');
	if (!isWholeBase64(data, sentBytes) && !isBase64(data)) {
		throw badRequest(`Invalid attachment data for ${name}`);
	}
	const bytes = isPacked ? unpackAttachment(name, sentBytes) : sentBytes;
	return { kind: 'bytes', contentType, revpos, bytes, facts: new FactsOf(bytes) };
}

/** Texts become a few times longer, not a thousand times. */
const LONGEST_UNPACKED = 64 * 1024 * 1024;

function unpackAttachment(name: string, bytes: Buffer): Buffer {
	try {
		return gunzipSync(bytes, { maxOutputLength: LONGEST_UNPACKED });
	} catch {
		throw badRequest(`Attachment '${name}' is not valid gzip, or too long`);
	}
}

/** A content type that can stand in a header; anything else is bytes. */
export function contentTypeOf(value: Json | undefined): string {
	return typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]{1,255}$/.test(value)
		? value
		: 'application/octet-stream';
}

/**
 * Told by what became of it, which is far quicker than looking at each character: Node leaves out what is no base64,
 * but takes the two characters of addresses, and letters beyond ASCII, for others.
 */
function isWholeBase64(text: string, bytes: Uint8Array): boolean {
	const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
	return (
		text.length % 4 === 0 &&
		bytes.byteLength === (text.length / 4) * 3 - padding &&
		!text.includes('-') &&
		!text.includes('_') &&
		Buffer.byteLength(text) === text.length
	);
}

function isBase64(text: string): boolean {
	return /^[A-Za-z0-9+/\s]*(=\s*){0,2}$/.test(text) && text.replace(/\s/g, '').length % 4 === 0;
}
