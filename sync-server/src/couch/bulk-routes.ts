import type { FastifyInstance } from 'fastify';
import { isJsonObject, readJsonObject, requireJsonContentType } from '../http/body.ts';
import { badRequest, badRevision, tooMany } from '../http/errors.ts';
import { Turn } from '../http/turn.ts';
import type { OutgoingPart } from '../http/multipart.ts';
import type { Database, StoredRevision } from '../store/document-store.ts';
import type { Json, JsonObject } from '../store/json.ts';
import { parseRevisionId } from '../store/revision-id.ts';
import { accepts } from './accepts.ts';
import type { CouchDeps } from './couch-deps.ts';
import { documentJson, type DocumentView } from './document-json.ts';
import { documentPart, newBoundary } from './document-parts.ts';
import { findRevisions } from './find-revisions.ts';
import { Options } from './options.ts';
import { parseDocument, type SentDocument } from './parse-document.ts';
import { LARGE_PIECE, sendJson, sendJsonPieces } from './send-json.ts';
import { sendParts } from './send-multipart.ts';
import { useDatabase } from './use-database.ts';
import { writeDocuments } from './write-documents.ts';

/** Far more than replicators send in one request. */
const MOST_ROWS = 10_000;
/** Ids of `_revs_diff` that are looked up in one go. */
const IDS_AT_ONCE = 500;

/** Many documents in one request: `_bulk_docs`, `_bulk_get`, `_revs_diff`. */
export function bulkRoutes(app: FastifyInstance, deps: CouchDeps): void {
	app.post('/:db/_bulk_docs', async (request, reply) => {
		const use = await useDatabase(deps, request, 'write');
		requireJsonContentType(request);
		const body = await readJsonObject(request, deps.bodyLimitBytes);
		const { docs } = body;
		if (docs === undefined) throw badRequest('POST body must include `docs` parameter.');
		if (!Array.isArray(docs)) throw badRequest('`docs` parameter must be an array.');
		if (docs.length > MOST_ROWS) throw tooMany(MOST_ROWS, 'rows');
		const { new_edits: newEdits = true } = body;
		if (typeof newEdits !== 'boolean') throw badRequest('`new_edits` parameter must be a boolean.');
		const replicated = !new Options(request, body).flag('new_edits', true);
		// One document that is none refuses them all, before anything is written.
		const documents = docs.map((doc) => parseDocument(doc));
		if (body['all_or_nothing'] === true) return sendJson(reply, refusedTogether(documents), 417);
		const rows = await writeDocuments(deps, use, documents, replicated);
		const answered = replicated ? rows.filter((row) => !row.ok) : rows;
		const shown = answered.map((row) =>
			row.ok ? row : { id: row.id, rev: row.rev, error: row.error, reason: row.reason }
		);
		return sendJson(reply, shown, 201);
	});

	app.post('/:db/_bulk_get', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		requireJsonContentType(request);
		const body = await readJsonObject(request, deps.bodyLimitBytes);
		const { docs } = body;
		if (!Array.isArray(docs)) throw badRequest("Missing JSON list of 'docs'.");
		if (docs.length > MOST_ROWS) throw tooMany(MOST_ROWS, 'rows');
		const options = new Options(request);
		const view = { revs: options.flag('revs'), attachments: options.flag('attachments') };
		const latest = options.flag('latest');
		const type = multipartWanted(request.headers.accept);
		if (type !== null) {
			const parts = bulkGetParts(db, docs, view, latest);
			return sendParts(reply, { type, boundary: newBoundary() }, parts);
		}
		return sendJsonPieces(reply, bulkGet(db, docs, view, latest));
	});

	app.post('/:db/_revs_diff', async (request, reply) => {
		const { db } = await useDatabase(deps, request, 'read');
		requireJsonContentType(request);
		const asked = new Map<string, string[]>();
		for (const [id, revs] of Object.entries(await readJsonObject(request, deps.bodyLimitBytes))) {
			if (!Array.isArray(revs)) throw badRequest('Revisions must be a list.');
			asked.set(id, revs.map(requireRevision));
			if (asked.size > MOST_ROWS) throw tooMany(MOST_ROWS, 'document ids');
		}
		const rows = [...asked];
		const answer: [string, JsonObject][] = [];
		const turn = new Turn();
		for (let at = 0; at < rows.length; at += IDS_AT_ONCE) {
			const diff = await db.missing(new Map(rows.slice(at, at + IDS_AT_ONCE)));
			for (const [id, { missing, possibleAncestors }] of diff) {
				const more = possibleAncestors.length > 0 ? { possible_ancestors: possibleAncestors } : {};
				answer.push([id, { missing, ...more }]);
			}
			await turn.goOn();
		}
		return sendJson(reply, Object.fromEntries(answer));
	});
}

