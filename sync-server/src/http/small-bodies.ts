import type { FastifyInstance } from 'fastify';

const LONGEST_BODY = 16 * 1024;

/**
 * Parsers of our own small routes: JSON and forms. What can't be read is no members, and the route says what is
 * missing; nothing of it is repeated in an error.
 */
export function takeSmallBodies(scope: FastifyInstance): void {
	scope.removeAllContentTypeParsers();
	const options = { parseAs: 'string' as const, bodyLimit: LONGEST_BODY };
	scope.addContentTypeParser<string>('application/json', options, (_request, body, done) => {
		try {
			done(null, JSON.parse(body));
		} catch {
			done(null, undefined);
		}
	});
	scope.addContentTypeParser<string>(
		'application/x-www-form-urlencoded',
		options,
		(_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body)))
	);
}
