import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyBytes, jsonOf } from '../http/body.ts';
import { badRequest, badRevision, CouchError, notFound } from '../http/errors.ts';
import { boundaryOf, readParts, type Part } from '../http/multipart.ts';
import { companyOf } from '../store/company-of.ts';
import type { IncomingFile } from '../store/received-files.ts';
import { parseRevisionId } from '../store/revision-id.ts';
import type { CouchDeps } from './couch-deps.ts';
import { answerWrite, documentIdOf, writeOne } from './document-routes.ts';
import {
	parseDocument,
	requireAttachmentName,
	requireId,
	type SentAttachment,
	type SentDocument
} from './parse-document.ts';
import { fileNameOf, keptOnce } from './receive-document.ts';
import { useDatabase, type DatabaseInUse } from './use-database.ts';

/** What a form of a page brings: a document of its own or the revision it adds files to. */
interface Form {
	document: SentDocument | null;
	rev: string | null;
	files: Map<string, SentAttachment>;
}

const MOST_REV_BYTES = 200;

/** Documents sent as a page's form does, with files in fields called `_attachments`. */
export function formRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const post = async (request: FastifyRequest, reply: FastifyReply) => {
		const use = await useDatabase(deps, request, 'write');
		requireOwnReferer(request);
		const id = requireId(documentIdOf(request));
		const contentType = request.headers['content-type'];
		const boundary = boundaryOf(contentType);
		if (boundary === null || !/^multipart\/form-data\b/i.test(contentType ?? '')) {
			throw new CouchError(415, 'bad_content_type', 'Content-Type must be multipart/form-data');
		}
		const received: IncomingFile[] = [];
		try {
			const form = await readForm(deps, use, readParts(bodyBytes(request), boundary), received);
			const sent = form.document ?? (await revisionNamed(use, id, form.rev));
			const attachments = new Map([...sent.attachments, ...form.files]);
			const row = await writeOne(deps, use, { ...sent, id, attachments }, false);
			return answerWrite(reply, request, row, 201);
		} finally {
			await Promise.all(received.map((file) => file.discard()));
		}
	};
	for (const address of ['/:db/:doc', '/:db/_design/:design']) app.post(address, post);
}

/** A form is what any page can send without asking: CouchDB wants to be told that it is one of its own. */
function requireOwnReferer({ headers, host }: FastifyRequest): void {
	const { referer } = headers;
	if (referer === undefined) throw badRequest('Referer header required.');
	if (!URL.canParse(referer) || new URL(referer).host !== host) {
		throw badRequest('Referer header must match host.');
	}
}

async function readForm(
	deps: CouchDeps,
	{ db, caller }: DatabaseInUse,
	parts: AsyncGenerator<Part>,
	received: IncomingFile[]
): Promise<Form> {
	const form: Form = { document: null, rev: null, files: new Map() };
	const limitBytes = deps.access.attachmentLimitBytes(caller, db.name);
	for await (const { headers, bytes } of parts) {
		const disposition = headers.get('content-disposition');
		const field = /[;\s]name="([^"]*)"/.exec(disposition ?? '')?.[1];
		if (field === '_doc') form.document = parseDocument(await jsonOf(bytes, deps.bodyLimitBytes));
		else if (field === '_rev') form.rev = await revisionIn(bytes);
		else if (field === '_attachments') {
			const name = fileNameOf(disposition);
			// A form without a file chosen sends one without a name.
			if (!name) continue;
			requireAttachmentName(name);
			const file = keptOnce(await deps.store.files.receive(companyOf(db.name), bytes, limitBytes));
			received.push(file);
			form.files.set(name, {
				kind: 'follows',
				contentType: headers.get('content-type') ?? 'application/octet-stream',
				revpos: 0,
				length: file.length,
				isPacked: false,
				file
			});
		}
	}
	return form;
}

async function revisionIn(bytes: AsyncIterable<Uint8Array>): Promise<string> {
	const pieces: Uint8Array[] = [];
	let length = 0;
	for await (const piece of bytes) {
		pieces.push(piece);
		length += piece.byteLength;
		if (length > MOST_REV_BYTES) throw badRevision();
	}
	const rev = Buffer.concat(pieces).toString();
	if (!parseRevisionId(rev)) throw badRevision();
	return rev;
}

/** A revision to be written again with other files. */
async function revisionNamed(
	{ db }: DatabaseInUse,
	id: string,
	rev: string | null
): Promise<SentDocument> {
	if (rev === null) throw badRequest('A form has `_doc` or `_rev`.');
	const found = await db.read(id, rev);
	if (!found) throw notFound('missing');
	const kept = Object.entries(found.attachments).map(([name, stub]): [string, SentAttachment] => [
		name,
		{ kind: 'stub', revpos: stub.revpos }
	]);
	const { body, deleted } = found;
	return { id, rev, revisions: undefined, deleted, body, attachments: new Map(kept) };
}
