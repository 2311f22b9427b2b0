import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/access-port.ts';
import { readJson, requireJsonContentType } from '../http/body.ts';
import { badRequest, badRevision, conflict, CouchError, notFound } from '../http/errors.ts';
import type { OutgoingPart } from '../http/multipart.ts';
import type { Database, StoredRevision } from '../store/document-store.ts';
import { parseRevisionId } from '../store/revision-id.ts';
import { accepts, isKnown } from './accepts.ts';
import type { CouchDeps } from './couch-deps.ts';
import { documentJson, type DocumentView } from './document-json.ts';
import { documentPart, newBoundary } from './document-parts.ts';
import { findRevisions, type FoundRevision } from './find-revisions.ts';
import { locationOf } from './location.ts';
import { Options } from './options.ts';
import { parseDocument, requireId, type SentDocument } from './parse-document.ts';
import { receiveDocument } from './receive-document.ts';
import { sendJson } from './send-json.ts';
import { sendMultipart, sendParts } from './send-multipart.ts';
import { useDatabase } from './use-database.ts';
import { newId, writeDocuments } from './write-documents.ts';
import type { WriteRow } from './write-row.ts';

/** One document: read, write, delete. */
export function documentRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const read = async (request: FastifyRequest, reply: FastifyReply) => {
		const { db } = await useDatabase(deps, request, 'read');
		const id = documentIdOf(request);
		const options = new Options(request);
		if (options.has('open_revs')) return answerOpenRevs(db, id, options, request, reply);

		const view = viewOf(options);
		const revision = await readOne(db, id, options);
		if (view.attachments && accepts(request.headers.accept, 'multipart/related')) {
			const { body } = await documentPart(db, revision, view);
			if (typeof body === 'object' && 'parts' in body) return sendMultipart(reply, body);
		}
		const plain = !Object.values(view).some(Boolean);
		if (plain) {
			const etag = `"${revision.rev}"`;
			void reply.header('etag', etag);
			if (isKnown(request, etag)) return reply.code(304).header('content-length', 0).send();
		}
		return sendJson(reply, await documentJson(db, revision, view));
	};

	const write = async (request: FastifyRequest, reply: FastifyReply) => {
		const use = await useDatabase(deps, request, 'write');
		const named = documentIdOf(request);
		if (/^_local\/?$/.test(named)) throw badRequest('Invalid _local document id.');
		const id = requireId(named);
		const options = new Options(request);
		const replicated = !options.flag('new_edits', true);
		const { sent, discard } = await receiveDocument(deps, use, request, replicated, (document) => ({
			...document,
			id,
			rev: revisionOf(request, options, document.rev)
		}));
		const row = await writeOne(deps, use, sent, replicated).finally(discard);
		return answerWrite(reply, request, row, sent.deleted ? 200 : 201);
	};

	const remove = async (request: FastifyRequest, reply: FastifyReply) => {
		const use = await useDatabase(deps, request, 'write');
		const id = requireId(documentIdOf(request));
		const rev = revisionOf(request, new Options(request), null);
		const current = await use.db.read(id);
		if (!current) throw notFound('missing');
		if (rev === null) throw current.deleted ? notFound('deleted') : conflict();
		const row = await writeOne(deps, use, { ...tombstone(id), rev }, false);
		return answerWrite(reply, request, row, 200);
	};

	const copy = async (request: FastifyRequest, reply: FastifyReply) => {
		const use = await useDatabase(deps, request, 'write');
		const { body, attachments } = await readOne(
			use.db,
			documentIdOf(request),
			new Options(request)
		);
		const { id, rev } = destinationOf(request);
		const sent: SentDocument = {
			...{ id, rev, revisions: undefined, deleted: false, body },
			attachments: new Map(
				Object.entries(attachments).map(([name, stub]) => [name, { kind: 'stored', stub }])
			)
		};
		return answerWrite(reply, request, await writeOne(deps, use, sent, false), 201);
	};

	for (const address of ['/:db/:doc', '/:db/_design/:design']) {
		app.route({ method: 'COPY', url: address, handler: copy });
		app.get(address, read);
		app.put(address, write);
		app.delete(address, remove);
	}

	const post = async (request: FastifyRequest, reply: FastifyReply) => {
		const use = await useDatabase(deps, request, 'write');
		requireJsonContentType(request);
		const sent = parseDocument(await readJson(request, deps.bodyLimitBytes));
		sent.id ??= newId();
		const replicated = !new Options(request).flag('new_edits', true);
		const row = await writeOne(deps, use, sent, replicated);
		return answerWrite(reply, request, row, 201);
	};
	app.post('/:db', post);
	app.post('/:db/', post);
}

/** The document id of an address; the id of a design document may have a plain slash in it. */
export function documentIdOf(request: FastifyRequest): string {
	const { doc, design } = request.params as { doc?: string; design?: string };
	return doc ?? `_design/${design}`;
}

/** Where a copy goes: an id, percent-encoded, and the revision it replaces. */
function destinationOf(request: FastifyRequest): { id: string; rev: string | null } {
	const header = request.headers['destination'];
	if (typeof header !== 'string' || header === '') {
		throw badRequest('Destination header is mandatory for COPY.');
	}
	if (/^https?:/i.test(header)) {
		throw badRequest('Destination URL must be relative.');
	}
	const [path = '', query = ''] = header.split('?', 2);
	let id: string;
	try {
		id = decodeURIComponent(path);
	} catch {
		throw badRequest('The Destination header can not be read.');
	}
	const rev = new URLSearchParams(query).get('rev');
	if (rev !== null && !parseRevisionId(rev)) throw badRevision();
	return { id: requireId(id), rev };
}

