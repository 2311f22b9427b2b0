import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { bodyBytes } from '../http/body.ts';
import {
	conflict,
	CouchError,
	forbidden,
	missingStub,
	notFound,
	tooLarge
} from '../http/errors.ts';
import { companyOf } from '../store/company-of.ts';
import type {
	AttachmentStub,
	Database,
	DocumentWrite,
	StoredRevision
} from '../store/document-store.ts';
import type { FileFacts } from '../store/received-files.ts';
import { isKnown } from './accepts.ts';
import { parseByteRanges } from './byte-range.ts';
import type { CouchDeps } from './couch-deps.ts';
import { answerWrite, documentIdOf, revisionOf } from './document-routes.ts';
import { newBoundary, rangePart } from './document-parts.ts';
import { Options } from './options.ts';
import { contentTypeOf, requireAttachmentName, requireId } from './parse-document.ts';
import { useDatabase, type DatabaseInUse } from './use-database.ts';
import { sendMultipart } from './send-multipart.ts';
import type { Refused } from './refused.ts';
import { conditionsOf, judge, judgeUpload } from './judge-write.ts';
import { ERASED } from './write-refusals.ts';

/** The document and the name, which may have slashes. */
function attachmentIn(request: FastifyRequest): { doc: string; name: string } {
	const { '*': name } = request.params as { '*': string };
	return { doc: documentIdOf(request), name };
}

/** Attachments on their own: bytes in and out as streams. */
export function attachmentRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const show = async (request: FastifyRequest, reply: FastifyReply) => {
		refuseToRun(request);
		const { db } = await useDatabase(deps, request, 'read');
		const { doc: id, name } = attachmentIn(request);
		const rev = revisionOf(request, new Options(request), null);
		const revision = await db.read(id, rev ?? undefined);
		if (!revision || (rev === null && revision.deleted)) {
			throw notFound(revision ? 'deleted' : 'missing');
		}
		const stub = attachmentOf(revision, name);
		if (!stub) throw notFound('Document is missing attachment');
		return sendAttachment(db, stub, request, reply);
	};

	const write = async (request: FastifyRequest, reply: FastifyReply) => {
		const use = await useDatabase(deps, request, 'write');
		const { db, caller } = use;
		const { doc, name } = attachmentIn(request);
		const id = requireId(doc);
		requireAttachmentName(name);
		const rev = revisionOf(request, new Options(request), null);
		const limitBytes = deps.access.attachmentLimitBytes(caller, db.name);
		const before = await revisionToExtend(use, id, rev);
		const declaredBytes = Number(request.headers['content-length'] ?? 0);
		if (declaredBytes > limitBytes) throw tooLarge(limitBytes);
		const contentType = contentTypeOf(request.headers['content-type']);
		const kept = Object.entries(before?.attachments ?? {}).filter(([there]) => there !== name);
		const changeWith = ({ digest, length, sha256 }: FileFacts): Change => {
			const stub: AttachmentStub = { digest, length, sha256, contentType, revpos: 0 };
			const attachments = Object.fromEntries([...kept, [name, stub]]);
			return { id, before, rev, attachments };
		};

		// Whatever is wrong already is said before anything is taken in.
		const declared = changeWith({ digest: '', length: declaredBytes, sha256: '' });
		const current = await db.read(id);
		const early = writeOf(use, declared, current);
		refuseIf(await judgeUpload(deps, use, early, name, current));

		const company = companyOf(db.name);
		const file = await deps.store.files.receive(company, bodyBytes(request), limitBytes);
		try {
			requireSameBytes(request, file);
			return await save(deps, use, request, reply, changeWith(file), 201, () => file.keep());
		} finally {
			await file.discard();
		}
	};

	const remove = async (request: FastifyRequest, reply: FastifyReply) => {
		const use = await useDatabase(deps, request, 'write');
		const { doc, name } = attachmentIn(request);
		const id = requireId(doc);
		const rev = revisionOf(request, new Options(request), null);
		const winner = rev === null ? await use.db.read(id) : null;
		if (winner && !attachmentOf(winner, name)) throw notFound('Document is missing attachment');
		const before = await revisionToExtend(use, id, rev);
		if (!before) throw notFound('missing');
		if (!attachmentOf(before, name)) throw notFound('Document is missing attachment');
		const kept = Object.entries(before.attachments).filter(([there]) => there !== name);
		const change = { id, before, rev, attachments: Object.fromEntries(kept) };
		return save(deps, use, request, reply, change, 200);
	};

	for (const address of ['/:db/:doc/*', '/:db/_design/:design/*']) {
		// Fastify's own HEAD would read the file to its end and call it empty.
		app.get(address, { exposeHeadRoute: false }, show);
		app.head(address, show);
		app.put(address, write);
		app.delete(address, remove);
	}
}

/** Whoever sends `Content-MD5` wants to know that the bytes arrived as they left. */
function requireSameBytes(request: FastifyRequest, { digest }: FileFacts): void {
	const declared = request.headers['content-md5'];
	if (typeof declared !== 'string' || `md5-${declared.trim()}` === digest) return;
	throw new CouchError(400, 'content_md5_mismatch', 'Possible message corruption.');
}