/** CouchDB has no transactions, and says so of each document. */
function refusedTogether(documents: readonly SentDocument[]): JsonObject[] {
	return documents.map(({ id, rev }) => ({
		...(id === undefined ? {} : { id }),
		rev: rev ?? '0-',
		error: 'not_implemented',
		reason: 'all_or_nothing is not supported'
	}));
}

function requireRevision(rev: Json): string {
	if (typeof rev !== 'string' || !parseRevisionId(rev)) throw badRevision();
	return rev;
}

/** Here, unlike elsewhere in CouchDB, whoever also takes JSON gets JSON. */
function multipartWanted(accept: string | undefined): string | null {
	if (accepts(accept, 'application/json')) return null;
	const types = ['multipart/mixed', 'multipart/related'];
	return types.find((type) => accepts(accept, type)) ?? null;
}

async function* bulkGet(
	db: Database,
	docs: readonly Json[],
	view: DocumentView,
	latest: boolean
): AsyncGenerator<string> {
	let piece = '{"results":[';
	let comma = '';
	const turn = new Turn();
	for (const asked of docs) {
		if (turn.isOver) await turn.goOn();
		const { id, rows, attsSince } = await askedFor(db, asked, latest);
		const shown: JsonObject[] = [];
		for (const row of rows) {
			shown.push(
				'error' in row
					? { error: row.error }
					: { ok: await documentJson(db, row.found, { ...view, ...attsSince }) }
			);
		}
		piece += comma + JSON.stringify({ id, docs: shown });
		comma = ',\n';
		if (piece.length < LARGE_PIECE) continue;
		yield piece;
		piece = '';
	}
	yield `${piece}]}\n`;
}

async function* bulkGetParts(
	db: Database,
	docs: readonly Json[],
	view: DocumentView,
	latest: boolean
): AsyncGenerator<OutgoingPart> {
	const turn = new Turn();
	for (const asked of docs) {
		await turn.goOn();
		const { rows, attsSince } = await askedFor(db, asked, latest);
		for (const row of rows) {
			yield 'error' in row
				? {
						headers: { 'Content-Type': 'application/json; error="true"' },
						body: JSON.stringify(row.error)
					}
				: await documentPart(db, row.found, { ...view, ...attsSince });
		}
	}
}

interface AskedFor {
	id: string | null;
	rows: ({ found: StoredRevision } | { error: JsonObject })[];
	attsSince: Pick<DocumentView, 'attsSince'>;
}

/** What one entry of a `_bulk_get` names. */
async function askedFor(db: Database, asked: Json, latest: boolean): Promise<AskedFor> {
	const { id, rev, atts_since: since } = isJsonObject(asked) ? asked : {};
	const failed = (error: string, reason: string): AskedFor => {
		const name = typeof id === 'string' ? id : null;
		const row = { error: { id: name, rev: rev ?? 'undefined', error, reason } };
		return { id: name, rows: [row], attsSince: {} };
	};
	if (typeof id !== 'string' || id === '') {
		return failed('illegal_docid', 'Document id must not be empty');
	}
	if (rev !== undefined && (typeof rev !== 'string' || !parseRevisionId(rev))) {
		return failed('bad_request', 'Invalid rev format');
	}
	const found = await findRevisions(db, id, rev === undefined ? 'all' : [rev], latest);
	if (found.length === 0) return failed('not_found', 'missing');
	const rows = found.map((one) =>
		'missing' in one
			? { error: { id, rev: one.missing, error: 'not_found', reason: 'missing' } }
			: one
	);
	return { id, rows, attsSince: Array.isArray(since) ? { attsSince: since.map(String) } : {} };
}
