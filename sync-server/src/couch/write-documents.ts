/** Documents on their way from a request into the store: stubs resolved, access asked, bytes kept, written. */

import { randomUUID } from 'node:crypto';
import type { Caller, WriteDenial } from '../access/access-port.ts';
import { badRequest } from '../http/errors.ts';
import { Turn } from '../http/turn.ts';
import { companyOf } from '../store/company-of.ts';
import { AttachmentTooLarge } from '../store/store-errors.ts';
import type {
	AttachmentStub,
	Database,
	DocumentWrite,
	StoredRevision,
	WriteRefusal
} from '../store/document-store.ts';
import type { CouchDeps } from './couch-deps.ts';
import { followersOf, type SentAttachment, type SentDocument } from './parse-document.ts';
import type { Refused } from './refused.ts';
import { unusableDesign } from './views/design-document.ts';
import { writeLocal } from './write-local.ts';
import type { WriteRow } from './write-row.ts';

export const ERASED = 'document.erased: This document was erased and can not come back.';

const REFUSALS: Record<WriteRefusal, Refused> = {
	conflict: { error: 'conflict', reason: 'Document update conflict.', statusCode: 409 },
	not_winning: {
		error: 'forbidden',
		reason: 'revision.not_winning: Only the newest version of a document can be changed.',
		statusCode: 403
	},
	missing_stub: {
		error: 'missing_stub',
		reason: "A pre-existing attachment stub wasn't found",
		statusCode: 412
	},
	erased: { error: 'forbidden', reason: ERASED, statusCode: 403 },
	bad_rev: { error: 'bad_request', reason: 'Invalid rev format', statusCode: 400 },
	// Somebody else writes this document over and over.
	judged_other: { error: 'conflict', reason: 'Document update conflict.', statusCode: 409 }
};

/** How often a row is judged again because another write came in between. */
const MOST_JUDGEMENTS = 5;
/** Rows committed together: more of them would keep everybody else waiting. */
const ROWS_AT_ONCE = 200;

/**
 * Writes documents for a caller, in order; one row each. A row that is refused keeps no bytes and touches no
 * other row.
 *
 * @param replicated `new_edits=false`: revisions come as they are.
 */
export async function writeDocuments(
	deps: CouchDeps,
	{ db, caller }: { db: Database; caller: Caller },
	documents: readonly SentDocument[],
	replicated: boolean
): Promise<WriteRow[]> {
	if (replicated) requireHistories(documents);
	const rows: WriteRow[] = [];
	for (let at = 0; at < documents.length; at += ROWS_AT_ONCE) {
		const some = documents.slice(at, at + ROWS_AT_ONCE);
		rows.push(...(await writeSome(deps, { db, caller }, some, replicated)));
	}
	return rows;
}

async function writeSome(
	deps: CouchDeps,
	{ db, caller }: { db: Database; caller: Caller },
	documents: readonly SentDocument[],
	replicated: boolean
): Promise<WriteRow[]> {
	const rows: WriteRow[] = [];
	const turn = new Turn();
	let left = documents.map((sent, at) => ({ at, sent: { ...sent, id: sent.id ?? newId() } }));
	for (let judgement = 1; left.length > 0; judgement++) {
		const writes: DocumentWrite[] = [];
		const written: typeof left = [];
		for (const row of left) {
			const { id } = row.sent;
			await turn.goOn();
			if (id.startsWith('_local/')) {
				const localId = id.slice('_local/'.length);
				rows[row.at] = await writeLocal({ db, caller }, localId, row.sent);
				continue;
			}
			const prepared = await prepare(deps, { db, caller }, row.sent, replicated);
			if ('refused' in prepared) rows[row.at] = prepared.refused;
			else {
				written.push(row);
				writes.push(prepared.write);
			}
		}
		const outcomes = writes.length > 0 ? await db.write(writes) : [];
		left = [];
		for (const [i, row] of written.entries()) {
			const write = writes[i];
			const outcome = outcomes[i];
			if (!write || !outcome) throw new TypeError('The store answers each write.');
			if (outcome.ok) rows[row.at] = { ok: true, id: outcome.id, rev: outcome.rev };
			else if (outcome.refusal === 'judged_other' && judgement < MOST_JUDGEMENTS) left.push(row);
			else {
				const why = refusalFor(outcome.refusal, replicated);
				rows[row.at] = refusal(outcome.id, replicated ? revOf(write) : undefined, why);
			}
		}
	}
	return rows;
}

