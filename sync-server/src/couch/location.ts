import type { FastifyRequest } from 'fastify';

/** Where something of a database is found, for a `Location` header; a name of an attachment keeps its slashes. */
export function locationOf(
	request: FastifyRequest,
	database: string,
	id?: string,
	attachmentName?: string
): string {
	const name = attachmentName?.split('/').map(encodeURIComponent).join('/');
	const path = [encodeURIComponent(database), id === undefined ? id : encodeURIComponent(id), name];
	const place = path.filter((part) => part !== undefined).join('/');
	return `${request.protocol}://${request.host}/${place}`;
}