function viewOf(options: Options): DocumentView {
	// Of a revision asked for by name CouchDB tells nothing that belongs to the document (seen in 3.5).
	const isOfDocument = !options.has('rev', 'open_revs');
	const tells = (name: string) => isOfDocument && options.flag(name);
	const meta = tells('meta');
	const attsSince = options.json('atts_since');
	return {
		revs: options.flag('revs'),
		revsInfo: meta || tells('revs_info'),
		conflicts: meta || tells('conflicts'),
		deletedConflicts: meta || tells('deleted_conflicts'),
		localSeq: tells('local_seq'),
		attachments: options.flag('attachments') || attsSince !== undefined,
		...(Array.isArray(attsSince) ? { attsSince: attsSince.map(String) } : {})
	};
}

async function readOne(db: Database, id: string, options: Options): Promise<StoredRevision> {
	const rev = options.text('rev');
	if (rev === undefined) {
		const winner = await db.read(id);
		if (!winner) throw notFound('missing');
		if (winner.deleted) throw notFound('deleted');
		return winner;
	}
	if (!parseRevisionId(rev)) throw badRevision();
	const [first] = await findRevisions(db, id, [rev], options.flag('latest'));
	if (!first || 'missing' in first) throw notFound('missing');
	return first.found;
}

async function answerOpenRevs(
	db: Database,
	id: string,
	options: Options,
	request: FastifyRequest,
	reply: FastifyReply
): Promise<FastifyReply> {
	const text = options.text('open_revs');
	const asked = text === 'all' ? 'all' : options.json('open_revs');
	if (asked !== 'all' && !Array.isArray(asked))
		throw badRequest('open_revs must be all or a list.');
	const revs = asked === 'all' ? asked : asked.map(String);
	if (revs !== 'all' && !revs.every((rev) => parseRevisionId(rev))) throw badRevision();
	const view = viewOf(options);
	const found = await findRevisions(db, id, revs, options.flag('latest'));
	if (asked === 'all' && found.length === 0) throw notFound('missing');
	if (accepts(request.headers.accept, 'multipart/mixed')) {
		return sendParts(
			reply,
			{ type: 'multipart/mixed', boundary: newBoundary() },
			partsOf(db, found, view)
		);
	}
	const rows = [];
	for (const one of found) {
		rows.push(
			'missing' in one ? { missing: one.missing } : { ok: await documentJson(db, one.found, view) }
		);
	}
	return sendJson(reply, rows);
}

async function* partsOf(
	db: Database,
	found: readonly FoundRevision[],
	view: DocumentView
): AsyncGenerator<OutgoingPart> {
	for (const one of found) {
		yield 'missing' in one
			? {
					headers: { 'Content-Type': 'application/json; error="true"' },
					body: JSON.stringify({ missing: one.missing })
				}
			: await documentPart(db, one.found, view);
	}
}

/** The revision an edit replaces, wherever the client put it: body, `?rev=` or `If-Match`. */
export function revisionOf(
	request: FastifyRequest,
	options: Options,
	inBody: string | null
): string | null {
	const inQuery = options.text('rev');
	const inHeader = request.headers['if-match']?.replace(/^"(.*)"$/, '$1');
	const asked = [inBody, inQuery, inHeader].filter((rev) => rev !== null && rev !== undefined);
	for (const rev of asked) if (!parseRevisionId(rev)) throw badRevision();
	if (new Set(asked).size > 1) {
		const isInHeader = inHeader !== undefined && asked.some((rev) => rev !== inHeader);
		throw badRequest(
			isInHeader
				? 'Document rev and etag have different values'
				: 'Document rev from request body and query string have different values'
		);
	}
	return asked[0] ?? null;
}

export async function writeOne(
	deps: CouchDeps,
	use: { db: Database; caller: Caller },
	sent: SentDocument,
	replicated: boolean
): Promise<WriteRow> {
	const [row] = await writeDocuments(deps, use, [sent], replicated);
	if (!row) throw new TypeError('A write has a row.');
	return row;
}

/** Answers a single write: its row, or its refusal as an error of its own. */
export function answerWrite(
	reply: FastifyReply,
	request: FastifyRequest,
	row: WriteRow,
	statusCode: number
): FastifyReply {
	if (!row.ok) throw new CouchError(row.statusCode, row.error, row.reason);
	const { db, '*': attachmentName } = request.params as { db: string; '*'?: string };
	if (request.method !== 'DELETE') {
		void reply.header('location', locationOf(request, db, row.id, attachmentName));
	}
	// CouchDB answers a batch before it knows the revision; here it is written all the same.
	if (new Options(request).text('batch') === 'ok') {
		return sendJson(reply, { ok: true, id: row.id }, 202);
	}
	return sendJson(
		reply.header('etag', `"${row.rev}"`),
		{ ok: true, id: row.id, rev: row.rev },
		statusCode
	);
}

function tombstone(id: string): SentDocument {
	return { id, rev: null, revisions: undefined, deleted: true, body: {}, attachments: new Map() };
}
