/**
 * A revision's body as it lies in the `bodies` table.
 *
 * byte 0: 1, or 2 when the revision has attachments · 1–4: CRC-32 of the rest · `[body]` or `[body, attachments]` as
 * JSON. Before format 2 it was the JSON alone.
 */

import { crc32 } from 'node:zlib';
import type { AttachmentStub } from '../document-store.ts';
import type { JsonObject } from '../json.ts';
import { DataDamaged } from '../store-errors.ts';

const PLAIN = 1;
const WITH_ATTACHMENTS = 2;
const JSON_AT = 5;
/** `[`, with which the records of format 1 begin. */
const BARE_JSON = 0x5b;

export interface Body {
	body: JsonObject;
	attachments: Record<string, AttachmentStub>;
}

/**
 * @param bodyText the body as JSON.
 * @param attachments null for none.
 */
export function encodeBody(
	bodyText: string,
	attachments: Record<string, AttachmentStub> | null
): Buffer {
	const json = `[${bodyText}${attachments ? `,${JSON.stringify(attachments)}` : ''}]`;
	const bytes = Buffer.allocUnsafe(JSON_AT + Buffer.byteLength(json));
	bytes.writeUInt8(attachments ? WITH_ATTACHMENTS : PLAIN, 0);
	bytes.write(json, JSON_AT);
	bytes.writeUInt32BE(crc32(bytes.subarray(JSON_AT)), 1);
	return bytes;
}

/** The body as its JSON text; null for one with attachments. Throws `DataDamaged` as `decodeBody` does. */
export function bodyTextOf(bytes: Buffer): string | null {
	if (bytes[0] !== PLAIN) return null;
	requireIntact(bytes);
	// The one member of a list.
	return bytes.toString('utf8', JSON_AT + 1, bytes.length - 1);
}

/** Throws `DataDamaged` for bytes that are not what was written. */
export function decodeBody(bytes: Buffer): Body {
	const isBare = bytes[0] === BARE_JSON;
	if (!isBare) requireIntact(bytes);
	const [body, attachments = {}] = JSON.parse(bytes.toString('utf8', isBare ? 0 : JSON_AT)) as [
		JsonObject,
		Record<string, AttachmentStub>?
	];
	return { body, attachments };
}

function requireIntact(bytes: Buffer): void {
	if (bytes.length < JSON_AT || crc32(bytes.subarray(JSON_AT)) !== bytes.readUInt32BE(1)) {
		throw new DataDamaged('the content of a revision');
	}
}

/** The hashes of the files a body names, each once; cheap for the many that name none. */
export function filesNamedIn(bytes: Buffer): Set<string> {
	if (bytes[0] === PLAIN) return new Set();
	const { attachments } = decodeBody(bytes);
	return new Set(Object.values(attachments).flatMap(({ sha256 }) => sha256 ?? []));
}