/** A document id for whoever leaves it to the server: 32 hex digits, as CouchDB's. */
export function newId(): string {
	return randomUUID().replaceAll('-', '');
}

async function prepare(
	deps: CouchDeps,
	{ db, caller }: { db: Database; caller: Caller },
	sent: SentDocument & { id: string },
	replicated: boolean
): Promise<{ write: DocumentWrite } | { refused: WriteRow }> {
	const { id } = sent;
	// Rows of replicated documents name the revision that was refused; others had none yet.
	const rev = replicated ? (sent.rev ?? undefined) : undefined;
	const revisions = replicated ? historyOf(sent) : undefined;
	if (replicated && !revisions) return { refused: refusal(id, rev, REFUSALS.bad_rev) };

	const current = await db.read(id);
	const attachments = await resolveAttachments(db, sent, revisions);
	if (!attachments) return { refused: refusal(id, rev, REFUSALS.missing_stub) };
	const write: DocumentWrite = {
		id,
		deleted: sent.deleted,
		body: sent.body,
		attachments,
		parentRev: replicated ? null : sent.rev,
		...(revisions ? { revisions } : {}),
		...conditionsOf(caller, current)
	};
	const denied = await judge(deps, { db, caller }, write, current);
	if (denied) return { refused: refusal(id, rev, denied) };

	const limitBytes = deps.access.attachmentLimitBytes(caller, db.name);
	try {
		for (const attachment of sent.attachments.values()) {
			if (attachment.kind === 'follows') await attachment.file?.keep();
			if (attachment.kind !== 'bytes') continue;
			const { bytes, facts } = attachment;
			await deps.store.files.write(companyOf(db.name), bytes, limitBytes, facts);
		}
	} catch (error) {
		if (!(error instanceof AttachmentTooLarge)) throw error;
		const reason = `attachment.too_large: An attachment may have at most ${limitBytes} bytes.`;
		return { refused: refusal(id, rev, { error: 'forbidden', reason, statusCode: 413 }) };
	}
	return { write };
}

/**
 * What is wrong with a document whose attachments' bytes are still to come, as far as that is known: they are taken to
 * be what their sender says. Null when nothing is; it is judged again once they are there.
 */
export async function judgeEarly(
	deps: CouchDeps,
	{ db, caller }: { db: Database; caller: Caller },
	sent: SentDocument & { id: string },
	replicated: boolean
): Promise<Refused | null> {
	const revisions = replicated ? historyOf(sent) : undefined;
	if (replicated && !revisions) return REFUSALS.bad_rev;
	const current = await db.read(sent.id);
	const attachments = await resolveAttachments(db, sent, revisions);
	if (!attachments) return REFUSALS.missing_stub;
	const write: DocumentWrite = {
		id: sent.id,
		deleted: sent.deleted,
		body: sent.body,
		attachments,
		parentRev: replicated ? null : sent.rev,
		...(revisions ? { revisions } : {}),
		...conditionsOf(caller, current)
	};
	const [first, ...others] = followersOf(sent);
	return first && others.length === 0
		? judgeUpload(deps, { db, caller }, write, first[0], current)
		: judge(deps, { db, caller }, write, current);
}

/** What must still be so when a person's write is committed: they extend the winner, and the one that was judged. */
export function conditionsOf(
	caller: Caller,
	current: Pick<StoredRevision, 'rev'> | null
): Pick<DocumentWrite, 'winnerOnly' | 'judgedRev'> {
	return caller.kind === 'person' ? { winnerOnly: true, judgedRev: current?.rev ?? null } : {};
}

/** Asks access control, then the database's own functions; a refusal comes with the status it has alone. */
export async function judge(
	deps: CouchDeps,
	{ db, caller }: { db: Database; caller: Caller },
	write: DocumentWrite,
	current: StoredRevision | null
): Promise<Refused | null> {
	return (
		refuseDesign(caller, write) ??
		refusedBy(await deps.access.judgeWrite(caller, db.name, write, current)) ??
		(await deps.validators.judge(db, caller, write, current))
	);
}

