import type { FastifyRequest } from 'fastify';

/** CouchDB's name for it, so that its clients find it. */
const NAME = 'AuthSession';

/** The session token of a request, or null. */
export function sessionTokenOf(request: FastifyRequest): string | null {
	for (const pair of (request.headers.cookie ?? '').split(';')) {
		const equals = pair.indexOf('=');
		if (pair.slice(0, equals).trim() !== NAME) continue;
		const value = pair.slice(equals + 1).trim();
		return /^[A-Za-z0-9_-]{43}$/.test(value) ? value : null;
	}
	return null;
}

/** `Set-Cookie` for a token; an empty one with an age of 0 takes it away. */
export function sessionCookie(token: string, maxAgeMs: number, isSecure: boolean): string {
	return [
		`${NAME}=${token}`,
		'Path=/',
		`Max-Age=${Math.floor(maxAgeMs / 1000)}`,
		'HttpOnly',
		'SameSite=Strict',
		...(isSecure ? ['Secure'] : [])
	].join('; ');
}

/** Cookies are `Secure`, except where a browser would then never send them: on this machine over http. */
export function needsSecureCookie(request: FastifyRequest, publicOrigin: string | null): boolean {
	const isLocal = isLoopbackName(request.hostname);
	if (publicOrigin !== null && !isLocal) return true;
	return !(isLocal && request.protocol === 'http');
}

export function isLoopbackName(hostname: string): boolean {
	return /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/i.test(hostname);
}
