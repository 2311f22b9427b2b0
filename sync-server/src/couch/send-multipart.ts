import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import {
	contentTypeOfMultipart,
	endOf,
	multipartBytes,
	multipartLength,
	partBytes,
	type Multipart,
	type OutgoingPart
} from '../http/multipart.ts';

/** Sends a body in several parts; its length is told before, as CouchDB does. */
export function sendMultipart(reply: FastifyReply, multipart: Multipart): FastifyReply {
	void reply
		.header('content-type', contentTypeOfMultipart(multipart))
		.header('content-length', multipartLength(multipart))
		.header('cache-control', 'must-revalidate');
	return reply.send(Readable.from(multipartBytes(multipart), { objectMode: false }));
}

/** As `sendMultipart`, each part made when its turn has come, so that many documents are never held at once. */
export function sendParts(
	reply: FastifyReply,
	{ type, boundary }: Omit<Multipart, 'parts'>,
	parts: AsyncIterable<OutgoingPart>
): FastifyReply {
	const bytes = async function* (): AsyncGenerator<Uint8Array> {
		let isFirst = true;
		for await (const part of parts) {
			yield* partBytes(boundary, part, isFirst);
			isFirst = false;
		}
		yield Buffer.from(endOf(boundary));
	};
	void reply
		.header('content-type', contentTypeOfMultipart({ type, boundary }))
		.header('cache-control', 'must-revalidate');
	return reply.send(Readable.from(bytes(), { objectMode: false }));
}