/** As `judge`, before the bytes of the attachment arrive. */
export async function judgeUpload(
	deps: CouchDeps,
	{ db, caller }: { db: Database; caller: Caller },
	write: DocumentWrite,
	attachmentName: string,
	current: StoredRevision | null
): Promise<Refused | null> {
	return (
		refuseDesign(caller, write) ??
		refusedBy(await deps.access.judgeUpload(caller, db.name, write, attachmentName, current))
	);
}

function refuseDesign(caller: Caller, { id, deleted, body }: DocumentWrite): Refused | null {
	if (!id.startsWith('_design/')) return null;
	if (caller.kind === 'administrator') return deleted ? null : unusableDesign(body);
	const reason = 'document.design: Design documents are for the server administrator alone.';
	return { error: 'forbidden', reason, statusCode: 403 };
}

function refusedBy(denial: WriteDenial | null): Refused | null {
	return denial && { ...denial, statusCode: denial.error === 'unauthorized' ? 401 : 403 };
}

/** CouchDB's words, for the whole request. */
function requireHistories(documents: readonly SentDocument[]): void {
	for (const sent of documents) {
		if (sent.id?.startsWith('_local/') || historyOf(sent)) continue;
		throw badRequest(
			'When `new_edits: false`, the document needs `_rev` or `_revisions` specified'
		);
	}
}

function historyOf(sent: SentDocument): { start: number; ids: string[] } | undefined {
	if (sent.revisions) return sent.revisions;
	if (sent.rev === null) return undefined;
	const dash = sent.rev.indexOf('-');
	return { start: Number(sent.rev.slice(0, dash)), ids: [sent.rev.slice(dash + 1)] };
}

/** Null when a stub repeats an attachment the revision before doesn't have. */
async function resolveAttachments(
	db: Database,
	sent: SentDocument & { id: string },
	revisions: { start: number; ids: string[] } | undefined
): Promise<Record<string, AttachmentStub> | null> {
	const stubs = [...sent.attachments].some(([, attachment]) => attachment.kind === 'stub');
	const before = stubs ? await revisionBefore(db, sent, revisions) : null;
	const resolved: [string, AttachmentStub][] = [];
	for (const [name, attachment] of sent.attachments) {
		if (attachment.kind === 'bytes') {
			resolved.push([name, stubOfBytes(attachment, revisions !== undefined)]);
			continue;
		}
		if (attachment.kind === 'follows') {
			const { contentType, revpos, file, length } = attachment;
			const { digest, sha256, length: arrived } = file ?? { digest: '', sha256: '', length };
			resolved.push([
				name,
				{ contentType, revpos: revisions ? revpos : 0, digest, sha256, length: arrived }
			]);
			continue;
		}
		if (attachment.kind === 'stored') {
			resolved.push([name, { ...attachment.stub, revpos: 0 }]);
			continue;
		}
		const kept = Object.entries(before?.attachments ?? {}).find(([there]) => there === name);
		if (!kept) return null;
		resolved.push(kept);
	}
	return Object.fromEntries(resolved);
}

/** Its hashes are reckoned when they are asked for: best while the bytes are being written. */
function stubOfBytes(
	{ contentType, revpos, facts }: SentAttachment & { kind: 'bytes' },
	replicated: boolean
): AttachmentStub {
	return {
		contentType,
		revpos: replicated ? revpos : 0,
		length: facts.length,
		get digest() {
			return facts.digest;
		},
		get sha256() {
			return facts.sha256;
		}
	};
}

async function revisionBefore(
	db: Database,
	sent: SentDocument & { id: string },
	revisions: { start: number; ids: string[] } | undefined
): Promise<StoredRevision | null> {
	if (!revisions) return sent.rev === null ? null : db.read(sent.id, sent.rev);
	for (const [i, hash] of revisions.ids.entries()) {
		const found = await db.read(sent.id, `${revisions.start - i}-${hash}`);
		if (found) return found;
	}
	return null;
}

function revOf(write: DocumentWrite): string | undefined {
	if (!write.revisions) return write.parentRev ?? undefined;
	return `${write.revisions.start}-${write.revisions.ids[0]}`;
}

function refusalFor(code: WriteRefusal, replicated: boolean): Refused {
	// Whoever edits a version that lost is told what every client understands: read again, then edit.
	return code === 'not_winning' && !replicated ? REFUSALS.conflict : REFUSALS[code];
}

function refusal(id: string, rev: string | undefined, why: Refused): WriteRow {
	return { ok: false, id, ...(rev === undefined ? {} : { rev }), ...why };
}
