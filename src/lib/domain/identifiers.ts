import { isDate } from './calendar-date.ts';

/**
 * Document ids say who may write: `<type>:<owner>:<ulid>`. Owners are opaque user ids, never
 * e-mail addresses. ULIDs are written in lower case, as database names allow nothing else.
 */
export const DOCUMENT_TYPES = [
	'transaction',
	'receipt',
	'trip',
	'trace',
	'route',
	'submission',
	'recall',
	'decision',
	'case',
	'kept',
	'person',
	'profile',
	'setting'
] as const;

export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** Types a person writes, from whatever device; the others are the server's. */
export const WRITTEN_BY_PEOPLE: ReadonlySet<string> = new Set<DocumentType>([
	'transaction',
	'receipt',
	'trip',
	'trace',
	'route',
	'submission',
	'recall',
	'decision',
	'kept',
	'profile'
]);

/** Opaque ids of people and companies. */
export const OPAQUE_ID = /^[a-z0-9]{1,26}$/;
export const ULID = /^[0-9a-z]{26}$/;
export const SHA256_HEX = /^[0-9a-f]{64}$/;

export interface ParsedId {
	type: DocumentType;
	/** The user whose document it is; null for settings. */
	ownerId: string | null;
	/** What follows the owner: a ULID, `<trip>:<n>` of a trace, `<name>:<valid from>` of a setting, or ''. */
	rest: string;
}

/** Takes a document id apart; null when it is none of ours (blob ids are addressed by `blobHash`). */
export function parseDocumentId(id: string): ParsedId | null {
	const parts = id.split(':');
	const type = DOCUMENT_TYPES.find((known) => known === parts[0]);
	if (type === undefined) return null;
	if (type === 'setting') {
		const [, name, validFrom] = parts;
		if (parts.length !== 3 || !name || !validFrom) return null;
		if (!/^[a-z][a-z-]{0,40}$/.test(name) || !isDate(validFrom)) return null;
		return { type, ownerId: null, rest: `${name}:${validFrom}` };
	}
	const ownerId = parts[1];
	if (ownerId === undefined || !OPAQUE_ID.test(ownerId)) return null;
	if (type === 'person' || type === 'profile') {
		return parts.length === 2 ? { type, ownerId, rest: '' } : null;
	}
	const ulid = parts[2];
	if (ulid === undefined || !ULID.test(ulid)) return null;
	if (type === 'trace') {
		const chunk = parts[3];
		if (parts.length !== 4 || chunk === undefined || !/^(0|[1-9]\d{0,5})$/.test(chunk)) return null;
		return { type, ownerId, rest: `${ulid}:${chunk}` };
	}
	return parts.length === 3 ? { type, ownerId, rest: ulid } : null;
}

type OwnedByUlid = Exclude<DocumentType, 'setting' | 'person' | 'profile' | 'trace'>;

export function documentId(type: OwnedByUlid, ownerId: string, ulid: string): string {
	return `${type}:${ownerId}:${ulid}`;
}

/** The id of chunk `n` (from 0) of a trip's raw fixes. */
export function traceId(tripId: string, n: number): string {
	return `trace:${ownedPart(tripId)}:${n}`;
}

/** A trip's first route has the same owner and ULID; one that was corrected after it was sent has a ULID of its own. */
export function routeIdOf(tripId: string): string {
	return `route:${ownedPart(tripId)}`;
}

/** A transaction has one case, under the same owner and ULID. */
export function caseIdOf(subjectId: string): string {
	return `case:${ownedPart(subjectId)}`;
}

export function blobId(sha256: string): string {
	return `blob:${sha256}`;
}

/** The hash in a blob's id; null when the id is no blob's. */
export function blobHash(id: string): string | null {
	if (!id.startsWith('blob:')) return null;
	const hash = id.slice('blob:'.length);
	return SHA256_HEX.test(hash) ? hash : null;
}

/** The owner a document id names; null for settings, blobs and foreign ids. */
export function ownerOf(id: string): string | null {
	return parseDocumentId(id)?.ownerId ?? null;
}

function ownedPart(id: string): string {
	const [, ownerId, ulid] = id.split(':');
	if (!ownerId || !ulid) throw new TypeError(`not an owned document id: ${id}`);
	return `${ownerId}:${ulid}`;
}
