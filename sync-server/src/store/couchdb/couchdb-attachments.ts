/** Attachments on their way to CouchDB. */

import type { FilesOnDisk } from '../attachment-files.ts';
import { companyOf } from '../company-of.ts';
import type { AttachmentStub, Database, DocumentWrite } from '../document-store.ts';
import type { JsonObject } from '../json.ts';
import { StoreUnreachable } from '../store-errors.ts';
import { placeOfBytes } from './couchdb-documents.ts';

/** Attachments up to this size in all go among other documents; larger ones as a stream of their own. */
const INLINE_BYTES = 64 * 1024;

export interface AttachmentParts {
	database: Database;
	/** Bytes on their way. */
	files: FilesOnDisk;
	/** Opens another database of the company, to carry an attachment over. */
	open: (name: string) => Promise<Database | null>;
}

export interface Attachments {
	/** Their descriptions by name, with the bytes of small ones. */
	json: Record<string, JsonObject>;
	/** The bytes of the others. */
	streamed: Map<string, () => Promise<AsyncIterable<Uint8Array>>>;
}

/** What a write has to bring of its attachments; null when the bytes of one are nowhere. */
export async function attachmentsOf(
	parts: AttachmentParts,
	write: DocumentWrite
): Promise<Attachments | null> {
	const stubs = Object.entries(write.attachments);
	const total = stubs.reduce((sum, [, { length }]) => sum + length, 0);
	const json: Attachments['json'] = {};
	const streamed: Attachments['streamed'] = new Map();
	for (const [name, stub] of stubs) {
		const { contentType, revpos, digest, length } = stub;
		const described = {
			content_type: contentType,
			...(revpos > 0 ? { revpos } : {}),
			...(revpos > 0 ? { digest } : {})
		};
		if (isKept(parts, write, name, stub)) {
			json[name] = { ...described, length, stub: true };
			continue;
		}
		const bytes = bytesOf(parts, stub);
		if (bytes === null) return null;
		if (total > INLINE_BYTES) {
			json[name] = described;
			streamed.set(name, bytes);
		} else {
			json[name] = { ...described, data: (await collect(await bytes())).toString('base64') };
		}
	}
	return { json, streamed };
}

/** Whether the revision that is extended has it. */
function isKept(
	{ database }: AttachmentParts,
	{ id, parentRev, revisions }: DocumentWrite,
	name: string,
	stub: AttachmentStub
): boolean {
	const place = placeOfBytes(stub);
	return (
		!revisions &&
		place?.database === database.name &&
		place.id === id &&
		place.rev === parentRev &&
		place.name === name
	);
}

/** How the bytes of a stub can be had, from where they arrived or from where it was read; null for nowhere. */
function bytesOf(
	{ database, files, open }: AttachmentParts,
	stub: AttachmentStub
): (() => Promise<AsyncIterable<Uint8Array>>) | null {
	const company = companyOf(database.name);
	const { sha256 } = stub;
	const place = placeOfBytes(stub);
	const find = async () => {
		if (place && companyOf(place.database) === company) {
			const there = await (await open(place.database))?.readAttachment(stub);
			if (there) return there;
		}
		return sha256 === null ? null : files.read(company, sha256);
	};
	if (sha256 !== null && files.hasNow(company, sha256)) {
		return async () => (await files.read(company, sha256)) ?? nothing(stub);
	}
	if (!place || companyOf(place.database) !== company) return null;
	return async () => (await find()) ?? nothing(stub);
}

function nothing(stub: AttachmentStub): never {
	throw new StoreUnreachable(new Error(`The bytes of ${stub.digest} are gone.`));
}

/** A document with its attachments as JSON, whose bytes are read as they are sent. */
export async function* jsonPieces(
	document: JsonObject,
	{ json, streamed }: Attachments
): AsyncGenerator<Uint8Array> {
	let before = `${JSON.stringify(document).slice(0, -1)},"_attachments":{`;
	for (const [name, description] of Object.entries(json)) {
		const text = JSON.stringify(description);
		const bytes = streamed.get(name);
		before += `${JSON.stringify(name)}:`;
		if (bytes) {
			yield Buffer.from(`${before}${text.slice(0, -1)},"data":"`);
			for await (const piece of base64(await bytes())) yield Buffer.from(piece);
			before = '"},';
		} else {
			before += `${text},`;
		}
	}
	yield Buffer.from(`${before.slice(0, -1)}}}`);
}

async function* base64(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	let left: Uint8Array = Buffer.alloc(0);
	for await (const piece of stream) {
		const bytes = Buffer.concat([left, piece]);
		// Three bytes are four letters; what is over waits for the next piece.
		const whole = bytes.byteLength - (bytes.byteLength % 3);
		left = bytes.subarray(whole);
		yield bytes.toString('base64', 0, whole);
	}
	yield Buffer.from(left).toString('base64');
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const parts: Uint8Array[] = [];
	for await (const part of stream) parts.push(part);
	return Buffer.concat(parts);
}
