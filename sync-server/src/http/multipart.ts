/** Bodies in several parts (RFC 2046), in as they come and out as they are read. */

import { Dicer } from '@fastify/busboy';
import { Readable } from 'node:stream';
import { badRequest } from './errors.ts';

export interface Part {
	/** By lower-case name; the first value of each. */
	headers: ReadonlyMap<string, string>;
	bytes: AsyncIterable<Uint8Array>;
}

/** The boundary a `Content-Type` names; null when it is not multipart. */
export function boundaryOf(contentType: string | undefined): string | null {
	const match =
		/^multipart\/[a-z]+\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(
			contentType ?? ''
		);
	return match?.[1] ?? match?.[2] ?? null;
}

/**
 * The parts of a body, one after the other: what is left of one is skipped when the next is asked for. Throws a
 * `CouchError` for a body that ends before its last boundary.
 */
export async function* readParts(
	body: AsyncIterable<Uint8Array>,
	boundary: string
): AsyncGenerator<Part> {
	const dicer = new Dicer({ boundary, maxHeaderPairs: 30 });
	const source = Readable.from(body, { objectMode: false });
	const arrived: { headers: ReadonlyMap<string, string>; stream: Readable }[] = [];
	let failure: unknown = null;
	let isOver = false;
	let wake: () => void = () => undefined;
	const streams = new Set<Readable>();
	const fail = (error: unknown) => {
		failure ??= error;
		// Whoever reads a part must not wait for the rest of it.
		for (const stream of streams) stream.destroy();
		wake();
	};
	source.on('error', fail);
	dicer.on('error', () => fail(badRequest('The multipart body ended too early.')));
	dicer.on('finish', () => {
		isOver = true;
		wake();
	});
	dicer.on('part', (stream) => {
		streams.add(stream);
		stream.on('close', () => streams.delete(stream));
		stream.on('error', () => fail(badRequest('The multipart body ended too early.')));
		stream.on('header', (header: Record<string, string[]>) => {
			const headers = Object.entries(header).map(([name, [value = '']]): [string, string] => [
				name.toLowerCase(),
				value
			]);
			arrived.push({ headers: new Map(headers), stream });
			wake();
		});
	});
	source.pipe(dicer);
	try {
		for (;;) {
			const next = arrived.shift();
			if (next) {
				yield { headers: next.headers, bytes: bytesOf(next.stream, () => failure) };
				next.stream.resume();
				continue;
			}
			if (failure !== null) throw failure as Error;
			if (isOver) return;
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
		}
	} finally {
		source.unpipe(dicer);
		source.destroy();
		dicer.destroy();
	}
}

async function* bytesOf(stream: Readable, failure: () => unknown): AsyncGenerator<Uint8Array> {
	try {
		yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
	} catch (error) {
		throw failure() ?? error;
	}
	if (failure() !== null) throw failure() as Error;
}

export interface OutgoingPart {
	headers: Readonly<Record<string, string>>;
	body: string | { length: number; bytes: AsyncIterable<Uint8Array> } | Multipart;
}

/** Parts ready to be sent, their length known before. */
export interface Multipart {
	/** Without its boundary, such as `multipart/related`. */
	type: string;
	boundary: string;
	parts: readonly OutgoingPart[];
}

export function contentTypeOfMultipart({ type, boundary }: Omit<Multipart, 'parts'>): string {
	return `${type}; boundary="${boundary}"`;
}

/** The bytes of a body in several parts, read from their sources as they are taken. */
export async function* multipartBytes(multipart: Multipart): AsyncGenerator<Uint8Array> {
	for (const [i, part] of multipart.parts.entries()) {
		yield* partBytes(multipart.boundary, part, i === 0);
	}
	yield Buffer.from(endOf(multipart.boundary));
}

/** The bytes of one part, its boundary before it. */
export async function* partBytes(
	boundary: string,
	part: OutgoingPart,
	isFirst: boolean
): AsyncGenerator<Uint8Array> {
	for (const piece of piecesOf(boundary, part, isFirst)) {
		if (typeof piece === 'string') yield Buffer.from(piece);
		else yield* piece.bytes;
	}
}

/** What comes after the last part. */
export function endOf(boundary: string): string {
	return `\r\n--${boundary}--`;
}

/** How many bytes `multipartBytes` gives. */
export function multipartLength({ boundary, parts }: Multipart): number {
	let length = Buffer.byteLength(endOf(boundary));
	for (const [i, part] of parts.entries()) {
		for (const piece of piecesOf(boundary, part, i === 0)) {
			length += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
		}
	}
	return length;
}

function* piecesOf(
	boundary: string,
	{ headers, body }: OutgoingPart,
	isFirst: boolean
): Generator<string | { length: number; bytes: AsyncIterable<Uint8Array> }> {
	const inner = typeof body === 'object' && 'parts' in body ? body : null;
	const lines = Object.entries({
		...(inner ? { 'Content-Type': contentTypeOfMultipart(inner) } : {}),
		...headers
	}).map(([name, value]) => `${name}: ${value}\r\n`);
	// The line break before a boundary belongs to it; nothing is there before the first.
	yield `${isFirst ? '' : '\r\n'}--${boundary}\r\n${lines.join('')}\r\n`;
	if (!inner) yield body as string | { length: number; bytes: AsyncIterable<Uint8Array> };
	else {
		for (const [i, part] of inner.parts.entries()) {
			yield* piecesOf(inner.boundary, part, i === 0);
		}
		yield endOf(inner.boundary);
	}
}
