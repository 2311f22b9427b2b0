/** Bodies in several parts (RFC 2046), in as they come and out as they are read. */

import { badRequest } from './errors.ts';

export interface Part {
	/** By lower-case name; the first value of each. */
	headers: ReadonlyMap<string, string>;
	bytes: AsyncIterable<Uint8Array>;
}

/** The boundary a `Content-Type` names; null when it is not multipart. */
export function boundaryOf(contentType: string | undefined): string | null {
	const match =
		/^multipart\/[a-z-]+\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(
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
	const incoming = new IncomingParts(body, boundary);
	try {
		for await (const skipped of incoming.toBoundary()) void skipped;
		while (await incoming.hasPart()) {
			yield { headers: await incoming.headers(), bytes: incoming.toBoundary() };
			for await (const skipped of incoming.toBoundary()) void skipped;
		}
	} finally {
		await incoming.close();
	}
}

/** Headers of one part: a name and a content type, no more. */
const MOST_HEADER_BYTES = 16 * 1024;
const LINE_BREAK = Buffer.from('\r\n');
const BLANK_LINE = Buffer.from('\r\n\r\n');
const CR = 0x0d;

/** A body on its way: looked through as it comes, without copying what arrived in large pieces. */
class IncomingParts {
	readonly #source: AsyncIterator<Uint8Array>;
	readonly #delimiter: Buffer;
	/** The line break before a boundary belongs to it; the first boundary may do without. */
	#arrived: Buffer = LINE_BREAK;
	#isAtBoundary = false;

	constructor(body: AsyncIterable<Uint8Array>, boundary: string) {
		this.#source = body[Symbol.asyncIterator]();
		this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
	}

	/** What comes before the next boundary; nothing when that is reached. */
	async *toBoundary(): AsyncGenerator<Uint8Array> {
		while (!this.#isAtBoundary) {
			const found = this.#arrived.indexOf(this.#delimiter);
			const end = found < 0 ? this.#startOfDelimiter() : found;
			const before = this.#arrived.subarray(0, end);
			this.#arrived = this.#arrived.subarray(end);
			if (found >= 0) {
				this.#arrived = this.#arrived.subarray(this.#delimiter.length);
				this.#isAtBoundary = true;
			}
			if (before.length > 0) yield before;
			else if (found < 0) await this.#more();
		}
	}

	/** Whether a part follows the boundary just reached; false after the last. */
	async hasPart(): Promise<boolean> {
		while (this.#arrived.length < 2) await this.#more();
		return this.#arrived.toString('latin1', 0, 2) !== '--';
	}

	/** The headers of the part that follows the boundary; its bytes are next. */
	async headers(): Promise<Map<string, string>> {
		let end: number;
		while ((end = this.#arrived.indexOf(BLANK_LINE)) < 0) {
			if (this.#arrived.length > MOST_HEADER_BYTES) throw badRequest('A part has no headers.');
			await this.#more();
		}
		// The rest of the boundary's own line is padding.
		const [, ...lines] = this.#arrived.toString('latin1', 0, end).split('\r\n');
		this.#arrived = this.#arrived.subarray(end + BLANK_LINE.length);
		this.#isAtBoundary = false;
		const headers = new Map<string, string>();
		for (const line of lines) {
			const colon = line.indexOf(':');
			const name = line.slice(0, colon).trim().toLowerCase();
			if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
		}
		return headers;
	}

	async close(): Promise<void> {
		await this.#source.return?.();
	}

	/** Where the end of what arrived may be the beginning of a boundary. */
	#startOfDelimiter(): number {
		const { length } = this.#arrived;
		let at = Math.max(0, length - this.#delimiter.length + 1);
		for (;;) {
			at = this.#arrived.indexOf(CR, at);
			if (at < 0) return length;
			if (this.#delimiter.subarray(0, length - at).equals(this.#arrived.subarray(at))) return at;
			at += 1;
		}
	}

	async #more(): Promise<void> {
		const next = await this.#source.next();
		if (next.done === true) throw badRequest('The multipart body ended too early.');
		const { buffer, byteOffset, byteLength } = next.value;
		const bytes = Buffer.from(buffer, byteOffset, byteLength);
		this.#arrived = this.#arrived.length === 0 ? bytes : Buffer.concat([this.#arrived, bytes]);
	}
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
