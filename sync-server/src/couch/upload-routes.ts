import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { databaseName } from '@outlay/domain/addresses';
import { blobHash, blobId } from '@outlay/domain/identifiers';
import { badRequest, CouchError, forbidden, notFound, unauthorized } from '../http/errors.ts';
import { companyOf } from '../store/company-of.ts';
import type { DocumentWrite } from '../store/document-store.ts';
import type { FileFacts } from '../store/received-files.ts';
import { ArrivingBytes } from './arriving-bytes.ts';
import type { CouchDeps } from './couch-deps.ts';
import { Options } from './options.ts';
import { contentTypeOf } from './parse-document.ts';
import { sendJson } from './send-json.ts';
import { PIECE_BYTES, type UnfinishedUploads, type Uploader } from './unfinished-uploads.ts';
import { databaseFor, type DatabaseInUse } from './use-database.ts';
import { conditionsOf, judge, judgeUpload } from './judge-write.ts';
import { ERASED } from './write-refusals.ts';

/** A connection that broke ends its request by itself, once what it brought is read; a silent one does not. */
const ENDING_MS = 500;

/** How far an upload is: what every answer of these addresses says. */
interface Progress {
	sha256: string;
	/** Bytes that are on disk here, from the first on. */
	receivedBytes: number;
	/** Whether the mailbox has the whole of it, verified. */
	isStored: boolean;
}

/**
 * Receipt bytes in as many requests as the connection takes, for a person's own mailbox:
 *
 * - `GET /_outlay/uploads/<sha256>` says how far they are.
 * - `PUT /_outlay/uploads/<sha256>?bytes=<length of all>&from=<offset>` goes on. What arrives is kept piece by piece,
 *   also when the request breaks off; what is here already is passed over. With the last byte the whole is hashed
 *   and becomes `blob:<sha256>` of the mailbox, by the rules for any blob.
 *
 * Refuses `upload.gap` (409) when bytes between are missing, and `upload.other_content` (409) when the whole is not what
 * it is called: then nothing of it is kept.
 */
export function uploadRoutes(app: FastifyInstance, deps: CouchDeps): void {
	const { uploads } = deps;
	const underWay = new RequestsUnderWay();

	app.get('/_outlay/uploads/:sha256', async (request, reply) => {
		const { sha256, uploader, use } = await whoSends(deps, request);
		// What an interrupted request still holds counts: it is a connection that died without a word.
		await underWay.endOther(keyOf(uploader, sha256), request);
		return sendJson(reply, await progressOf(uploads, use, uploader, sha256));
	});

	app.put('/_outlay/uploads/:sha256', async (request, reply) => {
		// From the first moment: a connection may break before it is known whose it is.
		const sent = new ArrivingBytes(request.body as Readable | null);
		try {
			return await receive(request, reply, sent);
		} finally {
			sent.release();
		}
	});

	const receive = async (
		request: FastifyRequest,
		reply: FastifyReply,
		sent: AsyncIterable<Uint8Array>
	): Promise<FastifyReply> => {
		const { sha256, uploader, use } = await whoSends(deps, request);
		const options = new Options(request);
		const byteLength = options.count('bytes') ?? 0;
		const from = options.count('from') ?? 0;
		const contentType = contentTypeOf(request.headers['content-type']);
		if (byteLength < 1 || from > byteLength) throw badRequest('upload.range: bytes and from.');
		if (!['', 'identity'].includes(request.headers['content-encoding'] ?? '')) {
			throw new CouchError(415, 'bad_content_encoding', 'Pieces are sent as they are.');
		}
		const facts = { digest: '', length: byteLength, sha256 };
		const current = await use.db.read(blobId(sha256));
		const early = writeOf(use, facts, contentType, current?.rev ?? null);
		refuseIf(await judgeUpload(deps, use, early, 'data', current));
		if (current && !current.deleted) {
			return sendJson(reply, await progressOf(uploads, use, uploader, sha256));
		}

		return underWay.during(keyOf(uploader, sha256), request, async () => {
			await uploads.makeRoom(uploader, sha256, byteLength);
			let receivedBytes = await uploads.receivedBytes(uploader, sha256);
			if (from > receivedBytes) return sendGap(reply, { sha256, receivedBytes, isStored: false });
			for await (const piece of piecesFrom(sent, from, receivedBytes, byteLength)) {
				await uploads.add(uploader, sha256, receivedBytes, piece);
				receivedBytes += piece.byteLength;
			}
			if (receivedBytes >= byteLength) await assemble(deps, use, uploader, early);
			return sendJson(reply, await progressOf(uploads, use, uploader, sha256));
		});
	};
}

/** Only a person sends, and only into their own mailbox. */
async function whoSends(
	deps: CouchDeps,
	request: FastifyRequest
): Promise<{ sha256: string; uploader: Uploader; use: DatabaseInUse }> {
	const sha256 = blobHash(blobId((request.params as { sha256: string }).sha256));
	const caller = await deps.access.caller(request);
	const { companyId, userId } = caller;
	if (caller.kind === 'anonymous') throw unauthorized('session.expired: Sign in again.');
	if (companyId === undefined || userId === undefined) {
		throw forbidden('upload.people_only: Only people have a mailbox to upload to.');
	}
	if (sha256 === null) throw notFound('missing');
	const mailbox = databaseName({ kind: 'mailbox', companyId, userId });
	const use = await databaseFor(deps, caller, mailbox, 'write');
	return { sha256, uploader: { companyId, userId }, use };
}

