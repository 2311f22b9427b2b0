import { createHash } from 'node:crypto';

/** What a request has beside its verb and address. */
export interface Asked {
	body?: string;
	headers?: Record<string, string>;
}

/** A request, and CouchDB's whole answer; `REV` in a body stands for the revision of `plain`. */
export type Row = [
	source: string,
	method: string,
	path: string,
	status: number,
	body: string | ((told: unknown) => void),
	asked?: Asked,
	headers?: Record<string, string | RegExp | null>
];

export const JSON_BODY = { 'content-type': 'application/json' };

/** The attachment `a` of the document `file`. */
export const TEXT = Buffer.from('0123456789');
export const MD5 = createHash('md5').update(TEXT).digest('base64');

/** CouchDB's words for a refusal. */
export const error = (name: string, reason: string) => `{"error":"${name}","reason":"${reason}"}\n`;
