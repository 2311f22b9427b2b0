import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopbackName } from './session-cookie.ts';

export interface Origins {
	/** Where people reach us, when a proxy stands in front. */
	publicOrigin: string | null;
	/** Foreign pages that may call us. */
	allowedOrigins: readonly string[];
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Writes from foreign pages are refused, whatever they sign in with; clients that are no browsers send no `Origin`
 * and pass. CORS answers only the listed origins.
 */
export function registerOriginCheck(app: FastifyInstance, origins: Origins): void {
	app.addHook('onRequest', async (request, reply) => {
		const { origin } = request.headers;
		const isListed = origin !== undefined && origins.allowedOrigins.includes(origin);
		if (isListed) allowOrigin(reply, origin);
		if (isListed && request.method === 'OPTIONS') {
			return reply
				.header('access-control-allow-methods', 'GET, PUT, POST, HEAD, DELETE')
				.header(
					'access-control-allow-headers',
					'accept, authorization, content-type, origin, referer, if-match, if-none-match'
				)
				.header('access-control-max-age', '600')
				.code(204)
				.send();
		}
		if (SAFE_METHODS.has(request.method) || isListed || isOwnPage(request, origins)) return;
		return reply.code(403).send({
			error: 'forbidden',
			reason: 'origin.foreign: Pages of other sites may not write here.',
			code: 'origin.foreign'
		});
	});
}

function allowOrigin(reply: FastifyReply, origin: string): void {
	reply.raw.setHeader('access-control-allow-origin', origin);
	reply.raw.setHeader('access-control-allow-credentials', 'true');
	reply.raw.setHeader('access-control-expose-headers', 'etag, content-length, retry-after');
	reply.raw.setHeader('cross-origin-resource-policy', 'cross-origin');
	reply.raw.setHeader('vary', 'Accept, Origin');
}

function isOwnPage(request: FastifyRequest, { publicOrigin }: Origins): boolean {
	const site = request.headers['sec-fetch-site'];
	if (site === 'cross-site' || site === 'same-site') return false;
	const { origin } = request.headers;
	if (origin === undefined) return true;
	if (origin === publicOrigin) return true;
	const url = URL.canParse(origin) ? new URL(origin) : null;
	if (url === null) return false;
	// A proxy may end TLS, so the scheme is not compared; a page of another host is another page.
	if (url.host === request.host) return true;
	// The app with reload runs beside us on this machine and forwards to us under our own address.
	return (
		isLoopbackName(url.hostname) &&
		Number(url.port || 80) === request.socket.localPort &&
		isLoopbackAddress(request.socket.remoteAddress)
	);
}

function isLoopbackAddress(address: string | undefined): boolean {
	return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address);
}