async function progressOf(
	uploads: UnfinishedUploads,
	{ db }: DatabaseInUse,
	uploader: Uploader,
	sha256: string
): Promise<Progress> {
	const stored = await db.read(blobId(sha256));
	if (stored && !stored.deleted) {
		// Left by two requests that came to the end at once.
		await uploads.forget(uploader, sha256);
		const receivedBytes = stored.attachments['data']?.length ?? 0;
		return { sha256, receivedBytes, isStored: true };
	}
	const receivedBytes = await uploads.receivedBytes(uploader, sha256);
	return { sha256, receivedBytes, isStored: false };
}

function sendGap(reply: FastifyReply, progress: Progress): FastifyReply {
	const reason = 'upload.gap: Bytes before these are missing.';
	return sendJson(reply, { ...progress, error: 'conflict', reason }, 409);
}

/**
 * What came, in pieces to be kept, without the bytes that are here already. A connection that breaks ends it like a
 * complete one: what arrived is worth as much.
 */
async function* piecesFrom(
	sent: AsyncIterable<Uint8Array>,
	from: number,
	receivedBytes: number,
	byteLength: number
): AsyncGenerator<Buffer> {
	let passOver = receivedBytes - from;
	let left = byteLength - receivedBytes;
	let held: Buffer[] = [];
	let heldBytes = 0;
	for await (const part of sent) {
		let bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
		const passed = Math.min(passOver, bytes.byteLength);
		passOver -= passed;
		bytes = bytes.subarray(passed);
		if (bytes.byteLength > left) throw badRequest('upload.range: More bytes than were announced.');
		left -= bytes.byteLength;
		while (bytes.byteLength > 0) {
			const fitting = bytes.subarray(0, PIECE_BYTES - heldBytes);
			held.push(fitting);
			heldBytes += fitting.byteLength;
			bytes = bytes.subarray(fitting.byteLength);
			if (heldBytes < PIECE_BYTES) continue;
			yield Buffer.concat(held);
			held = [];
			heldBytes = 0;
		}
	}
	if (heldBytes > 0) yield Buffer.concat(held);
}

/** The whole, hashed once more as it lies here, becomes the blob. */
async function assemble(
	deps: CouchDeps,
	use: DatabaseInUse,
	uploader: Uploader,
	early: DocumentWrite
): Promise<void> {
	const announced = early.attachments['data'];
	const sha256 = blobHash(early.id);
	if (announced === undefined || sha256 === null) throw new TypeError('It is the write of a blob.');
	const { db } = use;
	const { store, uploads } = deps;
	const file = await store.files.receive(
		companyOf(db.name),
		uploads.read(uploader, sha256),
		announced.length
	);
	try {
		if (file.length < announced.length) return;
		if (file.sha256 !== sha256) {
			await uploads.forget(uploader, sha256);
			const reason = 'upload.other_content: The bytes are not those the name says.';
			throw new CouchError(409, 'conflict', reason);
		}
		const current = await db.read(early.id);
		if (current && !current.deleted) return;
		const write = writeOf(use, file, announced.contentType, current?.rev ?? null);
		refuseIf(await judge(deps, use, write, current));
		await file.keep();
		const [outcome] = await db.write([write]);
		if (outcome?.ok === false && outcome.refusal === 'erased') throw forbidden(ERASED);
		// Any other refusal is a write in between: what is there now is what the answer says.
	} finally {
		await file.discard();
	}
}

function writeOf(
	{ caller }: DatabaseInUse,
	{ digest, length, sha256 }: FileFacts,
	contentType: string,
	currentRev: string | null
): DocumentWrite {
	return {
		id: blobId(sha256),
		deleted: false,
		body: {},
		attachments: { data: { digest, length, sha256, contentType, revpos: 0 } },
		parentRev: null,
		...conditionsOf(caller, currentRev === null ? null : { rev: currentRev })
	};
}

function refuseIf(denied: { statusCode: number; error: string; reason: string } | null): void {
	if (denied) throw new CouchError(denied.statusCode, denied.error, denied.reason);
}

function keyOf({ companyId, userId }: Uploader, sha256: string): string {
	return `${companyId}:${userId}:${sha256}`;
}

/**
 * A phone that lost its signal leaves a request that waits for bytes. The next one for the same bytes ends it, so that
 * what it holds is kept and counted.
 */
class RequestsUnderWay {
	readonly #running = new Map<string, { request: FastifyRequest; ended: Promise<unknown> }>();

	async endOther(key: string, request: FastifyRequest): Promise<void> {
		const other = this.#running.get(key);
		if (other === undefined || other.request === request) return;
		const ended = other.ended.catch(() => undefined);
		const timer = setTimeout(() => other.request.raw.destroy(), ENDING_MS);
		await ended;
		clearTimeout(timer);
	}

	async during<T>(key: string, request: FastifyRequest, work: () => Promise<T>): Promise<T> {
		await this.endOther(key, request);
		const ended = work();
		const running = { request, ended };
		this.#running.set(key, running);
		try {
			return await ended;
		} finally {
			if (this.#running.get(key) === running) this.#running.delete(key);
		}
	}
}
