/** Writes with their conditions, for a database that knows CouchDB's rules and not all of ours. */

import { randomUUID } from 'node:crypto';
import type { FilesOnDisk } from '../attachment-files.ts';
import { companyOf } from '../company-of.ts';
import type {
	AttachmentStub,
	Database,
	DocumentWrite,
	JsonObject,
	WriteOutcome,
	WriteRefusal
} from '../document-store.ts';
import { isRevisions, parseRevisionId } from '../revision-id.ts';
import { IdTooLong, MAX_ID_BYTES, StoreUnreachable } from '../store-errors.ts';
import type { CouchdbAnswer, CouchdbClient } from './couchdb-client.ts';
import { documentOf, documentPath, isErased, placeOfBytes } from './couchdb-documents.ts';

/** Attachments up to this size in all go as base64 among other documents; larger ones as a stream of their own. */
const INLINE_BYTES = 64 * 1024;

export interface WriterParts {
	client: CouchdbClient;
	database: Database;
	/** Bytes on their way. */
	files: FilesOnDisk;
	/** Opens another database of the company, to carry an attachment over. */
	open: (name: string) => Promise<Database | null>;
	/** Throws what a status means; 404 means that the database is gone. */
	requireThere: (answer: CouchdbAnswer) => void;
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
		else if (attachments.streamed.length > 0) {
			outcomes.set(id, await putMultipart(parts, write, attachments));
		} else {
			const json = documentOf(write);
			if (Object.keys(attachments.json).length > 0) json['_attachments'] = attachments.json;
			bulk.push({ write, json });
		}
	}
	if (bulk.length > 0) {
		const path = `${parts.client.database(parts.database.name)}/_bulk_docs`;
		const body = { docs: bulk.map(({ json }) => json), new_edits: !isReplicated };
		const answer = await parts.client.json(path, { method: 'POST', body });
		parts.requireThere(answer);
		if (!Array.isArray(answer.json)) throw unexpected(answer);
		const rows = answer.json as { id: string; rev?: string; error?: string }[];
		for (const [i, { write }] of bulk.entries()) {
			const row = isReplicated ? rows.find(({ id }) => id === write.id) : rows[i];
			outcomes.set(write.id, outcomeOf(write, row));
		}
	}
	return writes.map(({ id }) => outcomes.get(id) ?? { ok: false, id, refusal: 'conflict' });
}

function outcomeOf(
	write: DocumentWrite,
	row: { rev?: string; error?: string } | undefined
): WriteOutcome {
	const { id, revisions } = write;
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
	{ client, database, requireThere }: WriterParts,
	writes: readonly DocumentWrite[]
): Promise<Map<string, Winner>> {
	const answer = await client.json(`${client.database(database.name)}/_all_docs`, {
		method: 'POST',
		body: { keys: writes.map(({ id }) => id) }
	});
	requireThere(answer);
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

interface Attachments {
	json: JsonObject;
	streamed: { name: string; bytes: () => Promise<AsyncIterable<Uint8Array>> }[];
}

/** Null when the bytes of one are nowhere. */
async function attachmentsOf(
	parts: WriterParts,
	write: DocumentWrite
): Promise<Attachments | null> {
	const stubs = Object.entries(write.attachments);
	const total = stubs.reduce((sum, [, { length }]) => sum + length, 0);
	const json: JsonObject = {};
	const streamed: Attachments['streamed'] = [];
	for (const [name, stub] of stubs) {
		const { contentType, revpos, digest, length } = stub;
		const described = {
			content_type: contentType,
			...(revpos > 0 ? { revpos } : {}),
			...(revpos > 0 ? { digest } : {})
		};
		if (isKept(parts, write, name, stub)) {
			json[name] = { ...described, length, stub: true };
			continue;
		}
		const bytes = bytesOf(parts, stub);
		if (bytes === null) return null;
		if (total > INLINE_BYTES) {
			json[name] = { ...described, length, follows: true };
			streamed.push({ name, bytes });
		} else {
			json[name] = { ...described, data: (await collect(await bytes())).toString('base64') };
		}
	}
	return { json, streamed };
}

/** Whether the revision that is extended has it. */
function isKept(
	{ database }: WriterParts,
	{ id, parentRev, revisions }: DocumentWrite,
	name: string,
	stub: AttachmentStub
): boolean {
	const place = placeOfBytes(stub);
	return (
		!revisions &&
		place?.database === database.name &&
		place.id === id &&
		place.rev === parentRev &&
		place.name === name
	);
}

/** How the bytes of a stub can be had, from where they arrived or from where it was read; null for nowhere. */
function bytesOf(
	{ database, files, open }: WriterParts,
	stub: AttachmentStub
): (() => Promise<AsyncIterable<Uint8Array>>) | null {
	const company = companyOf(database.name);
	const { sha256 } = stub;
	const place = placeOfBytes(stub);
	const find = async () => {
		if (place && companyOf(place.database) === company) {
			const there = await (await open(place.database))?.readAttachment(stub);
			if (there) return there;
		}
		return sha256 === null ? null : files.read(company, sha256);
	};
	if (sha256 !== null && files.hasNow(company, sha256)) {
		return async () => (await files.read(company, sha256)) ?? nothing(stub);
	}
	if (!place || companyOf(place.database) !== company) return null;
	return async () => (await find()) ?? nothing(stub);
}

function nothing(stub: AttachmentStub): never {
	throw new StoreUnreachable(new Error(`The bytes of ${stub.digest} are gone.`));
}

async function putMultipart(
	{ client, database, requireThere }: WriterParts,
	write: DocumentWrite,
	{ json, streamed }: Attachments
): Promise<WriteOutcome> {
	const boundary = randomUUID();
	const document = { ...documentOf(write), _attachments: json };
	async function* body(): AsyncGenerator<Uint8Array> {
		yield Buffer.from(
			`--${boundary}\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(document)}`
		);
		for (const { bytes } of streamed) {
			yield Buffer.from(`\r\n--${boundary}\r\n\r\n`);
			yield* await bytes();
		}
		yield Buffer.from(`\r\n--${boundary}--`);
	}
	const path = `${client.database(database.name)}/${documentPath(write.id)}`;
	const response = await client.fetch(
		path,
		{
			method: 'PUT',
			query: write.revisions ? { new_edits: false } : {},
			headers: { 'content-type': `multipart/related; boundary="${boundary}"` }
		},
		body()
	);
	const answer = {
		status: response.status,
		headers: response.headers,
		json: await response.json()
	};
	if (response.status === 409) return { ok: false, id: write.id, refusal: 'conflict' };
	if (response.status === 412) return { ok: false, id: write.id, refusal: 'missing_stub' };
	requireThere(answer);
	if (!response.ok) throw unexpected(answer);
	return outcomeOf(write, answer.json as { rev?: string });
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const parts: Uint8Array[] = [];
	for await (const part of stream) parts.push(part);
	return Buffer.concat(parts);
}

function unexpected({ status, json }: CouchdbAnswer): StoreUnreachable {
	return new StoreUnreachable(
		new Error(`CouchDB answered ${status}: ${JSON.stringify(json).slice(0, 200)}`)
	);
}
