import type { FastifyRequest } from 'fastify';
import { bodyBytes, jsonOf, readJson, unpacked } from '../http/body.ts';
import { badRequest, CouchError, tooLarge } from '../http/errors.ts';
import { boundaryOf, readParts, type Part } from '../http/multipart.ts';
import { companyOf } from '../store/company-of.ts';
import type { IncomingFile } from '../store/received-files.ts';
import type { CouchDeps } from './couch-deps.ts';
import { followersOf, parseDocument, type SentDocument } from './parse-document.ts';
import type { DatabaseInUse } from './use-database.ts';
import { judgeEarly } from './judge-early.ts';

export interface ReceivedDocument {
	sent: SentDocument & { id: string };
	/** Takes away bytes that were not kept. */
	discard: () => Promise<void>;
}

/**
 * A document as JSON, or as `multipart/related`: the document first, then the bytes of each attachment it says
 * `follows` of, taken in as they come.
 *
 * @param complete adds what the address says of the document.
 */
export async function receiveDocument(
	deps: CouchDeps,
	use: DatabaseInUse,
	request: FastifyRequest,
	replicated: boolean,
	complete: (sent: SentDocument) => SentDocument & { id: string }
): Promise<ReceivedDocument> {
	const contentType = request.headers['content-type'];
	if (!/^multipart\//i.test(contentType ?? '')) {
		const sent = complete(parseDocument(await readJson(request, deps.bodyLimitBytes)));
		return { sent, discard: () => Promise.resolve() };
	}
	const boundary = boundaryOf(contentType);
	if (boundary === null || !/^multipart\/related\b/i.test(contentType ?? '')) {
		throw new CouchError(415, 'bad_content_type', 'Content-Type must be multipart/related');
	}

	const files: IncomingFile[] = [];
	const discard = async () => {
		await Promise.all(files.map((file) => file.discard()));
	};
	const parts = readParts(bodyBytes(request), boundary);
	try {
		const first = await parts.next();
		if (first.done) throw badRequest('The multipart body has no document.');
		const json = await jsonOf(first.value.bytes, deps.bodyLimitBytes);
		const sent = complete(parseDocument(json, true));
		const refused = await judgeEarly(deps, use, sent, replicated);
		if (refused) throw new CouchError(refused.statusCode, refused.error, refused.reason);
		await receiveFiles(deps, use, sent, parts, files);
		return { sent, discard };
	} catch (error) {
		await discard();
		throw error;
	} finally {
		await parts.return(undefined);
	}
}

async function receiveFiles(
	deps: CouchDeps,
	{ db, caller }: DatabaseInUse,
	sent: SentDocument,
	parts: AsyncGenerator<Part>,
	files: IncomingFile[]
): Promise<void> {
	const left = new Map(followersOf(sent));
	const limitBytes = deps.access.attachmentLimitBytes(caller, db.name);
	for (const { length } of left.values()) if (length > limitBytes) throw tooLarge(limitBytes);
	while (left.size > 0) {
		const part = await parts.next();
		if (part.done) throw badRequest('The multipart body has fewer parts than attachments follow.');
		const { headers, bytes } = part.value;
		const [inOrder] = left.keys();
		const named = fileNameOf(headers.get('content-disposition'));
		const name = named !== null && left.has(named) ? named : (inOrder as string);
		const attachment = left.get(name);
		if (!attachment) throw new TypeError('Its name was among those left.');
		left.delete(name);
		const isPacked =
			attachment.isPacked || headers.get('content-encoding')?.toLowerCase() === 'gzip';
		const file = await deps.store.files.receive(
			companyOf(db.name),
			isPacked ? unpacked(bytes) : bytes,
			limitBytes
		);
		files.push(file);
		if (!isPacked && file.length !== attachment.length) {
			throw badRequest(`Attachment '${name}' is not as long as its document says.`);
		}
		attachment.file = keptOnce(file);
	}
}

/** A document may be judged, and its bytes kept, more than once. */
export function keptOnce(file: IncomingFile): IncomingFile {
	let kept: Promise<void> | null = null;
	return { ...file, keep: () => (kept ??= file.keep()) };
}

export function fileNameOf(disposition: string | undefined): string | null {
	const name = /\bfilename="([^"]*)"/.exec(disposition ?? '')?.[1];
	// Headers of parts are read as Latin-1, and written as UTF-8.
	return name === undefined ? null : Buffer.from(name, 'latin1').toString('utf8');
}
