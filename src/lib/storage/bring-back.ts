import { canonicalJson } from '@outlay/domain/canonical-json';
import type { OutlayDocument } from '@outlay/domain/documents';
import { mergeDocuments } from '@outlay/domain/merge';
import type { BroughtBack, UnsentDocument } from '#lib/commands/unsent-ports.ts';
import { keptOfRemoved, keptRow } from './kept-row.ts';
import type { OutlayDatabase } from './open-collections.ts';
import { changeRow } from './row-store.ts';
import {
	isSameContent,
	lineOf,
	MERGED_TYPES,
	markOf,
	rowOf,
	storedOf,
	unsentRow,
	type RowState
} from './rows.ts';

/**
 * Lets a document that was unsent on some device into this one. What it was edited from is merged with what is here;
 * the same again, or what is here come from it, changes nothing. A deletion here does not swallow it, unless that very
 * content was deleted; a removal by the company stands, and what is brought of it is kept beside it.
 */
export async function bringBack(
	database: OutlayDatabase,
	{ document, base }: UnsentDocument,
	nowMs: number
): Promise<BroughtBack> {
	let outcome: BroughtBack = 'there';
	const brought = rowOf(document);
	const mark = await markOf(brought);
	await changeRow(database.documents, document._id, async (here) => {
		outcome = 'there';
		if (here === null) {
			outcome = 'added';
			return { ...(await unsentRow(document, null, nowMs)), unsent: base === null ? {} : { base } };
		}
		const isKnown = isSameContent(here, brought) || (here.unsent.earlier ?? []).includes(mark);
		if (here.removal !== '') {
			outcome = 'removed';
			if (!isKnown) await keepBeside(database, here, document, base, nowMs);
			return null;
		}
		if (isKnown) return null;
		if (here._deleted) {
			outcome = 'added';
			return unsentRow(document, here, nowMs);
		}
		const stored = storedOf(here);
		if (stored === null || !MERGED_TYPES.has(here.type)) return null;
		const { body, lost } = merged(stored.document, document, base);
		if (lost !== null) {
			outcome = 'kept';
			const kept = await keptRow(here, 'unsent-file', lost, nowMs);
			// One that was there, also one the person has let go, is not asked about again.
			await changeRow(database.documents, kept.id, (row) => (row === null ? kept : null));
		}
		if (stored.isReadOnly || isSame(body, stored.document.body)) return null;
		if (lost === null) outcome = 'merged';
		return joinedRow(here, stored.document, document, body, mark, nowMs);
	});
	return outcome;
}

/** What is brought of something the company removed stays on this device, as if it had been here when that happened. */
async function keepBeside(
	{ documents }: OutlayDatabase,
	here: RowState,
	document: OutlayDocument,
	base: UnsentDocument['base'],
	nowMs: number
): Promise<void> {
	const brought = await unsentRow(document, null, nowMs);
	const edited = base === null ? brought : { ...brought, unsent: { base } };
	const kept = await keptOfRemoved(edited, here.removal, nowMs);
	if (kept !== null) await changeRow(documents, kept.id, (row) => (row === null ? kept : null));
}

/** What is here is shown where both changed the same, and the other is kept. */
function merged(
	here: OutlayDocument,
	brought: OutlayDocument,
	base: UnsentDocument['base']
): ReturnType<typeof mergeDocuments> {
	const version = ({ schema, body }: OutlayDocument) => ({
		schema,
		body: body as unknown as Record<string, unknown>
	});
	return mergeDocuments(base, version(here), version(brought));
}

async function joinedRow(
	here: RowState,
	document: OutlayDocument,
	brought: OutlayDocument,
	body: Record<string, unknown>,
	mark: string,
	nowMs: number
): Promise<RowState> {
	const updatedAt = document.updatedAt > brought.updatedAt ? document.updatedAt : brought.updatedAt;
	const joined = { ...document, updatedAt, body } as unknown as OutlayDocument;
	const row = await unsentRow(joined, here, nowMs);
	return {
		...row,
		unsent: { ...row.unsent, earlier: [...new Set([...(await lineOf(here)), mark])] }
	};
}

function isSame(a: unknown, b: unknown): boolean {
	return canonicalJson(a) === canonicalJson(b);
}
