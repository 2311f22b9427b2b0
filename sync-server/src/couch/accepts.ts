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
