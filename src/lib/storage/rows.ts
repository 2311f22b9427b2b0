import { canonicalJson } from '@outlay/domain/canonical-json';
import {
	DOCUMENT_VERSIONS,
	upcast,
	type DocumentOf,
	type OutlayDocument
} from '@outlay/domain/documents';
import { DOCUMENT_TYPES, type DocumentType } from '@outlay/domain/identifiers';
import type { Stored } from '#lib/commands/ports.ts';

/** A body with the version of its schema. */
export interface BodyVersion {
	schema: number;
	body: Record<string, unknown>;
}

/** What only this device knows about a row the server does not have as it is. */
export interface UnsentState {
	/** What the edits started from, as the server had it; absent when it never had the document. */
	base?: BodyVersion;
	/**
	 * Marks of the contents this one came from, oldest first, also once it is sent: the server's copy being one of
	 * them is no conflict but our own past, as after an answer that got lost or a restore from a backup.
	 */
	earlier?: string[];
	/** The server had exactly this before it was set back to a backup: nothing was entered since. */
	isOnlyOfferedAgain?: true;
}

/**
 * A document as it is stored. `body` and `unsent` are sealed at rest; the other fields are ids and times, which
 * indexes need. `unsentSinceMs` and `couchRev` are written in one step with the content they speak of, so they
 * are right whatever is killed when.
 */
export interface Row {
	/** The document's `_id`. */
	id: string;
	type: string;
	schemaVersion: number;
	companyId: string;
	ownerId: string;
	createdAt: string;
	updatedAt: string;
	/** Ascending means newest first: IndexedDB through RxDB reads backwards only by reading everything. */
	sortKey: number;
	/** The document this one is about; '' without one. */
	about: string;
	/** Of a receipt's bytes; '' for everything else. */
	sha256: string;
	/** When it was last changed here without the server having it yet; 0 once the server has exactly this. */
	unsentSinceMs: number;
	/** The server's revision this content is, or was edited from; '' when it never had one. */
	couchRev: string;
	/** Why the server removed it (`moved`, `erased`, `retention`); '' when it did not. */
	removal: string;
	body: Record<string, unknown>;
	unsent: UnsentState;
}

/** Types whose working copies one person edits on several devices; every other sent document never changes. */
export const MERGED_TYPES: ReadonlySet<string> = new Set([
	'transaction',
	'receipt',
	'trip',
	'profile',
	'kept'
]);

/** A row and whether it is a tombstone. */
export type RowState = Row & { _deleted: boolean };

const SORT_KEY_FROM = 9e15;
/** More than one autosave burst; an older one would at worst show as a kept version. */
const EARLIER_MAX = 50;
/** Versions the server had, which a backup may bring back. */
const EARLIER_SENT_MAX = 12;

/** A row holding a document the server does not have yet. `previous` is what it replaces here. */
export async function unsentRow(
	document: OutlayDocument,
	previous: RowState | null,
	nowMs: number
): Promise<RowState> {
	return {
		...rowOf(document),
		unsentSinceMs: nextUnsent(previous, nowMs),
		couchRev: previous?.couchRev ?? '',
		unsent: await unsentStateAfter(previous)
	};
}

/** The tombstone of a row, still to be sent. */
export async function unsentTombstone(previous: RowState, nowMs: number): Promise<RowState> {
	return {
		...previous,
		body: {},
		unsentSinceMs: nextUnsent(previous, nowMs),
		unsent: await unsentStateAfter(previous),
		_deleted: true
	};
}

/** A document as a row that is not known to be anywhere else. */
export function rowOf(document: OutlayDocument): RowState {
	const body = document.body as unknown as Record<string, unknown>;
	return {
		id: document._id,
		type: document.type,
		schemaVersion: document.schema,
		companyId: document.companyId,
		ownerId: document.ownerId,
		createdAt: document.createdAt,
		updatedAt: document.updatedAt,
		sortKey: sortKeyOf(document.createdAt),
		about: aboutOf(document.type, body),
		sha256: document.type === 'receipt' ? document.body.sha256 : '',
		unsentSinceMs: 0,
		couchRev: '',
		removal: '',
		body,
		unsent: {},
		_deleted: false
	};
}

