import { boundaryOf, readParts } from '@outlay/sync-server/http/multipart';

export interface SentPart {
	headers?: Record<string, string>;
	bytes: Buffer;
}

/** As a replicator writes it: the document first, then the bytes in the order it lists them. */
export function related(document: object, parts: readonly SentPart[], boundary = 'x0x0x'): Buffer {
	const all: SentPart[] = [
		{
			headers: { 'Content-Type': 'application/json' },
			bytes: Buffer.from(JSON.stringify(document))
		},
		...parts
	];
	const pieces = all.flatMap(({ headers = {}, bytes }, i) => [
		Buffer.from(
			`${i === 0 ? '' : '\r\n'}--${boundary}\r\n` +
				Object.entries(headers)
					.map(([name, value]) => `${name}: ${value}\r\n`)
					.join('') +
				'\r\n'
		),
		bytes
	]);
	return Buffer.concat([...pieces, Buffer.from(`\r\n--${boundary}--`)]);
}

export interface ReadPart {
	headers: ReadonlyMap<string, string>;
	bytes: Buffer;
}

/** The parts of an answer. */
export async function partsOf(
	bytes: Buffer,
	contentType: string | null | undefined
): Promise<ReadPart[]> {
	const boundary = boundaryOf(contentType ?? undefined);
	if (boundary === null) throw new Error(`Not multipart: ${contentType}`);
	const parts: ReadPart[] = [];
	for await (const part of readParts(inPieces(bytes), boundary)) {
		const pieces: Uint8Array[] = [];
		for await (const piece of part.bytes) pieces.push(piece);
		parts.push({ headers: part.headers, bytes: Buffer.concat(pieces) });
	}
	return parts;
}

/** As it comes over a line that takes little at once. */
// eslint-disable-next-line @typescript-eslint/require-await -- an async generator is what a body is
export async function* inPieces(bytes: Buffer, size = 11): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const BINARY = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256));
export const TEXT = Buffer.from('two\r\n--x0x0\r\nlines');

export function follows(bytes: Buffer, contentType = 'application/octet-stream') {
	return { content_type: contentType, length: bytes.length, follows: true };
}

export function json(part: ReadPart | undefined): Record<string, unknown> {
	return JSON.parse(part?.bytes.toString() ?? 'null') as Record<string, unknown>;
}
