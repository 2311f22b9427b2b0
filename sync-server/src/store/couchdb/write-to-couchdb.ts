/** Writes with their conditions, for a database that knows CouchDB's rules and not all of ours. */

import type { DocumentWrite, RevisionId, WriteOutcome, WriteRefusal } from '../document-store.ts';
import type { JsonObject } from '../json.ts';
import { isRevisions, parseRevisionId } from '../revision-id.ts';
import { IdTooLong, MAX_ID_BYTES, StoreUnreachable } from '../store-errors.ts';
import type { CouchdbAnswer } from './couchdb-client.ts';
import {
	attachmentsOf,
	jsonPieces,
	type AttachmentParts,
	type Attachments
} from './couchdb-attachments.ts';
import { documentOf, documentPath, isErased } from './couchdb-documents.ts';
import type { DatabaseLine } from './database-line.ts';
import { settleDoubt } from './settle-doubt.ts';

export interface WriterParts extends AttachmentParts {
	line: DatabaseLine;
}

/** By document, the revisions of writes that bring their own. */
export function revisionsBrought(writes: readonly DocumentWrite[]): Map<string, RevisionId[]> {
	const brought = new Map<string, RevisionId[]>();
	for (const { id, revisions } of writes) {
		if (!revisions || !isRevisions(revisions)) continue;
		const rev = `${revisions.start}-${revisions.ids[0]}`;
		brought.set(id, [...(brought.get(id) ?? []), rev]);
	}
	return brought;
}

/** One outcome per write, in order; a write sees those before it. */
export async function writeToCouchdb(
	parts: WriterParts,
	writes: readonly DocumentWrite[]
): Promise<WriteOutcome[]> {
	if (writes.some(({ id }) => Buffer.byteLength(id) > MAX_ID_BYTES)) throw new IdTooLong();
	const outcomes: WriteOutcome[] = [];
	for (let at = 0; at < writes.length;) {
		// Of one kind, and no document twice.
		const ids = new Set<string>();
		const kind = writes[at]?.revisions !== undefined;
		let end = at;
		for (; end < writes.length; end++) {
			const write = writes[end];
			if (!write || (write.revisions !== undefined) !== kind || ids.has(write.id)) break;
			ids.add(write.id);
		}
		outcomes.push(...(await writeBatch(parts, writes.slice(at, end), kind)));
		at = end;
	}
	return outcomes;
}

async function writeBatch(
	parts: WriterParts,
	writes: readonly DocumentWrite[],
	isReplicated: boolean
): Promise<WriteOutcome[]> {
	const winners = await winnersOf(parts, writes);
	const outcomes = new Map<string, WriteOutcome>();
	const bulk: { write: DocumentWrite; json: JsonObject }[] = [];
	for (const write of writes) {
		const { id } = write;
		const early = await judge(parts, write, winners.get(id) ?? null);
		if (early) {
			outcomes.set(id, early);
			continue;
		}
		const attachments = await attachmentsOf(parts, write);
		if (attachments === null) outcomes.set(id, { ok: false, id, refusal: 'missing_stub' });
		else if (attachments.streamed.size > 0) {
			outcomes.set(id, await putStreamed(parts, write, attachments));
		} else {
			const json = documentOf(write);
			if (Object.keys(attachments.json).length > 0) json['_attachments'] = attachments.json;
			bulk.push({ write, json });
		}
	}
	if (bulk.length > 0) {
		const body = { docs: bulk.map(({ json }) => json), new_edits: !isReplicated };
		const answer = await parts.line.ask('_bulk_docs', { method: 'POST', body });
		parts.line.requireThere(answer);
		if (!Array.isArray(answer.json)) throw unexpected(answer);
		const rows = answer.json as (WrittenRow & { id: string })[];
		for (const [i, { write }] of bulk.entries()) {
			const row = isReplicated ? rows.find(({ id }) => id === write.id) : rows[i];
			outcomes.set(write.id, await outcomeOf(parts, write, row));
		}
	}
	return writes.map(({ id }) => outcomes.get(id) ?? { ok: false, id, refusal: 'conflict' });
}

interface WrittenRow {
	rev?: string;
	error?: string;
	/** Of a cluster, some copies took it, and not the majority. */
	accepted?: boolean;
}