/** A row as the app reads it, lifted to the schema it knows. Null for a type of a newer app. */
export function storedOf(row: Row): Stored<OutlayDocument> | null {
	const type = knownType(row.type);
	if (type === null) return null;
	const isNewer = row.schemaVersion > DOCUMENT_VERSIONS[type];
	const { document } = upcast({
		_id: row.id,
		type,
		schema: row.schemaVersion,
		companyId: row.companyId,
		ownerId: row.ownerId,
		createdAt: row.createdAt,
		updatedAt: row.updatedAt,
		body: row.body
	});
	return { document, unsentSinceMs: row.unsentSinceMs || null, isReadOnly: isNewer };
}

/** As `storedOf`; null for a document of another type, too. */
export function storedAs<T extends DocumentType>(row: Row, type: T): Stored<DocumentOf<T>> | null {
	const stored = storedOf(row);
	// The id's type was compared; the shape was checked by whoever wrote it.
	return stored?.document.type === type ? (stored as unknown as Stored<DocumentOf<T>>) : null;
}

/** The same document, whatever this device knows about it. */
export function isSameContent(a: RowState, b: RowState): boolean {
	return contentOf(a) === contentOf(b);
}

/** A short mark of a row's content, to recognise it again. */
export async function markOf(row: RowState): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(contentOf(row)));
	return [...new Uint8Array(digest, 0, 12)]
		.map((byte) => byte.toString(16).padStart(2, '0'))
		.join('');
}

/** The chunk of raw fixes a trip is still writing: it is not offered to the server. */
export function isOpenTrace(row: Row): boolean {
	return row.type === 'trace' && row.body['isOpen'] === true;
}

/** What is not offered to the server: an open chunk of fixes, and what was kept of something the company removed. */
export function staysHere(row: Row): boolean {
	return isOpenTrace(row) || (row.type === 'kept' && typeof row.body['removal'] === 'string');
}

export function sortKeyOf(createdAt: string): number {
	const createdMs = Date.parse(createdAt);
	return (
		SORT_KEY_FROM - Math.min(Math.max(Number.isNaN(createdMs) ? 0 : createdMs, 0), SORT_KEY_FROM)
	);
}

/** What a document is about, by its own words: decisions and recalls name the submission they judge. */
export function aboutOf(type: string, body: Readonly<Record<string, unknown>>): string {
	const field = ABOUT_FIELDS[type];
	const id = field === undefined ? null : body[field];
	return typeof id === 'string' ? id : '';
}

const ABOUT_FIELDS: Readonly<Record<string, string>> = {
	// A mileage names the trip it was driven as.
	transaction: 'tripId',
	receipt: 'transactionId',
	trace: 'tripId',
	route: 'tripId',
	submission: 'subjectId',
	recall: 'submissionId',
	decision: 'submissionId',
	case: 'subjectId',
	kept: 'documentId'
};

function contentOf(row: RowState): string {
	if (row._deleted) return 'deleted';
	const { schemaVersion, companyId, ownerId, createdAt, updatedAt, body } = row;
	return canonicalJson({ schemaVersion, companyId, ownerId, createdAt, updatedAt, body });
}

/** The marks of a row's past with the row itself. */
export async function lineOf(row: RowState): Promise<string[]> {
	return [...new Set([...(row.unsent.earlier ?? []), await markOf(row)])];
}

/** What stays known of a row's past once the server has the row. */
export function sentState(earlier: readonly string[] = []): UnsentState {
	return earlier.length === 0 ? {} : { earlier: earlier.slice(-EARLIER_SENT_MAX) };
}

async function unsentStateAfter(previous: RowState | null): Promise<UnsentState> {
	if (previous === null) return {};
	// An open chunk was never offered.
	if (previous.unsentSinceMs > 0 && isOpenTrace(previous)) return previous.unsent;
	const isSent = previous.unsentSinceMs === 0 && previous.couchRev !== '' && !previous._deleted;
	const base = isSent
		? { base: { schema: previous.schemaVersion, body: previous.body } }
		: previous.unsentSinceMs > 0 && previous.unsent.base !== undefined
			? { base: previous.unsent.base }
			: {};
	return { ...base, earlier: (await lineOf(previous)).slice(-EARLIER_MAX) };
}

/** Later than before even when the clock was put back, so that a change is always seen as one. */
export function nextUnsent(previous: RowState | null, nowMs: number): number {
	return Math.max(1, Math.floor(nowMs), (previous?.unsentSinceMs ?? 0) + 1);
}

function knownType(type: string): DocumentType | null {
	return DOCUMENT_TYPES.find((known) => known === type) ?? null;
}