/** The revision an attachment is added to or taken from; null creates the document. */
async function revisionToExtend(
	{ db }: DatabaseInUse,
	id: string,
	rev: string | null
): Promise<StoredRevision | null> {
	const found = await db.read(id, rev ?? undefined);
	if (rev !== null && !found) throw new CouchError(409, 'not_found', 'missing_rev');
	if (rev === null && found && !found.deleted) throw conflict();
	return rev === null ? null : found;
}

interface Change {
	id: string;
	before: StoredRevision | null;
	rev: string | null;
	attachments: Record<string, AttachmentStub>;
}

function writeOf(
	{ caller }: DatabaseInUse,
	{ id, before, rev, attachments }: Change,
	current: StoredRevision | null
): DocumentWrite {
	return {
		id,
		deleted: false,
		body: before?.body ?? {},
		attachments,
		parentRev: rev,
		...conditionsOf(caller, current)
	};
}

/** @param keepBytes called once the change is allowed, before it is written. */
async function save(
	deps: CouchDeps,
	use: DatabaseInUse,
	request: FastifyRequest,
	reply: FastifyReply,
	change: Change,
	statusCode: number,
	keepBytes?: () => Promise<void>
): Promise<FastifyReply> {
	const { id } = change;
	const current = await use.db.read(id);
	const write = writeOf(use, change, current);
	refuseIf(await judge(deps, use, write, current));
	await keepBytes?.();
	const [outcome] = await use.db.write([write]);
	if (!outcome) throw new TypeError('The store answers each write.');
	if (outcome.ok) {
		return answerWrite(reply, request, { ok: true, id, rev: outcome.rev }, statusCode);
	}
	if (outcome.refusal === 'missing_stub') throw missingStub();
	throw outcome.refusal === 'erased' ? forbidden(ERASED) : conflict();
}

function refuseIf(denied: Refused | null): void {
	if (denied) throw new CouchError(denied.statusCode, denied.error, denied.reason);
}

function attachmentOf(revision: StoredRevision, name: string): AttachmentStub | null {
	return Object.entries(revision.attachments).find(([there]) => there === name)?.[1] ?? null;
}

/** What browsers say they want something for when it would run, or style, a page: https://www.w3.org/TR/fetch-metadata/ */
const RUNNING = new Set([
	'audioworklet',
	'manifest',
	'paintworklet',
	'script',
	'serviceworker',
	'sharedworker',
	'style',
	'worker',
	'xslt'
]);

/** A policy in the answer keeps a page from running; a script is run by the page that asks for it. */
function refuseToRun({ headers }: FastifyRequest): void {
	const wanted = headers['sec-fetch-dest'];
	if (typeof wanted === 'string' && RUNNING.has(wanted)) {
		throw forbidden('attachment.never_runs: What is stored here is never run.');
	}
}

async function sendAttachment(
	db: Database,
	stub: AttachmentStub,
	request: FastifyRequest,
	reply: FastifyReply
): Promise<FastifyReply> {
	const md5 = stub.digest.replace(/^md5-/, '');
	const etag = `"${md5}"`;
	void reply.headers({
		etag,
		'content-md5': md5,
		'content-type': stub.contentType,
		'accept-ranges': 'bytes',
		'cache-control': 'must-revalidate',
		// What people store is shown on the app's own origin: as nothing that runs.
		'x-content-type-options': 'nosniff',
		'content-security-policy': "sandbox; default-src 'none'"
	});
	if (isKnown(request, etag)) return reply.code(304).send();

	const ranges = parseByteRanges(request.headers.range, stub.length);
	if (ranges === 'unsatisfiable') {
		void reply.header('content-range', `bytes */${stub.length}`);
		throw new CouchError(416, 'requested_range_not_satisfiable', 'Requested range not satisfiable');
	}
	// A `HEAD` is told of the whole: `Range` is about `GET` alone (RFC 9110).
	if (ranges && ranges.length > 1 && request.method === 'GET') {
		const parts = ranges.map((range) => rangePart(db, stub, range));
		return sendMultipart(reply.code(206), {
			type: 'multipart/byteranges',
			boundary: newBoundary(),
			parts
		});
	}
	const range = ranges?.length === 1 ? ranges[0] : undefined;
	const length = range ? range.end - range.start + 1 : stub.length;
	void reply.header('content-length', length);
	if (range) {
		void reply
			.code(206)
			.header('content-range', `bytes ${range.start}-${range.end}/${stub.length}`);
	}
	if (request.method === 'HEAD') return reply.send();
	const bytes = await db.readAttachment(stub, range);
	if (!bytes) {
		request.log.error({ digest: stub.digest }, 'the bytes of an attachment are gone');
		void reply.removeHeader('content-length');
		throw new CouchError(500, 'internal_server_error', 'The attachment cannot be read.');
	}
	return reply.send(bytes instanceof Readable ? bytes : Readable.from(bytes));
}
