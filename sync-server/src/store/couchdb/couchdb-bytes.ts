import { Readable } from 'node:stream';
import type { AttachmentStub } from '../document-store.ts';
import { companyOf } from '../company-of.ts';
import { documentPath, placeOfBytes } from './couchdb-documents.ts';
import type { DatabaseLine } from './database-line.ts';

/** The bytes a stub stands for, or null when they are not there, or not in this company. */
export async function readBytes(
	{ client, name }: DatabaseLine,
	stub: AttachmentStub,
	range?: { start: number; end: number }
): Promise<AsyncIterable<Uint8Array> | null> {
	const place = placeOfBytes(stub);
	if (place === null || companyOf(place.database) !== companyOf(name)) return null;
	const path = [
		client.database(place.database),
		documentPath(place.id),
		...place.name.split('/').map(encodeURIComponent)
	].join('/');
	const response = await client.fetch(path, {
		query: { rev: place.rev },
		headers: {
			accept: '*/*',
			...(range ? { range: `bytes=${range.start}-${range.end}` } : {})
		}
	});
	if (!response.ok) {
		await response.body?.cancel();
		return null;
	}
	const bytes = Readable.from((response.body ?? []) as AsyncIterable<Uint8Array>);
	// Compressible types are sent whole, whatever part was asked for.
	return range && response.status === 200 ? partOf(bytes, range) : bytes;
}

async function* partOf(
	bytes: AsyncIterable<Uint8Array>,
	{ start, end }: { start: number; end: number }
): AsyncGenerator<Uint8Array> {
	let at = 0;
	for await (const piece of bytes) {
		const from = Math.max(0, start - at);
		const to = Math.min(piece.byteLength, end + 1 - at);
		if (from < to) yield piece.subarray(from, to);
		at += piece.byteLength;
		if (at > end) return;
	}
}
