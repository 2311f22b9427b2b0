import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Json } from '../../store/json.ts';
import type { Queries } from '../../store/queries.ts';
import { jsonHeaders } from '../send-json.ts';

/** Passes a verb on to a store that answers it itself. */
export async function forward(
	queries: Queries & { by: 'store' },
	request: FastifyRequest,
	reply: FastifyReply,
	body?: Json
): Promise<FastifyReply> {
	// Behind the database's name, whose own slashes are encoded.
	const [, path = '', search = ''] = /^\/[^/]*\/([^?]*)(\?.*)?$/s.exec(request.raw.url ?? '') ?? [];
	const answer = await queries.forward({
		method: request.method,
		path,
		search,
		...(body === undefined ? {} : { body })
	});
	return jsonHeaders(reply).code(answer.statusCode).send(Readable.from(answer.body));
}
