/**
 * Request bodies of the CouchDB verbs. Fastify's own parsers refuse what clients send (empty JSON bodies,
 * `__proto__`, images, more than 1 MB), so bodies arrive as streams and each verb reads its own.
 */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Json, JsonObject } from '../store/json.ts';
import { badRequest, CouchError, tooLarge, tooMany, tooManyRequests } from './errors.ts';
import { jsonShape, MOST_JSON_VALUES } from './json-shape.ts';

/** Bytes of all JSON bodies that may be held at once; beyond it requests are sent away to come again. */
const MOST_HELD_BYTES = 256 * 1024 * 1024;
let heldBytes = 0;

/** Makes `request.body` the raw stream for every content type of a scope. */
export function takeBodiesAsStreams(scope: FastifyInstance): void {
	scope.removeAllContentTypeParsers();
	scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

/** The body's bytes as they come, unpacked where they were sent packed; nothing when there is no body. */
export async function* bodyBytes(request: FastifyRequest): AsyncGenerator<Uint8Array> {
	const body = request.body as Readable | null | undefined;
	if (!body) return;
	// Whoever stops reading early must still be able to answer: destroying a request closes its connection.
	const sent = body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
	const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
	const arriving = timed(request, sent);
	if (encoding === 'identity') yield* arriving;
	else if (encoding === 'gzip' || encoding === 'x-gzip') yield* unpacked(arriving);
	else throw new CouchError(415, 'bad_content_encoding', 'Content-Encoding may be gzip or none.');
}

const bodyMsOf = new WeakMap<FastifyRequest, number>();

/** How long was waited for the bytes of a body so far. */
export function bodyMs(request: FastifyRequest): number {
	return bodyMsOf.get(request) ?? 0;
}

async function* timed(
	request: FastifyRequest,
	sent: AsyncIterable<Uint8Array>
): AsyncGenerator<Uint8Array> {
	let since = performance.now();
	for await (const piece of sent) {
		bodyMsOf.set(request, bodyMs(request) + performance.now() - since);
		yield piece;
		since = performance.now();
	}
}

/** gzip'd bytes unpacked; 400 for what is none. How many they become is for the reader to watch. */
export async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	const gunzip = createGunzip();
	const source = Readable.from(bytes, { objectMode: false });
	source.on('error', (error) => gunzip.destroy(error));
	source.pipe(gunzip);
	try {
		yield* gunzip as AsyncIterable<Uint8Array>;
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : '';
		throw code.startsWith('Z_') ? badRequest('The body is not valid gzip.') : error;
	} finally {
		source.unpipe(gunzip);
		source.destroy();
		gunzip.destroy();
	}
}

/**
 * The body as JSON; undefined when there is none. Refuses with 400 what is not JSON, with 413 what is longer
 * than `limitBytes`.
 */
export async function readJson(
	request: FastifyRequest,
	limitBytes: number
): Promise<Json | undefined> {
	if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
	return jsonOf(bodyBytes(request), limitBytes);
}

/** As `readJson`, of any bytes. */
export async function jsonOf(
	bytes: AsyncIterable<Uint8Array>,
	limitBytes: number
): Promise<Json | undefined> {
	const parts: Uint8Array[] = [];
	let length = 0;
	try {
		for await (const part of bytes) {
			length += part.byteLength;
			heldBytes += part.byteLength;
			if (length > limitBytes) throw tooLarge(limitBytes);
			if (heldBytes > MOST_HELD_BYTES) throw tooManyRequests();
			parts.push(part);
		}
		return parseJson(Buffer.concat(parts));
	} finally {
		heldBytes -= length;
	}
}

function parseJson(bytes: Buffer): Json | undefined {
	const shape = jsonShape(bytes);
	if (shape === 'too_deep') throw badRequest('The JSON is nested too deeply.');
	if (shape === 'too_many_values') throw tooMany(MOST_JSON_VALUES, 'values');
	// A body with broken characters in it is refused rather than stored with others.
	if (!isUtf8(bytes)) throw badRequest('invalid UTF-8 JSON');
	try {
		const text = bytes.toString('utf8', hasByteOrderMark(bytes) ? 3 : 0);
		return text.trim() === '' ? undefined : (JSON.parse(text) as Json);
	} catch {
		throw badRequest('invalid UTF-8 JSON');
	}
}

function hasByteOrderMark(bytes: Buffer): boolean {
	return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** As `readJson`, and refuses anything but an object; no body is an empty object. */
export async function readJsonObject(
	request: FastifyRequest,
	limitBytes: number
): Promise<JsonObject> {
	const json = (await readJson(request, limitBytes)) ?? {};
	if (!isJsonObject(json)) throw badRequest('Request body must be a JSON object');
	return json;
}

export function isJsonObject(json: Json | undefined): json is JsonObject {
	return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** CouchDB takes POSTs as JSON only: what a form on another site can send is not among it. */
export function requireJsonContentType(request: FastifyRequest): void {
	const type = request.headers['content-type'] ?? '';
	if (!/^application\/json\s*(;|$)/i.test(type)) {
		throw new CouchError(415, 'bad_content_type', 'Content-Type must be application/json');
	}
}
