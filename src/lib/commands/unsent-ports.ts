import type { OutlayDocument } from '@outlay/domain/documents';

/** A document with an edit that was not sent. */
export interface UnsentDocument {
	document: OutlayDocument;
	/** What the edit started from, as the server had it; null when it never had the document. */
	base: { schema: number; body: Record<string, unknown> } | null;
}

/**
 * What became of a document that was brought back: `added`, or `merged` with what was here meanwhile; `kept` where both
 * changed the same, as a version to choose; `there` already; `removed` by the company, and then it stays so.
 */
export type BroughtBack = 'added' | 'merged' | 'kept' | 'there' | 'removed';

/** What a file of unsent work brought back. */
export interface BroughtBackFile {
	/** How many documents became what. */
	documents: Record<BroughtBack, number>;
	pictures: number;
	/** Lines that can't be read, or are not this person's. */
	unreadable: number;
	/** Documents of a newer app: after an update the file brings them too. */
	tooNew: number;
	/** False when the end of the file is missing. */
	isWhole: boolean;
}

/** What the server never got and can't be read here, counted by what it is. */
export interface UnreadUnsent {
	total: number;
	entries: number;
	submissions: number;
	photos: number;
	trips: number;
	/** When the newest of it was last changed; null without any. */
	newestAtMs: number | null;
}
