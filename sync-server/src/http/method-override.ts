import type { IncomingMessage } from 'node:http';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'COPY']);

/**
 * `X-HTTP-Method-Override`, as CouchDB takes it: a POST stands for another method, for clients that know no more. Called
 * before a request is routed (as Fastify's `rewriteUrl`, with the address it answers), so that everything that looks at
 * its method sees the one it stands for; our own addresses know nothing of it.
 */
export function overrideMethod(request: IncomingMessage): string {
	const { url = '/' } = request;
	const wanted = request.headers['x-http-method-override'];
	const isOurs = /^\/_outlay(\/|$|\?)/.test(url);
	if (request.method === 'POST' && !isOurs && typeof wanted === 'string' && METHODS.has(wanted)) {
		request.method = wanted;
	}
	return url;
}