async function outcomeOf(
	{ line }: WriterParts,
	write: DocumentWrite,
	row: WrittenRow | undefined
): Promise<WriteOutcome> {
	const { id, revisions } = write;
	if (row?.accepted && row.rev !== undefined) {
		await settleDoubt(line, id, row.rev);
		return { ok: false, id, refusal: 'conflict' };
	}
	if (row?.error === undefined) {
		return { ok: true, id, rev: row?.rev ?? `${revisions?.start}-${revisions?.ids[0]}` };
	}
	if (row.error === 'conflict') return { ok: false, id, refusal: 'conflict' };
	if (row.error === 'missing_stub') return { ok: false, id, refusal: 'missing_stub' };
	throw new StoreUnreachable(new Error(`CouchDB refused a write: ${row.error}`));
}

interface Winner {
	rev: string;
	deleted: boolean;
}

async function winnersOf(
	{ line }: WriterParts,
	writes: readonly DocumentWrite[]
): Promise<Map<string, Winner>> {
	// With keys a cluster asks the majority of the copies; without, any one, which may be behind.
	const answer = await line.ask('_all_docs', {
		method: 'POST',
		body: { keys: writes.map(({ id }) => id) }
	});
	line.requireThere(answer);
	const { rows } = answer.json as { rows: { id?: string; value?: Winner }[] };
	return new Map(
		rows.flatMap(({ id, value }) =>
			id === undefined || !value
				? []
				: [[id, { rev: value.rev, deleted: value.deleted === true }] as const]
		)
	);
}

/** What is clear before anything is sent; null for what CouchDB itself shall decide. */
async function judge(
	{ database }: WriterParts,
	write: DocumentWrite,
	winner: Winner | null
): Promise<WriteOutcome | null> {
	const { id, revisions, parentRev, winnerOnly, judgedRev } = write;
	const refused = (refusal: WriteRefusal): WriteOutcome => ({ ok: false, id, refusal });
	if (revisions ? !isRevisions(revisions) : parentRev !== null && !parseRevisionId(parentRev)) {
		return refused('bad_rev');
	}
	const isConditional = winnerOnly === true || judgedRev !== undefined;
	if (revisions && (isConditional || winner?.deleted)) {
		const rev = `${revisions.start}-${revisions.ids[0]}`;
		const missing = await database.missing(new Map([[id, [rev]]]));
		if (!missing.has(id)) return { ok: true, id, rev };
	}
	if (winner?.deleted && isErased((await database.read(id)) ?? undefined)) {
		return refused('erased');
	}
	if (winnerOnly && winner) {
		const { generation = 0, hash = '' } = parseRevisionId(winner.rev) ?? {};
		if (revisions) {
			if (revisions.ids[revisions.start - generation] !== hash) return refused('not_winning');
		} else if (parentRev !== null && parentRev !== winner.rev) {
			const leaves = await database.leaves(id);
			return refused(leaves.some(({ rev }) => rev === parentRev) ? 'not_winning' : 'conflict');
		}
	}
	if (judgedRev !== undefined && judgedRev !== (winner?.rev ?? null)) {
		// Whoever is in conflict anyway is told so.
		const isConflict =
			!revisions &&
			winner !== null &&
			parentRev !== winner.rev &&
			!(parentRev === null && winner.deleted);
		return refused(isConflict ? 'conflict' : 'judged_other');
	}
	return null;
}

/** Bytes go as base64 that is made on the way: a cluster of which a node is missing keeps multipart waiting for minutes. */
async function putStreamed(
	parts: WriterParts,
	write: DocumentWrite,
	attachments: Attachments
): Promise<WriteOutcome> {
	const { line } = parts;
	const path = `${line.client.database(line.name)}/${documentPath(write.id)}`;
	const response = await line.client.fetch(
		path,
		{
			method: 'PUT',
			query: write.revisions ? { new_edits: false } : {},
			headers: { 'content-type': 'application/json' }
		},
		jsonPieces(documentOf(write), attachments)
	);
	const answer = {
		status: response.status,
		headers: response.headers,
		json: await response.json()
	};
	if (response.status === 409) return { ok: false, id: write.id, refusal: 'conflict' };
	if (response.status === 412) return { ok: false, id: write.id, refusal: 'missing_stub' };
	line.requireThere(answer);
	if (!response.ok) throw unexpected(answer);
	const { rev } = answer.json as { rev: string };
	return outcomeOf(parts, write, { rev, accepted: response.status === 202 && !write.revisions });
}

function unexpected({ status, json }: CouchdbAnswer): StoreUnreachable {
	return new StoreUnreachable(
		new Error(`CouchDB answered ${status}: ${JSON.stringify(json).slice(0, 200)}`)
	);
}
