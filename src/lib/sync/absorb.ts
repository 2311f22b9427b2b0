import { mergeDocuments } from '@outlay/domain/merge';
import { canonicalJson } from '@outlay/domain/canonical-json';
import { generationOf } from '#lib/storage/collections.ts';
import { keptOfRemoved, keptRow } from '#lib/storage/kept-row.ts';
import {
	aboutOf,
	isSameContent,
	lineOf,
	MERGED_TYPES,
	markOf,
	sentState,
	type RowState
} from '#lib/storage/rows.ts';

export interface Absorbed {
	/** What to store; null when nothing changes here. */
	row: RowState | null;
	/** A version that lost the merge, or what was entered into something the server removed; stored first. */
	kept: RowState | null;
}

/**
 * Lets the server's version of a document into this device. What is not edited here simply
 * becomes what the server has. What is, is told apart by what the edit started from: our own earlier push whose
 * answer got lost is no conflict; two edits are merged; a deletion never swallows an edit; what the server
 * removed stays removed, and what was entered into it meanwhile is kept beside it; documents of other writers are the server's.
 */
export async function absorb(
	here: RowState | null,
	theirs: RowState,
	me: string,
	nowMs: number
): Promise<Absorbed> {
	const leave = { row: null, kept: null };
	if (here === null) return theirs._deleted ? leave : { row: theirs, kept: null };
	if (theirs.couchRev === here.couchRev) return leave;
	// A page that our own push overtook.
	if (generationOf(theirs.couchRev) < generationOf(here.couchRev)) return leave;
	const isMerged = here.ownerId === me && MERGED_TYPES.has(here.type);
	const line = isMerged ? await lineOf(here) : [];
	const take = { row: { ...theirs, unsent: sentState(line) }, kept: null };
	if (here.unsentSinceMs === 0) return take;
	if (isSameContent(here, theirs)) {
		return { row: { ...theirs, unsent: sentState(here.unsent.earlier) }, kept: null };
	}
	if (here.ownerId !== me) return take;
	if (theirs.removal !== '') {
		return { ...take, kept: await keptOfRemoved(here, theirs.removal, nowMs) };
	}
	if ((here.unsent.earlier ?? []).includes(await markOf(theirs))) {
		return { row: await rebased(here, theirs), kept: null };
	}
	if (theirs._deleted) return { row: await rebased(here, theirs), kept: null };
	if (!MERGED_TYPES.has(here.type)) return take;
	const { base } = here.unsent;
	if (here._deleted) {
		const isUntouched =
			base !== undefined && canonicalJson(base.body) === canonicalJson(theirs.body);
		return isUntouched ? { row: await rebased(here, theirs), kept: null } : take;
	}
	return merged(here, theirs, nowMs);
}

/** The same edit, now standing on the server's version. */
async function rebased(here: RowState, theirs: RowState): Promise<RowState> {
	const earlier = [...new Set([...(here.unsent.earlier ?? []), await markOf(theirs)])];
	return {
		...here,
		couchRev: theirs.couchRev,
		unsent: theirs._deleted
			? { earlier }
			: { base: { schema: theirs.schemaVersion, body: theirs.body }, earlier }
	};
}

async function merged(here: RowState, theirs: RowState, nowMs: number): Promise<Absorbed> {
	// Only a later generation can have been made from ours. Another one says that the server was set back and lost ours
	// (found by chaos): what ours began with is then not what both began with, and nothing of it may give way unseen.
	const ours = generationOf(here.couchRev);
	const isFromOurs = ours > 0 && generationOf(theirs.couchRev) > ours;
	const { body, lost } = mergeDocuments(
		(isFromOurs ? here.unsent.base : null) ?? null,
		{ schema: here.schemaVersion, body: here.body },
		{ schema: theirs.schemaVersion, body: theirs.body }
	);
	const joined: RowState = {
		...(await rebased(here, theirs)),
		schemaVersion: Math.max(here.schemaVersion, theirs.schemaVersion),
		updatedAt: here.updatedAt > theirs.updatedAt ? here.updatedAt : theirs.updatedAt,
		body,
		about: aboutOf(here.type, body),
		sha256: typeof body['sha256'] === 'string' && here.type === 'receipt' ? body['sha256'] : '',
		unsentSinceMs: here.unsentSinceMs + 1
	};
	const kept = lost === null ? null : await keptRow(here, theirs.couchRev, lost, nowMs);
	if (canonicalJson(body) === canonicalJson(theirs.body)) {
		return { row: { ...theirs, unsent: sentState(await lineOf(here)) }, kept };
	}
	return { row: joined, kept };
}
