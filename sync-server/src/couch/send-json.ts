import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';

/** JSON with CouchDB's headers and its newline at the end, whatever `Accept` says. */
export function sendJson(reply: FastifyReply, value: unknown, statusCode = 200): FastifyReply {
	return jsonHeaders(reply)
		.code(statusCode)
		.send(jsonBytes(`${JSON.stringify(value)}\n`));
}

/** Sends pieces of JSON text as they are made: in one piece when there is but one, else as a stream. */
export async function sendJsonPieces(
	reply: FastifyReply,
	pieces: AsyncGenerator<string>
): Promise<FastifyReply> {
	// What fails before the first piece still gets a proper status.
	const first = await pieces.next();
	if (first.done) return jsonHeaders(reply).send(jsonBytes(''));
	const second = await pieces.next();
	if (second.done) return jsonHeaders(reply).send(jsonBytes(first.value));
	const rest = async function* (): AsyncGenerator<string> {
		yield first.value;
		yield second.value;
		yield* pieces;
	};
	return jsonHeaders(reply).send(Readable.from(rest(), { objectMode: false }));
}

/** Fastify adds a charset to text; CouchDB's clients get the type as CouchDB writes it. */
function jsonBytes(text: string): Buffer {
	return Buffer.from(text);
}

/** Characters that are worth sending on their own. */
export const LARGE_PIECE = 65_536;

/** Joins small pieces to pieces worth sending. */
export async function* inLargePieces(pieces: AsyncIterable<string>): AsyncGenerator<string> {
	let waiting = '';
	for await (const piece of pieces) {
		waiting += piece;
		if (waiting.length >= LARGE_PIECE) {
			yield waiting;
			waiting = '';
		}
	}
	if (waiting) yield waiting;
}

export function jsonHeaders(reply: FastifyReply): FastifyReply {
	return reply
		.header('content-type', 'application/json')
		.header('cache-control', 'must-revalidate');
}
