/** Errors as CouchDB says them: a status and `{"error", "reason"}`. Never a stack trace. */

import type { FastifyInstance, FastifyReply } from 'fastify';
import {
	AttachmentTooLarge,
	DatabaseDropped,
	IdTooLong,
	StorageFull,
	StoreUnreachable,
	WriteFailed
} from '../store/store-errors.ts';

/** Thrown anywhere in a CouchDB verb; the scope's error handler answers it. */
export class CouchError extends Error {
	readonly statusCode: number;
	readonly error: string;
	readonly reason: string;

	constructor(statusCode: number, error: string, reason: string) {
		super(reason);
		this.name = 'CouchError';
		this.statusCode = statusCode;
		this.error = error;
		this.reason = reason;
	}
}

export function badRequest(reason: string): CouchError {
	return new CouchError(400, 'bad_request', reason);
}

/** @param reason `missing`, `deleted`, or words. */
export function notFound(reason: string): CouchError {
	return new CouchError(404, 'not_found', reason);
}

export function databaseUnknown(): CouchError {
	return notFound('Database does not exist.');
}

export function conflict(): CouchError {
	return new CouchError(409, 'conflict', 'Document update conflict.');
}

export function badRevision(): CouchError {
	return badRequest('Invalid rev format');
}

export function missingStub(name?: string): CouchError {
	return new CouchError(
		412,
		'missing_stub',
		name === undefined
			? "A pre-existing attachment stub wasn't found"
			: `Invalid attachment stub for ${name}`
	);
}

export function forbidden(reason: string): CouchError {
	return new CouchError(403, 'forbidden', reason);
}

export function unauthorized(reason: string): CouchError {
	return new CouchError(401, 'unauthorized', reason);
}

export function tooLarge(limitBytes: number): CouchError {
	return new CouchError(
		413,
		'too_large',
		`the request entity is too large: at most ${limitBytes} bytes are taken`
	);
}

/** @param what of which there may be `most`, such as `rows`. */
export function tooMany(most: number, what: string): CouchError {
	const reason = `the request entity is too large: at most ${most} ${what} are taken`;
	return new CouchError(413, 'too_large', reason);
}

export function tooManyRequests(): CouchError {
	return new CouchError(429, 'too_many_requests', 'Please try again later.');
}

export function illegalId(reason: string): CouchError {
	return new CouchError(400, 'illegal_docid', reason);
}

/** Answers every error of a scope in CouchDB's form; what nobody expected is logged and told without detail. */
export function answerErrorsAsCouch(scope: FastifyInstance): void {
	scope.setErrorHandler((thrown, request, reply) => {
		const error = couchErrorOf(thrown);
		// Whoever went away in the middle of a body gets no answer and is no failure.
		if (request.raw.aborted) return sendCouchError(reply, badRequest('The body ended too early.'));
		if (error.statusCode >= 500 && !(thrown instanceof CouchError)) {
			request.log.error({ err: thrown }, 'a CouchDB request failed');
		}
		return sendCouchError(reply, error);
	});
}

/** No `WWW-Authenticate`: browsers would ask for a password in a window of their own. */
export function sendCouchError(reply: FastifyReply, error: CouchError): FastifyReply {
	return (
		reply
			.code(error.statusCode)
			.header('content-type', 'application/json')
			.header('cache-control', 'must-revalidate')
			// Bytes, because Fastify adds a charset to text.
			.send(Buffer.from(`${JSON.stringify({ error: error.error, reason: error.reason })}\n`))
	);
}

function couchErrorOf(thrown: unknown): CouchError {
	if (thrown instanceof CouchError) return thrown;
	if (thrown instanceof DatabaseDropped) return databaseUnknown();
	if (thrown instanceof AttachmentTooLarge) return tooLarge(thrown.limitBytes);
	if (thrown instanceof IdTooLong) return illegalId('Document id is too long');
	if (thrown instanceof StorageFull) {
		return new CouchError(507, 'insufficient_storage', 'The disk of the server is full.');
	}
	if (thrown instanceof StoreUnreachable) {
		return new CouchError(503, 'service_unavailable', 'The database server cannot be reached.');
	}
	if (thrown instanceof WriteFailed) {
		return new CouchError(503, 'service_unavailable', 'The server cannot write to its disk.');
	}
	// JSON nested thousands of levels deep overflows the stack where it is written out again.
	if (thrown instanceof RangeError && /call stack/i.test(thrown.message)) {
		return badRequest('The JSON is nested too deeply.');
	}
	const status =
		thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 500;
	if (status === 415) return new CouchError(415, 'bad_content_type', 'Invalid Content-Type');
	if (status === 413) return new CouchError(413, 'too_large', 'the request entity is too large');
	if (status === 429) return tooManyRequests();
	if (status >= 400 && status < 500) return new CouchError(status, 'bad_request', 'Bad request');
	return new CouchError(500, 'internal_server_error', 'Something went wrong on the server.');
}
