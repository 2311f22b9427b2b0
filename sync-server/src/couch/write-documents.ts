/** Documents on their way from a request into the store: stubs resolved, access asked, bytes kept, written. */

import { randomUUID } from 'node:crypto';
import type { Caller } from '../access/access-port.ts';
import { badRequest } from '../http/errors.ts';
import { Turn } from '../http/turn.ts';
import { companyOf } from '../store/company-of.ts';
import { AttachmentTooLarge } from '../store/store-errors.ts';
import type { Database, DocumentWrite } from '../store/document-store.ts';
import type { CouchDeps } from './couch-deps.ts';
import { conditionsOf, judge } from './judge-write.ts';
import type { SentDocument } from './parse-document.ts';
import type { Refused } from './refused.ts';
import { resolveAttachments } from './resolve-attachments.ts';
import { historyOf } from './sent-history.ts';
import { writeLocal } from './write-local.ts';
import { REFUSALS, refusalFor } from './write-refusals.ts';
import type { WriteRow } from './write-row.ts';

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

/** CouchDB's words, for the whole request. */
function requireHistories(documents: readonly SentDocument[]): void {
	for (const sent of documents) {
		if (sent.id?.startsWith('_local/') || historyOf(sent)) continue;
		throw badRequest(
			'When `new_edits: false`, the document needs `_rev` or `_revisions` specified'
		);
	}
}

function revOf(write: DocumentWrite): string | undefined {
	if (!write.revisions) return write.parentRev ?? undefined;
	return `${write.revisions.start}-${write.revisions.ids[0]}`;
}

function refusal(id: string, rev: string | undefined, why: Refused): WriteRow {
	return { ok: false, id, ...(rev === undefined ? {} : { rev }), ...why };
}
