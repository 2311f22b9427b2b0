import type { FastifyRequest } from 'fastify';

/**
 * Whether an `Accept` header takes a media type, as CouchDB reads it: without the header everything is taken.
 */
export function accepts(accept: string | undefined, mediaType: string): boolean {
	if (accept === undefined || accept.trim() === '') return true;
	const [wantedType] = mediaType.split('/');
	return accept.split(',').some((range) => {
		const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
		if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false;
		return type === mediaType || type === '*/*' || type === `${wantedType}/*`;
	});
}

/** Whether the asker says (`If-None-Match`) that they have what this etag names already. */
export function isKnown(request: FastifyRequest, etag: string): boolean {
	const known = request.headers['if-none-match'];
	if (known === undefined) return false;
	return known
		.split(',')
		.map((one) => one.trim().replace(/^W\//, ''))
		.some((one) => one === '*' || one === etag);
}
