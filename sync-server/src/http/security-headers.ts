import type { FastifyInstance } from 'fastify';

/** For everything that is no part of the app: nothing of it may run or be framed. */
const NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'; sandbox";

/**
 * For the app's page, beside its own policy in a meta tag, which lists what may run by hash: this adds what a meta
 * tag may not carry.
 */
export const PAGE_POLICY = "frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/** For scripts: a worker takes its policy from the answer it came with. */
export const SCRIPT_POLICY =
	"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' blob: data:; " +
	"img-src 'self' blob: data:; object-src 'none'; base-uri 'none'";

const PERMISSIONS = [
	'camera=(self)',
	'geolocation=(self)',
	'screen-wake-lock=(self)',
	...['microphone', 'payment', 'usb', 'serial', 'midi', 'display-capture'].map(
		(feature) => `${feature}=()`
	)
].join(', ');

/**
 * Headers every answer has, streamed ones and errors too.
 *
 * @param isPublicTls the public address is https, so browsers are told to stay with it.
 */
export function registerSecurityHeaders(app: FastifyInstance, isPublicTls: boolean): void {
	app.addHook('onRequest', (_request, reply, done) => {
		// On the raw answer: it keeps them however the answer is sent, and a route may still replace one.
		const set = (name: string, value: string) => reply.raw.setHeader(name, value);
		set('vary', 'Accept');
		set('content-security-policy', NOTHING_RUNS);
		set('x-content-type-options', 'nosniff');
		set('referrer-policy', 'no-referrer');
		set('permissions-policy', PERMISSIONS);
		set('cross-origin-opener-policy', 'same-origin');
		set('cross-origin-resource-policy', 'same-origin');
		if (isPublicTls) set('strict-transport-security', 'max-age=31536000');
		done();
	});
}
